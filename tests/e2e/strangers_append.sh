#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --with wodim,cdrskin,xorriso,jq,sg3-utils
# kernel: 6.1
#
# A second session on a CD-R by programs of others, track and session at once: each asks
# the drive where it begins, and some write an image that is made for that address.
profile=tower:8
jobs=8
# shellcheck source=tests/strangers.sh
. "${0%/*}/../strangers.sh"

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

for first in -tao -sao; do
	for second in -tao -sao; do
		row cd-r "$first -multi, then $second" wodim \
			"each block of both sessions; -msinfo; closed" \
			two_sessions wodim $first $second
	done
	row cd-r "$first -multi, then -tao" cdrskin \
		"each block of both sessions; -msinfo; closed" two_sessions cdrskin $first -tao
done
finish
