#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim mc8600:2:20 --with gojq
#
# discmux inventory, load, unload and move on a library with two drives.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"

tmp=$(mktemp -d)

# json FILTER: of the inventory
json() {
	discmux inventory --refresh --json | jq -e "$1"
}

for n in 1 2 3; do
	discmux-sim ctl blank dvd+r "blank$n"
	discmux-sim ctl slot $n "blank$n"
done

check "the changer is a member" sh -c \
	'discmux status --json | jq -e "[.members[] | select(.role == \"changer\")] | length == 1"'
check "drives are tied to elements" sh -c 'discmux status --json |
	jq -e "[.members[] | select(.role == \"recorder\") | .element] == [12289, 12290]"'
check "20 slots, 3 full" json '.counts | .slots == 20 and .slots_full == 3'
check "2 drives, none full" json '.counts | .drives == 2 and .drives_full == 0'
check "drives name their members" \
	json '[.drives[] | .role + " \(.unit)"] == ["recorder 0", "recorder 1"]'
check "text: full slots only" [ "$(discmux inventory | grep -c '^s[0-9]')" -eq 3 ]
check "text: every slot" [ "$(discmux inventory --all | grep -c '^s[0-9]')" -eq 20 ]

discmux watch --json --timeout 600 >"$tmp/events" &
watch=$!
sleep 1

check "load: slot 2 to drive 0" discmux load 2 0
check "the disc is there" json '.drives[0] | .full and .source_slot == 2'
check "and no longer in the slot" json '.slots[1].full | not'
check "the drive sees a blank" sh -c 'discmux status --json | jq -e \
	".members[] | select(.role == \"recorder\" and .unit == 0) | .medium == \"DVD+R\""'
check "load: words, drive 1" discmux load slot 1 drive 1
check "both drives are full" json '.counts.drives_full == 2'

check "drive full" fails 1 'drive 0 holds a disc already, from slot 2: unload it first' \
	discmux load 3 0
check "slot empty" fails 1 'slot 2 is empty' discmux load 2 0
check "tray empty" fails 1 'slot 9 holds a tray with no disc' discmux load 9 0
check "slot out of range" fails 1 'there is no slot 21: the library has slots 1 to 20' \
	discmux load 21 0
check "slot 0" fails 1 'there is no slot 0' discmux load 0 0
check "drive out of range" fails 1 'there is no drive 2: the library has drives 0 to 1' \
	discmux load 3 2
check "no such element" fails 1 'there is no element 7777h' discmux move 0x7777 d0
check "no such place" fails 1 'q9 is no place' discmux move q9 d0
check "slot or drive?" fails 2 'write s3 or d3' discmux move 3 d0
check "same place" fails 1 'source and destination are the same' discmux move s3 s3
check "slot full" fails 1 'slot 3 holds a disc already' discmux unload 0 3
check "no destination" fails 2 'to where?' discmux load 3
check "one place too many" fails 2 'one place too many' discmux load 3 0 1
check "nothing has moved" json '.counts | .drives_full == 2 and .slots_full == 1'
# The drive by what discmux status calls it, in the library and out of it
member() {
	discmux status --json |
		jq -r ".members[] | select(.role == \"recorder\" and .unit == 1) | $1"
}
check "unload: the kernel's name" discmux unload "$(member .block)"
check "load: its serial number" discmux load 1 "$(member .serial)"
check "unload: role and number" discmux unload recorder 1
check "load: its element" discmux load 1 "$(printf '%04Xh' "$(member .element)")"
check "as before" json '.counts | .drives_full == 2 and .slots_full == 1'
check "no drive of that name" fails 1 'sr77 is no drive of this mux' discmux load 3 sr77
check "nor any place" fails 1 'NOSUCHSERIAL is no place' discmux load 3 NOSUCHSERIAL

check "unload to another slot" discmux unload d1 s2
check "it is there" json '.slots[1].full and (.slots[0].full | not)'
check "drive empty" fails 1 'drive 1 is empty' discmux unload 1
check "its own slot is taken" fails 1 'slot 2 holds a disc already' discmux unload 0
check "a slot with a tray" fails 1 'slot 20 holds an empty tray' discmux unload d0 s20
check "back to a free one" discmux move d0 s1
check "unload to where it came from" sh -c 'discmux load 3 1 && discmux unload 1'
check "it is back" json '.slots[2].full and (.drives[1].full | not)'

discmux load 3 0 >/dev/null
check "the changer's own refusal" fails 1 'the changer did not move' discmux move s1 s3
discmux unload 0 >/dev/null

check "an empty tray to the mail slot, which opens" discmux move s9 mail
check "it is open" json '.mail_slots[0] | .open and .tray and (.full | not)'
check "out of the open mail slot" fails 1 'the mail slot is open: push it shut' \
	discmux move mail s9
discmux-sim ctl blank dvd+r blank4
discmux-sim ctl mail insert blank4
discmux-sim ctl mail close
check "a disc from the mail slot" discmux move mail s9
check "it has arrived" json '.slots[8].full'
check "into the mail slot that stays closed" discmux move s9 mail-closed
check "it is not open" json '.mail_slots[0] | .full and (.open | not)'
check "and back" discmux move 4001h s9
check "by addresses" discmux move 0x0009 3001h

# The arm takes its time now, so that one can look at it and interrupt.
discmux-sim ctl fault changer slow 8000 op a5
discmux unload 0 >/dev/null 2>"$tmp/err" &
mover=$!
saw_moving() {
	i=0
	until discmux inventory --json | jq -e .moving >/dev/null; do
		i=$((i + 1))
		[ "$i" -lt 50 ] || return 1
		sleep 0.1
	done
}
check "the inventory answers during a move" saw_moving
kill -TERM $mover
wait $mover
check "interrupted: exit status 1" [ $? -eq 1 ]
check "interrupted: it says that the changer goes on" \
	grep -q 'the changer goes on with the move' "$tmp/err"
arrived() {
	i=0
	until json '(.moving | not) and .slots[8].full' >/dev/null; do
		i=$((i + 1))
		[ "$i" -lt 100 ] || return 1
		sleep 0.2
	done
}
check "and so it does" arrived

kill -INT $watch
wait $watch
check "events: each move begins and is done" jq -es '
	[.[] | select(.event | startswith("move-")) | .event] |
	length >= 30 and . == [range(length / 2) | "move-started", "move-done"]' "$tmp/events"
check "events: the refusal has its sense" jq -es '
	any(.[]; .event == "move-done" and .source == 1 and .destination == 3 and .sense != null)' \
	"$tmp/events"
# A changer that has no answer: what is remembered is shown, and that it is
counts=$(discmux inventory --refresh --json | jq -c .counts)
discmux-sim ctl habit changer reserved
could='the changer could not be asked, and what is shown is'
check "no answer: it says so" fails 1 "$could" discmux inventory --refresh
check "no answer: what is remembered" json ".stale and .counts == $counts"
check "no answer: the mail slot" fails 1 "$could" discmux mail-slot
check "not asked: as it is remembered" discmux inventory
discmux-sim ctl habit changer none
check "it answers again" json '.stale | not'
rm -r "$tmp"
done_testing
