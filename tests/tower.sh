# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# For test scripts in a guest with --sim tower:N; source it after tap.sh.  Discs in the
# recorders are named disc0, disc1 ...

media=/media-sim

# take_out N: the discs of the first N recorders, for good
take_out() {
	n=0
	while [ "$n" -lt "$1" ]; do
		discmux-sim ctl eject "recorder$n" --force >/dev/null 2>&1
		rm -f "$media/disc$n".*
		n=$((n + 1))
	done
}

# put_in TYPE...: a new blank of each type into recorder 0, 1 ...; "-" leaves one empty,
# with its tray shut
put_in() {
	n=0
	for type; do
		if [ "$type" = - ]; then
			discmux-sim ctl tray "recorder$n" close >/dev/null
		else
			discmux-sim ctl blank "$type" "disc$n" "recorder$n" >/dev/null || return
		fi
		n=$((n + 1))
	done
}

# same IMAGE DISC...: each disc begins with the image
same() {
	image=$1
	size=$(stat -c %s "$image")
	shift
	for disc; do
		head -c "$size" "$media/$disc.iso" | cmp - "$image" || return
	done
}

# tray_is open|closed DEVICE
tray_is() {
	discmux-sim ctl list --json |
		jq -e ".devices[] | select(.name == \"$2\") | .state.tray == \"$1\""
}

# trays open|closed N...: of these recorders
trays() {
	tray=$1
	shift
	for n; do
		tray_is "$tray" "recorder$n" || return
	done
}

# have_written DEVICE...: each of them has taken blocks
have_written() {
	for device; do
		discmux-sim ctl count "$device" --json |
			jq -e '[.. | .blocks_written? // empty] | add > 0' || return
	done
}

# discs_are STATE DISC...: blank, complete, ...
discs_are() {
	state=$1
	shift
	for disc; do
		discmux-sim ctl list --json |
			jq -e ".discs[] | select(.name == \"$disc\") | .state == \"$state\"" || return
	done
}
