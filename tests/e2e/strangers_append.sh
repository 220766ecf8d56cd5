#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --with wodim,cdrskin,xorriso,gojq,sg3-utils
# kernel: 6.1
#
# Other programs write a second session on a CD-R, track and session at once: each asks
# the drive where it begins, and some write an image that is made for that address.
#
# Where each of them begins, and what it can append at once:
#   wodim    the next writable address of the invisible track (FFh), asked for after the cue sheet
#            was sent, is where the pause before the first track begins (write_leadin_mmc()); but
#            the sheet itself begins with track 1 at 00:00:00: no session at once
#   cdrskin  no session at once on a disc that holds one, it says so itself; at once per track
#            it is the next writable address (burn_write_track())
#   cdrdao   the next writable address is where the pause begins, see strangers_cdrdao.sh
#   growisofs  the start, not the next writable address, of the last track; it is at once on blank
#            DVD-R and DVD-RW only, see strangers_growisofs.sh
profile=tower:8
jobs=8
# shellcheck source=tests/strangers.sh
. "${0%/*}/../strangers.sh"

modprobe isofs 2>/dev/null
data first.iso 700
data second.iso 400
audio one.cdr 400
audio two.cdr 350

# Where the second session begins: 700 blocks, two of run-out after a track at once, and 11400
begins() { # METHOD
	[ "$1" = -tao ] && echo 12102 || echo 12100
}

msinfo() { # PROGRAM FIRST
	"$1" dev="$dev" -msinfo 2>/dev/null | tee msinfo
	grep -qx "0,$(begins "$2")" msinfo
}

two_sessions() { # PROGRAM FIRST SECOND
	blank cd-r 40000 && "$1" dev="$dev" -v -multi "$2" -data "$tmp/first.iso" && reload &&
		msinfo "$1" "$2" && "$1" dev="$dev" -v "$3" -data "$tmp/second.iso" && reload &&
		holds "$tmp/first.iso" && holds "$tmp/second.iso" "$(begins "$2")" &&
		sidecar ".state == \"complete\" and (.sessions | length) == 2 and
			.sessions[1].tracks[0].start == $(begins "$2") and
			[.sessions[].tracks[0].method] == [\"${2#-}\", \"${3#-}\"]"
}

# By the drive or by the program itself, and the disc is as it was
refused() { # PROGRAM FIRST
	blank cd-r 40000 && "$1" dev="$dev" -v -multi "$2" -data "$tmp/first.iso" && reload ||
		return
	! "$1" dev="$dev" -v -sao -data "$tmp/second.iso" && holds "$tmp/first.iso" &&
		msinfo "$1" "$2" && sidecar ".state == \"appendable\" and (.sessions | length) == 1"
}

# Trees in an image that grows: xorriso makes the second one for the address it was given
grows() { # FIRST SECOND
	mkdir first second mnt && head -c 400000 /dev/urandom >first/a &&
		head -c 300000 /dev/urandom >second/b && blank cd-r 40000 &&
		xorriso -outdev "$dev" -write_type "$1" -map first / -commit && reload &&
		xorriso -dev "$dev" -write_type "$2" -map second / -commit && reload &&
		mount -o ro "$dev" mnt || return
	cmp first/a mnt/a && cmp second/b mnt/b
	grown=$?
	umount mnt
	[ "$grown" -eq 0 ] && sidecar "(.sessions | length) == 2 and
		.sessions[0].tracks[0].method == \"$1\""
}

for first in -tao -sao; do
	row cd-r "$first -multi, then -tao" wodim \
		"each block of both sessions; -msinfo; closed" two_sessions wodim $first -tao
	for program in wodim cdrskin; do
		row cd-r "$first -multi, then -sao" $program \
			"refused; the first session is as it was" refused $program $first
	done
	row cd-r "$first -multi, then -tao" cdrskin \
		"each block of both sessions; -msinfo; closed" two_sessions cdrskin $first -tao
done
for first in tao sao; do
	row cd-r "$first, then as it likes" xorriso "files of both sessions, mounted" \
		grows $first auto
done
finish
