#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim mc8600:4:20 --with gojq
# kernel: 6.1
#
# A disc that somebody lays into the library's mail slot begins a run: everything is
# done by discmux-sim ctl alone, and each disc comes back where it was.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"
# shellcheck source=tests/panel.sh
. "${0%/*}/../panel.sh"

sim() {
	discmux-sim ctl "$@"
}

# state FILTER: of the virtual library
state() {
	sim list --json | jq -e ".devices[] | select(.name == \"changer\") | .state | $1"
}

# ended N STATE: so many jobs, the last one is in this state, nothing goes on
ended() {
	ask jobs | jq -e "(.jobs | length == $1) and .jobs[0].state == \"$2\""
}

# lay DISC: into the mail slot, which is shut again
lay() {
	sim mail insert "$1" && sim mail close
}

# take: the disc that came out
take() {
	sim mail remove >/dev/null
}

# at_home N...: blankN is in slot N, and the drives are empty
at_home() {
	for n; do
		state ".slots[$n - 1].disc == \"blank$n\"" || return
	done
	state '[.drives[].disc] | all(. == null)'
}

# has MASTER N...: blankN begins with it
has() {
	master=$1
	size=$(stat -c %s "$master")
	shift
	for n; do
		head -c "$size" "$media/blank$n.iso" | cmp - "$master" || return
	done
}

# never_written N...: blankN is as it was
never_written() {
	for n; do
		discs_are blank "blank$n" || return
	done
}

# fates N...: of the discs of the last job, "slot:fate ..."
fates() {
	[ "$(ask job | jq -r '[.discs[] | "\(.slot):\(.fate)"] | sort | join(" ")')" = "$1" ]
}

for n in 1 2 3 4 5 6 7 8 9 10; do
	sim blank dvd+r "blank$n" >/dev/null
	sim slot $n "blank$n" >/dev/null
done
for m in one two; do
	dd if=/dev/urandom of="$media/$m.iso" bs=2048 count=500 2>/dev/null
	cp "$media/$m.iso" "$tmp/$m.iso"
done
dd if=/dev/urandom of="$media/big.iso" bs=2048 count=4000 2>/dev/null
cp "$media/big.iso" "$tmp/big.iso"
# A disc that is no blank, among the blanks
dd if=/dev/urandom of="$media/full.iso" bs=2048 count=500 2>/dev/null
sim slot 2 empty >/dev/null
sim slot 2 full >/dev/null

panel_start
check "--slots is wanted" fails 2 'where the blanks are' discmux auto on --library
check "as a list" fails 2 'slots from 1 are wanted' discmux auto on --library --slots 5-2
check "for the library only" fails 2 'is for --library' discmux auto on --slots 1-4
check "not with a reader" fails 2 'not both' discmux auto on --library --reader 0 --slots 1-4
check "marked" discmux auto on --library --slots 1-6,9 --quantity 4 --verify --again skip
check "it is kept" sh -c 'discmux auto show --json | jq -e ".[0] | .library and .verify and
	.slots == \"1-6,9\" and .quantity == 4"'
check "and said" sh -c 'discmux auto show | grep -qx "mail slot, blanks from slots 1-6,9: 4 copies, verified; the same disc again: skip"'
check "an empty tray for the mail slot" discmux mail-slot open s20
sleep 4
check "begins nothing" sh -c 'discmux daemon jobs | jq -e ".jobs == []"'

check "a master is laid in" lay one
check "four copies are made" wait_for 240 ended 1 "done"
check "of blanks out of the first slots" fates "1:good 3:good 4:good 5:good"
check "they hold the master" has "$tmp/one.iso" 1 3 4 5
check "and are back in their slots" at_home 1 3 4 5
check "so is the one that was no blank" state '.slots[1].disc == "full"'
check "the others were not touched" never_written 6 7 8 9 10
check "the master came out" state '.mail | .open and .disc == "one"'
check "nothing is left to put in order" sh -c '! discmux inventory 2>&1 | grep "not as it was left"'

check "pushed shut again, the same disc is skipped" sim mail close
check "it is" wait_for 120 ended 2 cancelled
check "and came out again" state '.mail | .open and .disc == "one"'

take
check "slots whose discs were written give no blanks" lay two
check "two are left" wait_for 240 ended 3 failed
check "they were used" fates "6:good 9:good"
check "with the new master" has "$tmp/two.iso" 6 9
check "at home" at_home 1 3 4 5 6 9
check "the operator is told" grep -q 'no blank is left in slots 1-6,9' "$tmp/log"
check "the master came out" state '.mail | .open and .disc == "two"'

# The arm brings a disc: that is no master
check "off" discmux auto off --library
check "on, with other slots" discmux auto on --library --slots 7-8,10 --quantity 2 --again run
take
check "the empty tray goes home" discmux move mail-closed s20
check "a disc goes into the mail slot" discmux move s9 mail-closed
sleep 3
check "begins nothing" sh -c 'discmux daemon jobs | jq -e ".jobs | length == 3"'
check "and back" discmux move mail-closed s9
check "an empty tray" discmux mail-slot open s20
sleep 4	# as long as people take

# A kill in the middle: nothing is lost.  A slow writer and a slow arm.
for n in 0 1 2 3; do
	sim speed drive$n 0.1 >/dev/null
done
check "a master again" lay big
burning() {
	ask status | jq -e '.jobs[-1] | .phase == "running" and .percent > 10 and .percent < 90'
}
check "which is slow" wait_for 40 burning
kill -KILL "$daemon"
wait "$daemon"
for n in 0 1 2 3; do
	sim speed drive$n unlimited >/dev/null
done
panel_start
check "goes on after a kill" wait_for 240 ended 4 failed
check "no disc that was begun is taken again" fates "10:good 7:bad 8:bad"
check "the third blank is good" has "$tmp/big.iso" 10
check "all are at home" at_home 7 8 10
check "the master came out" state '.mail | .open and .disc == "big"'

# Kills at any moment: while the arm moves, while discs are burned, between
take
for n in 11 12 13 14 15 16 17 18; do
	sim blank dvd+r "blank$n" >/dev/null
	sim slot $n "blank$n" >/dev/null
done
sim robot 0.1 >/dev/null
check "the next run" discmux auto on --library --slots 11-18 --quantity 3 --verify --again run
sleep 4
lay two >/dev/null
for seconds in 4 1 3 2 4 1 5 3; do
	sleep "$seconds"
	kill -KILL "$daemon"
	wait "$daemon"
	panel_start
done
over() {
	ask jobs | jq -e '(.jobs | length == 5) and .jobs[0].state != "running"'
}
check "it comes to an end" wait_for 100 over
sim robot 0 >/dev/null
check "all are at home" at_home 11 12 13 14 15 16 17 18
check "the master came out" state '.mail | .open and .disc == "two"'
check "no slot was used twice" sh -c "discmux daemon job |
	jq -e '[.discs[].slot] | length == (unique | length)'"
good=$(ask job | jq -r '[.discs[] | select(.fate == "good") | .slot] | join(" ")')
# shellcheck disable=SC2086 # a list
check "what is good is the master" has "$tmp/two.iso" $good
check "each good disc was counted" sh -c "discmux daemon job |
	jq -e '.good == ([.discs[] | select(.fate == \"good\")] | length) and .good <= 3'"

panel_stop
[ "$tap_failed" -eq 0 ] || sed 's/^/# /' "$tmp/log"
rm -rf "$tmp"
done_testing
