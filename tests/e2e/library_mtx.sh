#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim mc8200:2:12 --with gojq,mtx,bacula-sd,perl-base
# kernel: 6.1
#
# discmux mtx beside Debian's mtx, through sg on the same libraries: the same words
# bring the same bytes and the same exit statuses.  And Bacula's changer script, which
# Bareos has, too, with either of them behind it.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"

tmp=$(mktemp -d)
export tmp

# Slots 1, 2, 4 and 7 have discs.
fill() {
	for n in 1 2 4 7; do
		discmux-sim ctl blank dvd+r "$1$n" && discmux-sim ctl slot $n "$1$n"
	done
}

# The generic device of the changer
generic() {
	discmux status --json |
		jq -r '.members[] | select(.role == "changer") | "/dev/" + .generic'
}

# Both print into files of their own: $tmp/PROGRAM.out, .err and .status.
record() { # PROGRAM WORDS...: as mtx or discmux
	case $1 in mtx) program=mtx ;; *) program='discmux mtx' ;; esac
	out=$tmp/$1
	shift
	echo "+ $*" >>"$out.out"
	echo "+ $*" >>"$out.err"
	$program "$@" >>"$out.out" 2>>"$out.err"
	echo "$? $*" >>"$out.status"
}

# A transcript that leaves the library as it found it.  udev must not lock a tray that
# mtx wants to have opened: it knows nothing of that.
transcript() { # PROGRAM DEVICE
	rm -f "$tmp/$1".*
	while read -r words; do
		# shellcheck disable=SC2086 # words of the command line
		record "$1" -f "$2" $words
	done <<-'EOF'
	inquiry
	status
	nobarcode status
	noattach nobarcode status
	inventory
	status
	load 1 0
	status
	load 1 0
	load 2 0
	load 99 1
	load 0 1
	load
	load 2 9
	load 3 1
	load 2 1
	status
	unload 3 7
	unload 99 0
	unload 4 0
	unload 1 0
	unload 1 0
	status
	unload
	unload 2 1
	first 0
	first 0
	next 0
	next 0
	previous 0
	status
	next
	next
	next
	last
	first 1
	last 1
	unload 1 1
	position 3
	position 0
	position 99
	transfer 1
	transfer
	transfer 99 1
	transfer 1 99
	transfer 1 2
	eepos 7
	eepos 0 status
	invert invert2 status
	nonsense
	--version
	load 1 0 unload 1 0 status
	exchange 1
	exchange 99 1
	exchange 1 2
	status
	exchange 1 2 1
	exchange 1 2 5
	status
	transfer 2 1
	transfer 5 2
	transfer 1 11
	status
	transfer 11 1
	status
	EOF
	record "$1" -f
	record "$1"
	record "$1" -f /dev/nowhere status
}

compare() { # MODEL: the same answers of both
	# A unit attention is told to who comes first.
	mtx -f "$sg" status >/dev/null 2>&1
	transcript mtx "$sg"
	transcript discmux "$sg"
	for what in out err status; do
		check "$1: the same $what" diff "$tmp/mtx.$what" "$tmp/discmux.$what"
		check "$1: byte for byte" cmp "$tmp/mtx.$what" "$tmp/discmux.$what"
	done
	check "$1: something was loaded" \
		grep -q 'Loading media from Storage Element 1 into drive 0...done' "$tmp/mtx.out"
	check "$1: something was refused" grep -q '^1 ' "$tmp/mtx.status"
}

fill mc >/dev/null
sg=$(generic)
udev_pause
compare MC-8200
udev_go_on
discmux-sim stop
mkdir "$tmp/media"
discmux-sim start --profile smc3:2:10+mail=2 --media "$tmp/media" >/dev/null
udevadm settle
fill smc >/dev/null
sg=$(generic)
udev_pause
compare SMC-3
check "SMC-3: discs have changed places" grep -q '^0 .* exchange 1 2$' "$tmp/discmux.status"
check "SMC-3: with a third place" grep -q '^0 .* exchange 1 2 5$' "$tmp/discmux.status"
check "SMC-3: which the status shows" sh -c "grep -q 'Element 2:Full :VolumeTag=smc1' \$tmp/mtx.out &&
	grep -q 'Element 5:Full :VolumeTag=smc2' \$tmp/mtx.out"
check "volume tags" sh -c "discmux mtx -f $sg status | grep -q ':VolumeTag='"

check "by the mux's own device" \
	sh -c "discmux mtx -f /dev/discmux0 status | sed 's#/dev/discmux0#$sg#' >\$tmp/a
	       mtx -f $sg status | cmp - \$tmp/a"
check "without a device: the mux" sh -c "discmux mtx status | grep -q /dev/discmux0"
check "CHANGER names it" sh -c "CHANGER=$sg discmux mtx status | grep -q ' $sg:'"
ln -s /usr/local/bin/discmux "$tmp/mtx"
check "under the name mtx" sh -c "\$tmp/mtx -f $sg status >\$tmp/a && mtx -f $sg status | cmp - \$tmp/a"
# Debian's mtx is at a loss with a label printer, or asks twice for the same.
check "altres does no harm" \
	sh -c "discmux mtx -f $sg altres status >\$tmp/a && mtx -f $sg status | cmp - \$tmp/a"
check "others of this machine know of it" sh -c "discmux mtx -f $sg load 1 0 &&
	discmux inventory --json | jq -e '.drives[0].source_slot == 1' && discmux unload 0"
udev_go_on

# Bacula's script names its mtx by path, and asks mt whether a tape drive is ready.
mkdir -p /var/lib/bacula "$tmp/bin"
printf '#!/bin/sh\necho "drive status ONLINE"\n' >"$tmp/bin/mt"
chmod +x "$tmp/bin/mt"
PATH=$tmp/bin:$PATH

bacula() { # PROGRAM
	while read -r words; do
		echo "+ $words"
		# shellcheck disable=SC2086 # words of the command line
		/etc/bacula/scripts/mtx-changer "$sg" $words 2>&1
		echo "$?"
	done >"$tmp/bacula.$1" <<-'EOF'
	slots
	list
	listall
	loaded 0 /dev/null 0
	load 2 /dev/null 0
	loaded 0 /dev/null 0
	list
	listall
	load 3 /dev/null 0
	unload 2 /dev/null 0
	unload 2 /dev/null 0
	transfer 1 3
	transfer 3 1
	nonsense
	EOF
}
udev_pause
bacula mtx
mv /usr/sbin/mtx "$tmp/mtx.debian"
ln -s /usr/local/bin/discmux /usr/sbin/mtx
bacula discmux
udev_go_on
check "Bacula's changer script says the same" diff "$tmp/bacula.mtx" "$tmp/bacula.discmux"
check "and has moved discs" grep -q '^D:0:F:2' "$tmp/bacula.discmux"
rm -r "$tmp"
done_testing
