#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim tower:1 --with gojq,xorriso
#
# A disc that was written or erased and has stayed in its drive: the kernel has its size and
# contents, udev its label, as if it had just been put in.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"
# shellcheck source=tests/tower.sh
. "${0%/*}/../tower.sh"

tmp=$(mktemp -d)

# master LABEL MIB: an ISO image of that label
master() {
	mkdir "$tmp/$1"
	dd if=/dev/urandom of="$tmp/$1/data" bs=1M count="$2" 2>/dev/null
	xorriso -as mkisofs -quiet -R -V "$1" -o "$tmp/$1.iso" "$tmp/$1" 2>/dev/null
}

label() {
	udevadm settle
	udevadm info -q property -n "$disk" | sed -n 's/^ID_FS_LABEL=//p'
}

# reads LABEL: what the kernel reads of the disc; the blocks before run-out blocks can't be read
# ahead
reads() {
	dd if="$disk" bs=2048 count=256 2>/dev/null >"$tmp/read"
	head -c 524288 "$tmp/$1.iso" | cmp - "$tmp/read"
}

# has LABEL: that master, of its size and two run-out blocks
has() {
	size=$(stat -c %s "$tmp/$1.iso")
	got=$(blockdev --getsize64 "$disk")
	echo "size $got, of $1 $size; label $(label)"
	[ "$got" -ge "$size" ] && [ "$got" -le $((size + 4096)) ] &&
		[ "$(label)" = "$1" ] && reads "$1"
}

# held by nothing, and not the size of LABEL
blank() {
	size=$(stat -c %s "$tmp/$1.iso")
	got=$(blockdev --getsize64 "$disk")
	echo "size $got, of $1 $size; label $(label)"
	[ -z "$(label)" ] && { [ "$got" -lt "$size" ] || [ "$got" -gt $((size + 4096)) ]; }
}

master ONE 1
master TWO 2
disk=$(discmux-sim ctl list --json | jq -r '.devices[] | select(.name == "recorder0") | .node')

for type in cd-rw dvd+rw; do
	put_in "$type"
	udevadm settle
	check "$type: written" discmux copy --from "$tmp/ONE.iso" --to 0 --no-eject --quiet
	[ "$type" = dvd+rw ] || check "$type: size, contents and label" has ONE
	[ "$type" != dvd+rw ] || check "$type: label" [ "$(label)" = ONE ]
	check "$type: written anew" discmux copy --from "$tmp/TWO.iso" --to 0 --erase --no-eject --quiet
	[ "$type" = dvd+rw ] || check "$type: the new size, contents and label" has TWO
	check "$type: the new contents" reads TWO
	check "$type: the new label" [ "$(label)" = TWO ]
	check "$type: erased" discmux erase --in 0 --no-eject --quiet
	[ "$type" = dvd+rw ] || check "$type: blank" blank TWO
	check "$type: no label" [ -z "$(label)" ]
	take_out 1
done

rm -rf "$tmp"
done_testing
