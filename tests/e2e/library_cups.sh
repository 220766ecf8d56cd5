#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim mc8600:2:20+printer --with gojq,cups-daemon,cups-client
# kernel: 6.1
#
# discmux print through a real print queue: lp, cupsd and a backend that is the parallel
# port of the library's label printer.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"

tmp=$(mktemp -d)
media=${DISCMUX_MEDIA:-/media-sim}
export tmp media

# start_cups: a queue "labels", raw, as a label printer's own program would want it
start_cups() {
	mkdir -p /etc/cups /run/cups /var/spool/cups/tmp /var/cache/cups /var/log/cups
	cat >/usr/lib/cups/backend/simlabel <<-'END'
	#!/bin/sh
	[ $# -gt 0 ] || { echo 'direct simlabel "DISCMUX Label" "Label printer"'; exit 0; }
	cat ${6:+"$6"} | /usr/local/bin/discmux-sim print
	END
	chmod 700 /usr/lib/cups/backend/simlabel	# as root
	cat >/etc/cups/cups-files.conf <<-END
	User nobody
	Group nogroup
	SystemGroup root
	END
	cat >/etc/cups/cupsd.conf <<-END
	Listen /run/cups/cups.sock
	Browsing No
	DefaultAuthType None
	WebInterface No
	<Location />
	Allow all
	</Location>
	<Policy default>
	<Limit All>
	Order deny,allow
	Allow all
	</Limit>
	</Policy>
	END
	cupsd || return
	n=0
	until lpstat -r | grep -q 'is running'; do
		n=$((n + 1))
		[ "$n" -lt 100 ] || return
		sleep 0.1
	done
	lpadmin -p labels -v simlabel:/ -E
}

# json FILTER: of the inventory
json() {
	discmux inventory --refresh --json | jq -e "$1"
}
home() { # the discs are in their slots, the printer and the arm are empty
	json '(.slots[0].full and .slots[1].full) and (.printers[0].full or .arms[0].full | not)'
}
queue() { # SLOT [OPTION...]
	slot=$1
	shift
	discmux print --slot "$slot" --label "$tmp/label" --to lp:labels "$@"
}
no_jobs() {
	lpstat -o labels
	[ -z "$(lpstat -o labels)" ]
}
jobs() { # N: so many has the queue done
	lpstat -W completed -o labels
	[ "$(lpstat -W completed -o labels | wc -l)" -eq "$1" ]
}
refused() { # TEXT command...: exit status 1, and the last line says so
	text=$1
	shift
	"$@" >"$tmp/out" 2>"$tmp/err" && return 1
	cat "$tmp/err"
	tail -n 1 "$tmp/err" | grep -qF -- "$text"
}

for n in 1 2; do
	discmux-sim ctl blank dvd+r "disc$n" >/dev/null
	discmux-sim ctl slot $n "disc$n" >/dev/null
done
dd if=/dev/urandom of="$tmp/label" bs=1000 count=300 2>/dev/null

check "cupsd with a queue for labels" start_cups
[ "$tap_failed" -eq 0 ] || { tail -n 40 /var/log/cups/error_log | sed 's/^/# /'; done_testing; }
check "a label by lp" queue 1
check "it is printed, all of it" cmp "$media/disc1.label" "$tmp/label"
check "the disc is back" home
check "the queue has done a job" jobs 1
echo "printer = lp:labels" >/etc/discmux.conf
echo another >"$tmp/label"
check "by the machine's settings" discmux print --slot 2 --label "$tmp/label"
check "it is printed" cmp "$media/disc2.label" "$tmp/label"
check "the disc is back" home
check "no such queue" refused 'lp ended with status 1: lp: ' \
	discmux print --slot 1 --label "$tmp/label" --to lp:nothing
check "the disc is back" home

# A queue that stands still: the disc does not stay in the printer, nor the job in the
# queue, where it would be printed on the next disc.  In any language.
cupsdisable labels
check "the queue stands still" refused 'the printer does not begin; the disc is in slot 1' \
	env LANG=de_DE.UTF-8 LANGUAGE=de discmux print --slot 1 --label "$tmp/label" --wait 3
check "the disc is back" home
check "the job is taken back" no_jobs
cupsenable labels
echo third >"$tmp/label"
check "the queue goes on" queue 1
check "with the label of this disc" cmp "$media/disc1.label" "$tmp/label"
check "the disc is back" home

# What the printer says is heard while cupsd holds the job.
discmux-sim ctl printer out black
check "ink runs out" refused 'the ink has run out while printing: black' queue 2
check "the disc is back" home
discmux-sim ctl printer new black
check "no job is left" no_jobs
lpadmin -x labels
kill "$(cat /run/cups/cupsd.pid 2>/dev/null || pgrep -x cupsd)"
rm -r "$tmp"
done_testing
