# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# For tests/e2e/discs_*.sh: discs that discmux burned, as other programs see them; rows
# of the table of discs.  Source it after tap.sh.
# shellcheck source=tests/matrix.sh
. "${0%/*}/../matrix.sh"
matrix discs

tmp=$(mktemp -d)
# Nothing here needs udev, which asks each disc a lot each time it comes in
udev_pause

# blanks TYPE...: a blank of each type into recorders 0, 1 ..., of $size blocks if that is
# set.  The discs are r$round-0 ...
echo 0 >"$tmp/round"
blanks() {
	# checks run in subshells: a variable would be forgotten
	round=$(($(cat "$tmp/round") + 1))
	echo "$round" >"$tmp/round"
	n=0
	for type; do
		blank_into "$n" "$type" "r$round-$n" || return
		n=$((n + 1))
	done
}

blank_into() { # RECORDER TYPE NAME
	discmux-sim ctl eject "recorder$1" --force >/dev/null 2>&1
	discmux-sim ctl blank "$2" "$3" "recorder$1" ${size:+--blocks "$size"} >/dev/null
}

# dev N: recorder N, for other programs
dev() {
	echo "/dev/sr$(($1 + 1))"
}

# reload N: out and in, so that the kernel sees what was written
reload() {
	discmux-sim ctl tray "recorder$1" open >/dev/null 2>&1
	discmux-sim ctl tray "recorder$1" close >/dev/null 2>&1
	i=0
	until discmux media "recorder:$1" --json 2>/dev/null | jq -e '.media[0].state' >/dev/null ||
		[ "$i" -ge 50 ]; do
		i=$((i + 1))
		sleep 0.1
	done
}
