#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim smc3:2:10+mail=2 --with gojq
# kernel: 6.1
#
# A library of today: volume tags, no trays, exchanges, an arm that gives what it holds
# by MOVE MEDIUM.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"

tmp=$(mktemp -d)
for n in 1 2 3; do
	discmux-sim ctl blank dvd+r "disc$n" >/dev/null
	discmux-sim ctl slot $n "disc$n" >/dev/null
done

json() { # FILTER: of the inventory
	discmux inventory --refresh --json | jq -e "$1"
}
says() { # TEXT command...: succeeds, and says the text on stderr
	text=$1
	shift
	"$@" >"$tmp/out" 2>"$tmp/err"
	got=$?
	cat "$tmp/err"
	[ "$got" -eq 0 ] && grep -qF -- "$text" "$tmp/err"
}

check "10 slots, 2 drives, 2 mail slots, no printer" json '.counts.slots == 10 and
	.counts.drives == 2 and (.mail_slots | length) == 2 and .printers == []'
check "no printer, in words" sh -c 'discmux inventory | grep -qx "printer  *none"'
check "volume tags" json '[.slots[:3][].volume_tag] | all(length > 0)'
check "drives say who they are" json '[.drives[].identifier] | all(length > 0)'
check "modes: the arm gives" sh -c 'discmux modes --json | jq -e ".moves.arm | index(\"slot\") != null"'
check "modes: exchanges" sh -c 'discmux modes --json | jq -e ".exchanges.slot | length > 0"'
tag=$(discmux inventory --refresh --json | jq -r '.slots[0].volume_tag')

check "init: a range" sh -c 'discmux init s1-s5'
check "exchange" discmux exchange s1 s2
check "the tags have changed places" json ".slots[1].volume_tag == \"$tag\""
check "and back" discmux exchange s1 s2
check "with a third place" discmux exchange s1 s2 s7
check "it is there" json '.slots[6].full and .slots[1].full and (.slots[0].full | not)'
check "mtx exchanges, too" discmux mtx exchange 2 7
check "and what is where is known" json '.differences == [] and .strays == []'
check "back" discmux mtx exchange 2 7
check "mtx invert is for all words behind it: twice turned over" \
	discmux mtx invert transfer 2 5 transfer 5 6
check "it lies as before" json '.slots[5].full and (.slots[5].inverted | not)'
check "and goes back" discmux mtx transfer 6 2
check "slot to slot" discmux move s2 s1
check "slot to slot, too" discmux move s7 s2
check "the third place is taken" fails 1 'slot 3 is taken' discmux exchange s1 s2 s3
check "load" discmux load 1 0
check "the drive knows its tag" json ".drives[0].volume_tag == \"$tag\""
check "exchange with a drive" discmux exchange s2 d0 s1
check "it is loaded" json '.drives[0].source_slot == 2 and .slots[0].full'
check "unload" discmux unload 0

# Tags tell where a disc has gone that somebody has moved.
discmux-sim ctl slot 3 empty >/dev/null
discmux-sim ctl slot 9 disc3 >/dev/null
check "moved by hand" says 'the disc that was in slot 3 is in slot 9' discmux load 1 0
check "said once" discmux unload 0
check "put right" discmux move s9 s3

# The arm gives back what it holds, also elsewhere.
if discmux-sim ctl raise 80/21 >/dev/null 2>&1; then
	check "a move fails half way" sh -c "! discmux load 1 0 2>$tmp/err"
	check "what the arm holds is said" grep -q 'the arm holds the disc of slot 1' "$tmp/err"
	discmux-sim ctl blank dvd+r other >/dev/null
	discmux-sim ctl slot 1 other >/dev/null
	check "its slot is taken" sh -c "! discmux load 2 1 2>$tmp/err &&
		grep -q 'where there is no room' $tmp/err"
	check "to another one" says 'put back from the arm to slot 8' \
		discmux inventory --recover --to 8
	check "there it is" json ".slots[7].volume_tag == \"$tag\""
fi
check "--to: no slot" fails 2 'a slot is wanted' discmux inventory --recover --to d0
check "--to alone" fails 2 'for --recover' discmux inventory --to 5
rm -r "$tmp"
done_testing
