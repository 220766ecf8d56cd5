#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim mc8600:2:20+printer --with gojq,sg3-utils
# kernel: 6.1
#
# What the control of discmux-sim does to a library, as the kernel sees it: errors
# of its tables, messages of the bus, another initiator, its printer.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"

tmp=$(mktemp -d)
udev_pause

sim() {
	discmux-sim ctl "$@"
}

# state FILTER: of the changer
state() {
	sim list --json | jq -e ".devices[] | select(.name == \"changer\") | .state | $1"
}

media=$(discmux-sim status --json | jq -r .media)
sg=$(sim list --json | jq -r '.devices[] | select(.kind == "changer") | .sg')

# raw BYTE...: a command to the changer; sense data are words on stderr
raw() {
	sg_raw -t 60 "$sg" "$@"
}

# fails_with TEXT BYTE...: it fails, and says so
fails_with() {
	text=$1
	shift
	if ! raw "$@" >"$tmp/out" 2>&1 && grep -qiF -- "$text" "$tmp/out"; then
		return 0
	fi
	cat "$tmp/out"
	return 1
}

# moves FROM TO: elements, four hexadecimal digits each
moves() {
	raw a5 00 20 00 "${1%??}" "${1#??}" "${2%??}" "${2#??}" 00 00 00 00
}

for n in 1 2; do
	sim blank dvd+r "blank$n"
	sim slot $n "blank$n"
done >/dev/null
raw 00 00 00 00 00 00 >/dev/null 2>&1

# --- errors ------------------------------------------------------------------------------

check "codes: all of them" [ "$(sim codes | wc -l)" -eq 124 ]
check "raise by its code" [ "$(sim raise 80/61)" = "80/61 Failed to draw tray" ]
check "and by its name" sim raise failed to draw tray
check "and by the code of the error log" sim raise log 61
check "no such code" fails 1 "no code 80/05" sim raise 80/05
check "no such name" fails 1 "discmux-sim ctl codes" sim raise the moon
check "a load does not meet it" moves 0001 3001
check "an unload does" fails_with "ASC=80, ASCQ=61" \
	a5 00 20 00 30 01 00 01 00 00 00 00
check "the drive still has the disc" state '.drives[0] | .disc == "blank1" and .error == "80/61"'
check "once" moves 3001 0001
check "needs an operator" sim raise 04/03
check "it is not ready" fails_with "manual intervention required" 00 00 00 00 00 00
check "until one attends" sim attend
raw 00 00 00 00 00 00 >/dev/null 2>&1
check "then it is" raw 00 00 00 00 00 00

# --- messages ----------------------------------------------------------------------------

check "ABORT during a move" sim message changer abort at move op a5
check "the command fails" sh -c "! sg_raw $sg a5 00 20 00 00 01 30 01 00 00 00 00"
check "the move was done" state '.drives[0].disc == "blank1" and (.arm.tray | not)'
check "what was on the bus" sh -c 'discmux-sim ctl list | grep -q "DISCONNECT, IDENTIFY, \[ABORT\]"'
check "a message at no phase" fails 1 "message NAME at PHASE" sim message changer abort at noon
check "INITIATOR DETECTED ERROR" sim message changer initiator-detected-error at command op 2b
check "aborted command" fails_with "aborted command" 2b 00 20 00 00 01 00 00 00 00
check "BUS DEVICE RESET during a move" sim message changer bus-device-reset at move op a5
check "the command fails, too" sh -c "! sg_raw $sg a5 00 20 00 30 01 00 01 00 00 00 00"
check "this move was done, too" state '.slots[0].disc == "blank1"'
check "unit attention" fails_with "reset" 00 00 00 00 00 00
check "a drive sends data again" sim message drive0 initiator-detected-error at data op 12
dr=$(sim list --json | jq -r '.devices[] | select(.name == "drive0") | .sg')
check "nobody notices" sg_inq "$dr"
check "but on the bus" sh -c 'discmux-sim ctl list | grep -q "RESTORE POINTERS, DATA IN"'
sim clear changer >/dev/null
sim clear drive0 >/dev/null

# --- resets and aborts by the kernel, while the arm moves ---------------------------------

check "real moves take their time" sim robot 1
check "no such time" fails 1 "give robot" sim robot -1
sg_raw -t 20 "$sg" a5 00 20 00 00 01 30 01 00 00 00 00 >/dev/null 2>&1 &
until state '.arm.tray' >/dev/null; do
	sleep 0.1
done
check "reset of the device" sg_reset -d "$sg"
wait $!	# tcm_loop ends what a reset has aborted with GOOD
check "the move was done all the same" state '.drives[0].disc == "blank1"'
check "unit attention" fails_with "reset" 00 00 00 00 00 00
raw 00 00 00 00 00 00 >/dev/null 2>&1	# the kernel has one of its own
check "no initialization: ready at once" raw 00 00 00 00 00 00
check "a command that the host gives up" sh -c \
	"! sg_raw -t 2 $sg a5 00 20 00 30 01 00 01 00 00 00 00"
arrived() {
	i=0
	until state '(.arm.tray | not) and .slots[0].disc == "blank1"' >/dev/null; do
		i=$((i + 1))
		[ "$i" -lt 100 ] || return 1
		sleep 0.2
	done
}
check "comes to its end" arrived
sim robot 0 >/dev/null
raw 00 00 00 00 00 00 >/dev/null 2>&1
check "and the next is done" raw 00 00 00 00 00 00

# --- another initiator -------------------------------------------------------------------

sim initiator 2 ready >/dev/null
check "it hears of the reset, too, and only once" \
	[ "$(sim initiator 2 ready)" = "status 00" ]
check "it reserves the library" [ "$(sim initiator 2 reserve)" = "status 00" ]
check "this host is kept out" fails_with "reservation conflict" 2b 00 20 00 00 01 00 00 00 00
check "but for INQUIRY" sg_inq "$sg"
check "RESERVE, too, is a conflict" fails_with "reservation conflict" 16 00 00 00 00 00
check "it releases it" [ "$(sim initiator 2 release)" = "status 00" ]
check "and this host reserves it" raw 16 00 00 00 00 00
check "now the other is kept out" [ "$(sim initiator 2 ready)" = "status 18" ]
check "RELEASE" raw 17 00 00 00 00 00
check "any CDB, with its data" sh -c "discmux-sim ctl initiator 2 12 00 00 00 05 00 in 5 |
	grep -qx '08 80 02 02 1f'"
check "it prevents removal" [ "$(sim initiator 2 prevent)" = "status 00" ]
check "so the mail slot does not open" fails 1 "locked" sim mail open
check "all hear that somebody tried" [ "$(sim initiator 2 ready)" = "status 02, sense 6/5a/01" ]
sim initiator 2 allow >/dev/null
raw 00 00 00 00 00 00 >/dev/null 2>&1
check "a hand opens it" sim mail open
check "a hand shuts it" sim mail close
raw 00 00 00 00 00 00 >/dev/null 2>&1

# --- both sides of a disc ----------------------------------------------------------------

sim blank dvd-r blank1.b >/dev/null
check "turned over" raw a5 00 20 00 00 01 30 01 00 00 01 00
check "the drive has the other side" sh -c 'discmux-sim ctl list --json | jq -e ".devices[] |
	select(.name == \"drive0\") | .state | .disc == \"blank1.b\" and .medium == \"dvd-r\""'
check "for the library it is the same disc" state '.drives[0] | .disc == "blank1" and .inverted'
check "back, and turned again" raw a5 00 20 00 30 01 00 01 00 00 01 00
check "as it was" state '.slots[0] | .disc == "blank1" and (.inverted | not)'

# --- the magazine and the printer --------------------------------------------------------

check "a tray is taken out" sim magazine tray 20 out
check "it is gone" state '.slots[19].tray | not'
check "filled anew" sim magazine fill blank2 - blank1
check "as it was said" state '[.slots[:3][].disc] == ["blank2", null, "blank1"]'
raw 00 00 00 00 00 00 >/dev/null 2>&1
head -c 100000 /dev/urandom >"$tmp/label"
check "no disc in the printer" fails 1 "takes no data" discmux-sim print "$tmp/label"
check "its status says it" state '.printer.error == "81/FF"'
check "a disc goes to the printer" raw 07 00 00 00 00 00
check "and there it is" moves 0001 5000
check "a label" discmux-sim print "$tmp/label"
check "finished" state '.printer | .finish and (.busy | not)'
check "that is what was printed" cmp "$tmp/label" "$media/blank2.label"
check "ink runs out" sim printer out cyan,black
check "while the next is printed" sh -c "discmux-sim print - <'$tmp/label'"
check "the printer says so" state '.printer | .empty == ["black", "cyan"] and .error == "81/22"'
check "nobody else does" raw 00 00 00 00 00 00
check "the disc comes back" moves 5000 0001
check "new ink" sim printer new black,cyan
check "switched off" sim printer off
check "takes no disc" fails_with "ASC=81, ASCQ=b0" a5 00 20 00 00 01 50 00 00 00 00 00
rm -r "$tmp"
done_testing
