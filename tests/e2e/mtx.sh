#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim mc8600:2:20 --with gojq,mtx,sg3-utils
#
# Debian's mtx on the virtual library, through sg: what it prints and does.  A
# transcript is left in build/vm/out/mtx.txt.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"

tmp=$(mktemp -d)
transcript=build/vm/out/mtx.txt
: >"$transcript"

# cdrom_id locks each drive in which it finds a disc, and the arm gets nothing out
# of a locked drive.
udev_pause

changer() {
	discmux-sim ctl list --json | jq -r '.devices[] | select(.kind == "changer") | .sg'
}

# mtx_ ARGUMENT...: on the changer; what it prints and its exit status are kept
mtx_() {
	mtx -f "$sg" "$@" >"$tmp/out" 2>&1
	status=$?
	{
		echo "\$ mtx $*"
		cat "$tmp/out"
		echo "exit $status"
	} >>"$transcript"
	cat "$tmp/out"
	return "$status"
}

# prints TEXT COMMAND...: the command succeeds and prints this line, among others
prints() {
	text=$1
	shift
	mtx_ "$@" && grep -qxF -- "$text" "$tmp/out"
}

# refused TEXT COMMAND...
refused() {
	text=$1
	shift
	! mtx_ "$@" && grep -qF -- "$text" "$tmp/out"
}

sg=$(changer)
for n in 1 2 3; do
	discmux-sim ctl blank dvd+r "blank$n"
	discmux-sim ctl slot $n "blank$n"
done >/dev/null
# The first command hears of the discs that a hand has put there
sg_turs "$sg" >/dev/null 2>&1

check "inquiry" prints "Vendor ID: 'JVC     '" inquiry
check "inquiry: product" grep -qxF "Product ID: 'JVC-CHG MC-8600 '" "$tmp/out"
check "status: 2 drives, 21 slots with the mail slot" \
	prints "  Storage Changer $sg:2 Drives, 21 Slots ( 1 Import/Export )" status
check "status: an empty drive" grep -qxF "Data Transfer Element 0:Empty" "$tmp/out"
check "status: a full slot" grep -qxF "      Storage Element 1:Full " "$tmp/out"
check "status: an empty slot" grep -qxF "      Storage Element 4:Empty" "$tmp/out"
check "status: the mail slot" \
	grep -qxF "      Storage Element 21 IMPORT/EXPORT:Empty" "$tmp/out"
check "load" mtx_ load 2 0
check "status: where it came from" \
	prints "Data Transfer Element 0:Full (Storage Element 2 Loaded)" status
check "status: its slot is empty" grep -qxF "      Storage Element 2:Empty" "$tmp/out"
check "the drive has the disc" sh -c 'discmux-sim ctl list --json |
	jq -e ".devices[] | select(.name == \"drive0\") | .state.disc == \"blank2\""'
check "load into a full drive" refused "Drive 0 Full (Storage Element 2 loaded)" load 1 0
check "load from an empty slot" refused "" load 5 1
check "unload" mtx_ unload 2 0
check "it is back" prints "      Storage Element 2:Full " status
check "first" mtx_ first 1
check "it is the first disc" prints "Data Transfer Element 1:Full (Storage Element 1 Loaded)" status
check "next" mtx_ next 1
check "it is the second" prints "Data Transfer Element 1:Full (Storage Element 2 Loaded)" status
check "last: the last slot has none" refused "" last 1
check "the drive is empty after that" prints "Data Transfer Element 1:Empty" status
check "inverted" mtx_ invert load 3 0
check "the library knows of it" sh -c 'discmux-sim ctl list --json | jq -e ".devices[] |
	select(.kind == \"changer\") | .state.drives[0].inverted"'
check "unload to its slot" mtx_ unload 3 0
check "slot to slot is prohibited" refused "Illegal Request" transfer 1 4
check "to the mail slot" mtx_ transfer 1 21
check "it is there" prints "      Storage Element 21 IMPORT/EXPORT:Full " status
check "back while it is open" refused "" transfer 21 1
discmux-sim ctl mail close
sg_turs "$sg" >/dev/null 2>&1
check "back from there" mtx_ transfer 21 1
check "inventory" mtx_ inventory
check "nothing is lost" sh -c 'discmux-sim ctl list --json | jq -e ".devices[] |
	select(.kind == \"changer\") | [.state.slots[] | .disc | values] ==
	[\"blank1\", \"blank2\", \"blank3\"]"'

# --- a newer one: volume tags, two mail slots, no trays ----------------------------------

discmux-sim stop
discmux-sim start --profile smc3:2:10+mail=2+arms=2 --media "$tmp/smc3"
sg=$(changer)
for n in 1 2; do
	discmux-sim ctl blank dvd+r "TAPE0$n"
	discmux-sim ctl slot $n "TAPE0$n"
done >/dev/null
sg_turs "$sg" >/dev/null 2>&1
echo "# smc3" >>"$transcript"
check "smc3: status" prints "  Storage Changer $sg:2 Drives, 12 Slots ( 2 Import/Export )" status
check "smc3: volume tags" grep -q "^      Storage Element 1:Full :VolumeTag=TAPE01 *$" "$tmp/out"
check "smc3: nobarcode" prints "      Storage Element 1:Full " nobarcode status
check "smc3: slot to slot" mtx_ transfer 1 5
check "smc3: load" mtx_ load 5 0
check "smc3: its tag and slot" sh -c "mtx -f $sg status |
	grep -q '^Data Transfer Element 0:Full (Storage Element 5 Loaded):VolumeTag = TAPE01'"
check "smc3: unload elsewhere" mtx_ unload 8 0
check "smc3: to a mail slot, which stays shut" mtx_ transfer 8 12
check "smc3: and back" mtx_ transfer 12 8
check "smc3: inventory" mtx_ inventory
check "smc3: they are where mtx put them" sh -c 'discmux-sim ctl list --json |
	jq -e ".devices[] | select(.kind == \"changer\") |
	.state.slots[7].disc == \"TAPE01\" and .state.slots[1].disc == \"TAPE02\""'
discmux-sim stop
rm -r "$tmp"
done_testing
