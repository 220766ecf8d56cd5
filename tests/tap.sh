# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# For test scripts that print TAP; source it.  Plain POSIX shell, because the
# guest's is busybox.
#
#	check "name" command...    one test; the command's output is shown if it fails
#	skip "name" "why"
#	check "name" fails 1 "text" command...
#	wait_for SECONDS command...
#	spoils_byte FILE OFFSET
#	udev_pause, udev_go_on     udev asks no drive anything between these
#	done_testing               the plan; exit status 1 when something failed

tap_count=0
tap_failed=0

# wait_for SECONDS command...: until it is true. It is asked less and less often: in an emulated
# guest the asking costs more than what is waited for.
wait_for() {
	wait_tenths=$(($1 * 10))
	wait_nap=1
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$wait_tenths" -gt 0 ] || return
		sleep "0.$wait_nap"
		wait_tenths=$((wait_tenths - wait_nap))
		[ "$wait_nap" -ge 5 ] || wait_nap=$((wait_nap + 1))
	done
}

# Not by "udevadm control --stop-exec-queue": the control socket (systemd 252) is deaf at times, and
# then the script goes on after a minute, with udev at work.
udev_pause() {
	udevadm settle
	# shellcheck disable=SC2046 # one number each
	kill -STOP $(pidof systemd-udevd)
}

udev_go_on() {
	# shellcheck disable=SC2046
	kill -CONT $(pidof systemd-udevd)
}

# result STATUS NAME [OUTPUT]
result() {
	tap_count=$((tap_count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tap_count - $2"
		return
	fi
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_count - $2"
	[ -z "${3-}" ] || printf '%s\n' "$3" | sed 's/^/# /'
}

check() {
	tap_name=$1
	shift
	if tap_output=$("$@" 2>&1); then
		result 0 "$tap_name"
	else
		result 1 "$tap_name" "$tap_output"
	fi
}

skip() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1 # SKIP $2"
}

# fails STATUS TEXT command...: exits so, and says the text in one line on stderr;
# $tmp is the script's own folder
fails() {
	wanted=$1 text=$2
	shift 2
	# shellcheck disable=SC2154 # set by the script
	"$@" >/dev/null 2>"$tmp/err"
	got=$?
	cat "$tmp/err"
	[ "$got" -eq "$wanted" ] && [ "$(wc -l <"$tmp/err")" -eq 1 ] &&
		grep -qF -- "$text" "$tmp/err"
}

# spoils_byte FILE OFFSET: changes that byte, whatever it was
spoils_byte() {
	# shellcheck disable=SC2046 # the number of the byte, or nothing past the end
	set -- "$1" "$2" $(od -An -tu1 -j "$2" -N 1 "$1")
	# shellcheck disable=SC2059 # an escape made here
	[ $# -eq 3 ] && printf "\\$(printf %o $((255 - $3)))" |
		dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

# as USER command...: with the rights of that user of the guest
as() {
	user=$1
	shift
	setpriv --reuid="$user" --regid="$user" --init-groups "$@"
}

done_testing() {
	echo "1..$tap_count"
	[ "$tap_count" -gt 0 ] && [ "$tap_failed" -eq 0 ]
	exit
}
