#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim mc8600:12:600+printer --with gojq
#
# What the library does besides moving discs, with the largest library there is.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"

tmp=$(mktemp -d)
export tmp

json() { # FILTER: of the inventory
	discmux inventory --refresh --json | jq -e "$1"
}
count() { # OPCODE: how often the library has seen it
	discmux-sim ctl count changer --json | jq "[.devices[].opcodes[] | select(.opcode == \"$1\").count] | add // 0"
}
prints() { # TEXT command...: just that
	text=$1
	shift
	[ "$("$@")" = "$text" ]
}
for n in 1 2 600; do
	discmux-sim ctl blank dvd+r "disc$n" >/dev/null
	discmux-sim ctl slot $n "disc$n" >/dev/null
done

check "the whole library" json '(.counts | .slots == 600 and .slots_full == 3 and .drives == 12)
	and (.arms | length) == 1 and (.mail_slots | length) == 1 and (.printers | length) == 1'
discmux-sim ctl count changer --reset >/dev/null
discmux inventory --refresh --json >/dev/null
commands=$(discmux-sim ctl count changer --json | jq '[.devices[].commands] | add')
echo "# $commands commands for 600 slots, 12 drives, arm, mail slot and printer"
check "its element status in at most 4 commands" [ "$commands" -gt 0 -a "$commands" -le 4 ]

check "position" prints "the arm is at slot 600" discmux position s600
check "position: a drive" discmux position d11
check "position: nowhere" fails 1 'there is no slot 601' discmux position s601
check "position: no place" fails 2 'before which place?' discmux position
check "position: a slot or a drive?" fails 2 'write s3 or d3' discmux position 3

check "init" prints "looked at 615 places" discmux init
check "init: a range" prints "looked at 20 places" discmux init s1-s20
check "init: two places" prints "looked at 20 places" discmux init s1 s20
check "init: numbers are slots" prints "looked at 11 places" discmux init 590-600
check "init: one place" prints "looked at 1 place" discmux init d3
check "init: addresses" prints "looked at 12 places" discmux init 0x3001-0x300c
check "init: backwards" fails 1 'ends before it begins' discmux init s20-s1
check "init: too far" fails 1 'there is no slot 601' discmux init s1-s601
check "E7h was sent for ranges" [ "$(count E7h)" -eq 5 ]
check "07h for all" [ "$(count 07h)" -eq 1 ]

check "selftest" prints "selftest passed" discmux selftest
check "its disc is back" json '.slots[0].full and (.drives[0].full | not)'
check "load" discmux load 600 11
check "eject" prints "moved from drive 11 to slot 600" discmux eject 11
check "eject: nothing there" fails 1 'drive 11 is empty' discmux eject 11
check "eject: no destination" fails 2 'the library chooses' discmux eject 11 s5
discmux load 2 0 >/dev/null
check "selftest: the drive is taken" fails 1 'needs drive 0 empty' discmux selftest
discmux load 1 1 >/dev/null
check "rezero" prints "the arm is in its place" discmux rezero
check "no disc has moved" json '.counts.drives_full == 2'
check "rezero --return" discmux rezero --return
check "all discs are in their slots" json '.counts | .drives_full == 0 and .slots_full == 3'
check "rezero: not both" fails 2 'exclude each other' discmux rezero --return --reset
check "turned over" sh -c 'discmux load 2 0 --invert && discmux eject 0 --invert'
check "exchange: this library cannot" fails 1 'exchange' discmux exchange s1 s2
check "exchange: of nothing" fails 1 'slot 5 is empty: there is nothing to exchange' \
	discmux exchange s1 s5
check "exchange: one place" fails 2 'what with what?' discmux exchange s1

check "lock" prints "the mail slot is locked" discmux lock
check "the mail slot does not open" fails 1 'medium removal prevented' discmux move s1 mail
check "unlock" prints "the mail slot is unlocked" discmux unlock
check "reserve" prints "the library is reserved" discmux reserve
check "another host is kept out" sh -c 'discmux-sim ctl initiator 3 ready 2>&1 | grep -q "status 18"'
check "release" prints "the library is released" discmux release
check "and may again" sh -c '! discmux-sim ctl initiator 3 ready 2>&1 | grep -q "status 18"'
check "reserve for another host" discmux reserve --for 3
check "we are kept out" fails 1 'reservation conflict' discmux position s1
check "release what was reserved for it" discmux release --for 3
check "and may again" discmux position s1
check "reserve: no such id" fails 2 'from 0 to 7' discmux reserve --for 8

check "mail slot" prints "mail slot 4000h: closed, empty" discmux mail-slot
check "export" discmux mail-slot export s2
check "it is open" sh -c 'discmux mail-slot --json | jq -e ".mail_slots[0] | .open and .full"'
check "it is open: opened twice" fails 1 'the mail slot is open' discmux mail-slot open
check "import shuts it, and the disc goes home" \
	prints "moved from the mail slot to slot 2" discmux mail-slot import
check "export without opening" discmux mail-slot export s2 --closed
check "it is closed" sh -c 'discmux mail-slot | grep -q "closed, a disc from slot 2"'
check "import" discmux mail-slot import
check "a tray for a new disc" discmux mail-slot open s77
discmux-sim ctl blank dvd+r new >/dev/null
discmux-sim ctl mail insert new
check "import it" prints "moved from the mail slot to slot 77" discmux mail-slot import
check "there it is" json '.slots[76].full'
check "open: no tray there" fails 1 'has no empty tray' discmux mail-slot open s77
check "no such word" fails 2 'open, import or export' discmux mail-slot shut
check "export what?" fails 2 'which disc?' discmux mail-slot export

discmux-sim ctl raise 80/63 >/dev/null
discmux load 1 0 >/dev/null
check "a move that fails" sh -c '! discmux unload 0'
discmux log --json >"$tmp/log"
check "log" sh -c 'discmux log | grep -q "^  63  Failed to eject disk on drive"'
check "log: JSON" jq -e '.errors[-1].code == 99 and (.commands | length) == 8 and
	.media_changes > 5 and .non_medium_errors >= 1' "$tmp/log"
check "log: a refusal has its sense" \
	jq -e 'any(.commands[]; .status == 2 and .asc == 128 and .ascq == 99)' "$tmp/log"
check "log --clear" discmux log --clear
check "it is empty" sh -c 'discmux log --json |
	jq -e ".errors == [] and .media_changes == 0 and .non_medium_errors == 0"'
check "and the disc can be had" discmux unload 0
check "modes" sh -c 'discmux modes --json | jq -e ".addresses.slot == {first: 1, count: 600} and
	.addresses.drive == {first: 12289, count: 12} and .arms_turn_over == [true] and
	.moves.slot == [\"mail\", \"drive\"]"'
check "modes: text" sh -c 'discmux modes | grep -q "^slot .*600 from 0001h"'

discmux watch --json --count 2 --timeout 60 >"$tmp/events" &
sleep 1
check "reset" discmux rezero --reset
wait
check "the reset is an event" jq -es 'any(.[]; .event | startswith("operation"))' "$tmp/events"
check "operators cannot reset it" fails 1 'not permitted' as burner discmux rezero --reset
check "but move discs" as burner discmux load 1 0
check "and back" as burner discmux unload 0
rm -r "$tmp"
done_testing
