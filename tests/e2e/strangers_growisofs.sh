#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --with growisofs,dvd+rw-tools,genisoimage,gojq,sg3-utils
# kernel: 6.1
#
# growisofs on every DVD and Blu-ray disc it knows.
profile=bdtower:9
jobs=9
# shellcheck source=tests/strangers.sh
. "${0%/*}/../strangers.sh"
export MKISOFS=genisoimage

mkdir first second
data first/a 1500
data second/b 500
genisoimage -quiet -R -o data.iso first
modprobe isofs 2>/dev/null

burn() { # growisofs-arguments...
	growisofs "$@" </dev/null
	burned=$?
	reload
	return "$burned"
}

# whole MEDIUM FILTER ARGUMENTS...: the image is on it then, and how it was left
whole() {
	medium=$1 filter=$2
	shift 2
	blank "$medium" 65536 && burn "$@" -Z "$dev=$tmp/data.iso" && holds "$tmp/data.iso" &&
		reads "$tmp/data.iso" && sidecar "$filter"
}

open='.state == "appendable" and .sessions[0].state == "closed"'
for medium in dvd-r dvd-rw dvd+r dvd+r-dl; do
	row "$medium" "-Z" growisofs "each block, in the file and read back; appendable" \
		whole "$medium" "$open"
done
row bd-r "-Z" growisofs "each block, in the file and read back; appendable" \
	whole bd-r "$open" -use-the-force-luke=spare:none
for medium in dvd-r dvd+r dvd+r-dl; do
	row "$medium" "-dvd-compat -Z" growisofs "each block, in the file and read back; closed" \
		whole "$medium" '.state == "complete"' -dvd-compat
done
for medium in dvd+rw bd-re; do
	row "$medium" "formats, -Z" growisofs "each block, in the file and read back" \
		whole "$medium" .formatted
done

over() {
	data again.iso 700
	whole dvd+rw true && discmux-sim ctl insert "$drive" "$disc" && settle &&
		burn -use-the-force-luke=tty -Z "$dev=again.iso" &&
		holds again.iso && tail -c 1024 "$tmp/data.iso" >end &&
		head -c "$(stat -c %s "$tmp/data.iso")" "$media/$disc.iso" | tail -c 1024 |
		cmp - end
}
row dvd+rw "-Z over old data" growisofs "each block; what lies behind is the old" over

restricted() {
	blank dvd-rw 65536 && dvd+rw-format -force "$dev" && reload &&
		burn -Z "$dev=$tmp/data.iso" && holds "$tmp/data.iso" && reads "$tmp/data.iso" &&
		sidecar '.formatted and (.growing | not)'
}
row dvd-rw "restricted overwrite" "dvd+rw-format, growisofs" \
	"each block, in the file and read back; session closed" restricted

# A second session, merged with the first
merged() { # ARGUMENTS...
	burn "$@" -Z "$dev" -R -quiet "$tmp/first" &&
		burn "$@" -M "$dev" -R -quiet "$tmp/second" || return
	mkdir mnt && mount -o ro "$dev" mnt || return
	cmp "$tmp/first/a" mnt/a && cmp "$tmp/second/b" mnt/b
	grown=$?
	umount mnt
	return "$grown"
}
grow() { # MEDIUM
	blank "$1" 65536 && merged -use-the-force-luke=spare:none
}
for medium in dvd-r dvd+r dvd+rw dvd+r-dl bd-r bd-re; do
	row "$medium" "-Z, then -M" growisofs "files of both sessions, mounted" grow "$medium"
done

# A disc at once is for blank ones; what it writes is closed
at_once() {
	blank dvd-r 65536 && burn -use-the-force-luke=dao -Z "$dev=$tmp/data.iso" &&
		holds "$tmp/data.iso" || return
	! burn -M "$dev" -R -quiet "$tmp/second" && holds "$tmp/data.iso" &&
		sidecar '.state == "complete" and [.sessions[].tracks[].method] == ["dao"]'
}
row dvd-r "-use-the-force-luke=dao -Z, then -M" growisofs "closed; nothing is appended" at_once
at_once_second() {
	blank dvd-r 65536 && burn -Z "$dev" -R -quiet "$tmp/first" &&
		burn -use-the-force-luke=dao -M "$dev" -R -quiet "$tmp/second" && mkdir mnt &&
		mount -o ro "$dev" mnt || return
	cmp "$tmp/first/a" mnt/a && cmp "$tmp/second/b" mnt/b
	grown=$?
	umount mnt
	[ "$grown" -eq 0 ] &&
		sidecar '[.sessions[].tracks[].method] == ["incremental", "incremental"]'
}
row dvd-r "-Z, then -use-the-force-luke=dao -M" growisofs \
	"files of both sessions, mounted; incrementally all the same" at_once_second

# As growisofs has it unless it is told otherwise: the volume descriptors are replaced
# in place, which costs a cluster at the end
pow_grow() {
	blank bd-r 65536 && merged && sidecar '.pow and .state == "appendable"'
}
row bd-r "formats for pseudo-overwrite, -Z, then -M" growisofs \
	"files of both sessions, mounted" pow_grow
row bd-r "formats for pseudo-overwrite, -Z" growisofs \
	"each block, in the file and read back; the session is open" \
	whole bd-r '.pow and .sessions[0].state == "open"'

restricted_grow() {
	blank dvd-rw 65536 && dvd+rw-format -force "$dev" && reload && merged &&
		sidecar '.formatted and (.growing | not)'
}
row dvd-rw "restricted overwrite, -Z, then -M" "dvd+rw-format, growisofs" \
	"files of both sessions, mounted; session closed" restricted_grow

row dvd+r-dl "layer break" growisofs "the break is half of the image, in whole ECC blocks" \
	whole dvd+r-dl '.layer_0 == 848' -dvd-compat

dry() {
	blank dvd-r 65536 && burn -use-the-force-luke=dummy -use-the-force-luke=notray \
		-Z "$dev=$tmp/data.iso" && still_blank
}
row dvd-r "-use-the-force-luke=dummy" growisofs "nothing is recorded" dry

finish
