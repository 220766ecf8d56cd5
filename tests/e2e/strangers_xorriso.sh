#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --with xorriso,gojq,sg3-utils
# kernel: 6.1
#
# xorriso as cdrecord, and by its own commands, on every recordable disc.
profile=bdtower:8
jobs=8
# shellcheck source=tests/strangers.sh
. "${0%/*}/../strangers.sh"

mkdir first second
data first/a 400
data second/b 300
xorriso -outdev data.iso -blank as_needed -map first / -commit >log 2>&1 || cat log
size=$(stat -c %s data.iso)
modprobe isofs 2>/dev/null

burn() { # cdrecord-arguments...
	xorriso -as cdrecord -v dev="$dev" "$@"
}

check_image() { # FILTER
	reload && holds "$tmp/data.iso" && reads "$tmp/data.iso" && sidecar "$1"
}

# whole MEDIUM FILTER ARGUMENTS...
whole() {
	medium=$1 filter=$2
	shift 2
	blank "$medium" 65536 && burn "$@" "$tmp/data.iso" && check_image "$filter"
}

method='.sessions[0].tracks[0].method'
done='.state == "complete"'
row cd-r "-tao" xorriso "each block, in the file and read back; method, closed" \
	whole cd-r "$done and $method == \"tao\"" -tao
row cd-r "-sao" xorriso "each block, in the file and read back; method, closed" \
	whole cd-r "$done and $method == \"sao\"" -sao
row dvd-r "-tao" xorriso "each block, in the file and read back; method, closed" \
	whole dvd-r "$done and $method == \"incremental\"" -tao
row dvd-r "-sao" xorriso "each block, in the file and read back; method, closed" \
	whole dvd-r "$done and $method == \"dao\"" -sao tsize="${size}"
for medium in cd-rw dvd-rw dvd+r dvd+r-dl bd-r; do
	row $medium "default" xorriso "each block, in the file and read back; closed" \
		whole $medium "$done"
done
for medium in dvd+rw bd-re; do
	row $medium "formats" xorriso "each block, in the file and read back" \
		whole $medium .formatted
done

dummy() { # MEDIUM METHOD
	blank "$1" 65536 && burn -dummy "$2" tsize="$size" "$tmp/data.iso" && still_blank
}
row cd-r "-dummy -tao" xorriso "nothing is recorded" dummy cd-r -tao
row dvd-r "-dummy -tao" xorriso "nothing is recorded" dummy dvd-r -tao
extra dvd-rw "-dummy -tao" xorriso "nothing is recorded" dummy dvd-rw -tao
row cd-r "-dummy -sao" xorriso "nothing is recorded" dummy cd-r -sao

# What can't be tested must not be burned
no_dummy() {
	blank "$1" 65536
	burn -dummy "$tmp/data.iso"
	still_blank
}
row dvd+r "-dummy" xorriso "nothing is recorded" no_dummy dvd+r

multi() { # MEDIUM
	blank "$1" 65536 && xorriso -outdev "$dev" -map "$tmp/first" / -commit &&
		xorriso -dev "$dev" -map "$tmp/second" / -commit || return
	reload && mkdir mnt && mount -o ro "$dev" mnt || return
	cmp "$tmp/first/a" mnt/a && cmp "$tmp/second/b" mnt/b
	grown=$?
	umount mnt
	return "$grown"
}
for medium in cd-rw dvd+r bd-re; do
	extra $medium "two sessions" xorriso "files of both, mounted" multi $medium
done
for medium in cd-r dvd-r dvd+rw bd-r; do
	row $medium "two sessions" xorriso "files of both, mounted" multi $medium
done

erase() { # MEDIUM MODE
	whole "$1" true && discmux-sim ctl insert "$drive" "$disc" && settle &&
		burn blank="$2" && still_blank && discmux-sim ctl insert "$drive" "$disc" &&
		settle && burn "$tmp/data.iso" && check_image true
}
row cd-rw "blank=fast" xorriso "blank then, and each block when written again" erase cd-rw fast
extra cd-rw "blank=all" xorriso "blank then, and each block when written again" erase cd-rw all
extra dvd-rw "blank=all" xorriso "blank then, and each block when written again" erase dvd-rw all

restricted() {
	blank dvd-rw 65536 && burn blank=format_overwrite && burn "$tmp/data.iso" &&
		check_image .formatted && discmux-sim ctl insert "$drive" "$disc" && settle &&
		burn blank=deformat && still_blank
}
row dvd-rw "restricted overwrite, deformat" xorriso \
	"each block, in the file and read back; blank afterwards" restricted

finish
