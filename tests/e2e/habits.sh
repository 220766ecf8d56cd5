#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --with gojq,sg3-utils,lsscsi
# kernel: 6.1
#
# Habits of virtual drives and changers, as the kernel's SCSI midlayer hands them to
# sg3_utils.  What each does to a command is in tests/unit/test_sim_habit.c.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"

tmp=$(mktemp -d)
media=$tmp/media

sim() {
	discmux-sim ctl "$@"
}

node() { # DEVICE node|sg
	sim list --json | jq -r ".devices[] | select(.name == \"$1\") | .$2"
}

# says TEXT command...: its output has the text, whatever its status
says() {
	said=$1
	shift
	"$@" >"$tmp/out" 2>&1
	cat "$tmp/out"
	grep -qi -- "$said" "$tmp/out"
}

says_not() {
	! says "$@"
}

turs() {
	sg_turs "$1"
}

# gets SG BYTES CDB...: so many bytes come, all in all
gets() {
	sg=$1 want=$2
	shift 2
	sg_raw -r 65536 "$sg" "$@" 2>&1 | tee "$tmp/out" | grep -q "Received $want bytes"
	got=$?
	cat "$tmp/out"
	return "$got"
}

ready() { # SG
	n=0
	until sg_turs "$1" >/dev/null 2>&1; do
		n=$((n + 1))
		[ $n -lt 900 ] || return 1
		sleep 0.1
	done
}

# While its link is away a device has no answer; prints the first one that it gives then
link_back() { # SG
	n=0
	while sg_raw "$1" 00 00 00 00 00 00 >"$tmp/turs" 2>&1; grep -q DID_ "$tmp/turs"; do
		n=$((n + 1))
		[ $n -lt 900 ] || return 1
		sleep 0.1
	done
	cat "$tmp/turs"
}

# --- at the start -----------------------------------------------------------------------

check "habits are listed" [ "$(discmux-sim habits | wc -l)" -gt 60 ]
check "as JSON, too" sh -c 'discmux-sim habits --json | jq -e ".habits | length > 60"'
check "no such habit" fails 2 "no habit 'laziness'" discmux-sim start --profile tower:1 \
	--media "$media" --drive habit=laziness
check "not for a drive" fails 2 "no device for habit recovered-moves" discmux-sim start \
	--profile tower:1 --media "$media" --drive habit=recovered-moves
check "bad value" fails 2 "give SECONDS, 1 to 3600" discmux-sim start \
	--profile tower:1+habit=slow-ready=x --media "$media"
check "neither habit nor device" fails 2 "give [DEVICE.]habit=NAME" discmux-sim start \
	--profile tower:1 --media "$media" --drive mood=bad
check "a tower and a library with habits" discmux-sim start \
	--profile tower:2+habit=serial-spaces,smc3:2:20+habit=no-all-types+habit=tags-or-ids \
	--media "$media" --drive recorder1.habit=no-get-configuration+no-page-2a
# No other program asks the drives from here on
udev_pause
echo 0 >/sys/module/block/parameters/events_dfl_poll_msecs
r0=$(node reader0 sg) w0=$(node recorder0 sg) w1=$(node recorder1 sg) ch=$(node changer sg)
dd if=/dev/urandom of="$tmp/m.iso" bs=1M count=8 2>/dev/null

check "a serial number of spaces" says "Unit serial number:  *$" sg_inq -p 0x80 "$r0"
check "GET CONFIGURATION is refused" says "invalid command operation code" \
	sg_raw -r 64 "$w1" 46 00 00 00 00 00 00 00 40 00
check "the other recorder knows it" sg_raw -r 64 "$w0" 46 00 00 00 00 00 00 00 40 00
check "mode page 2Ah is refused" says "illegal request\|invalid field\|not supported" \
	sg_modes -p 0x2a "$w1"
check "the other recorder has it" says "capabilities" sg_modes -p 0x2a "$w0"

# --- sense data -------------------------------------------------------------------------

sim insert reader0 "$tmp/m.iso" >/dev/null
ready "$r0"
sim fault reader0 sense 1/18/00 op 28 times 1 >/dev/null
check "recovered: it says so, and the data came" sh -c "
	sg_raw -r 32768 -o $tmp/data $r0 28 00 00 00 00 10 00 00 10 00 2>&1 |
		grep -i 'recovered' && dd if=$tmp/m.iso bs=2048 skip=16 count=16 2>/dev/null |
		cmp - $tmp/data"
sim habit reader0 recovered-reads=1
check "the block layer takes no harm from it" cmp /dev/sr0 "$tmp/m.iso"
sim habit reader0 none
sim fault reader0 sense 6/29/00,2/04/01*3 for-all op 00 times 1 >/dev/null
check "sequence: reset" says "unit attention" turs "$r0"
for n in 1 2 3; do
	check "sequence: becoming ready, $n" says "not ready" turs "$r0"
done
check "sequence: over" turs "$r0"
sim fault reader0 sense 3/11/00 deferred op 00 >/dev/null
check "deferred sense" says "deferred" sg_raw "$r0" 00 00 00 00 00 00

# --- replies ----------------------------------------------------------------------------

sim blank cd-r one recorder0 >/dev/null
ready "$w0"
check "READ DISC INFORMATION has 34 bytes" gets "$w0" 34 51 00 00 00 00 00 00 00 22 00
sim habit recorder0 short-disc
check "short: 8 bytes come" gets "$w0" 8 51 00 00 00 00 00 00 00 22 00
sim habit recorder0 none
sim habit recorder0 long-replies
check "long: as many as were asked for" gets "$w0" 256 51 00 00 00 00 00 00 01 00 00
sim habit recorder0 none
sim habit recorder0 nwa-unknown+capable-of-nothing
check "several at once, one" says "^ 00 *00 22.*" sg_raw -r 36 "$w0" 52 01 00 00 00 ff 00 00 24 00
check "several at once, the other" says "00  *2a [0-9a-f][0-9a-f] 00 00 00 00" \
	sg_raw -r 64 "$w0" 5a 00 2a 00 00 00 00 00 40 00
check "list tells them" sh -c "discmux-sim ctl list | grep -q '(nwa-unknown)'"
sim habit recorder0 none
check "none is none" sh -c "! discmux-sim ctl list | grep -q '(nwa-unknown)'"
check "serial numbers change under way, too" sim habit recorder0 serial-same
w0=$(node recorder0 sg)
check "and the kernel has it" says "000000000001" sg_inq -p 0x80 "$w0"
sim habit recorder0 none
w0=$(node recorder0 sg)
ready "$w0"

# --- time and operator ------------------------------------------------------------------

sim eject recorder0 --force >/dev/null
sim habit recorder0 slow-ready=20
sim insert recorder0 one >/dev/null
check "not ready after insertion" says "not ready" turs "$w0"
check "ready in the end" ready "$w0"
sim habit recorder0 none
sim habit recorder0 tray-closes=20
check "the tray comes out" sg_start --eject "$w0"
check "it is out" sh -c "discmux-sim ctl list --json |
	jq -e '.devices[1].state.tray == \"open\"'"
check "it closes by itself" ready "$w0"
sim habit recorder0 none
sim habit reader0 button=100
sg_prevent "$r0"
check "button on a locked tray: the read goes on" sg_raw -r 2048 "$r0" 28 00 00 00 00 64 00 00 01 00
sg_prevent --allow "$r0"
sim habit reader0 none
sim habit reader0 button=100
check "button on a tray that is not: no disc" says "not ready\|medium not present" \
	sg_raw -r 2048 "$r0" 28 00 00 00 00 64 00 00 01 00
sim habit reader0 none
sim tray reader0 close
ready "$r0"
sim habit reader0 late=2
begin=$(date +%s%3N)
check "late: answered rightly" turs "$r0"
check "late: after two seconds" [ $(($(date +%s%3N) - begin)) -ge 1900 ]
sim habit reader0 none

# --- the link ---------------------------------------------------------------------------

sim blank dvd+r two recorder1 >/dev/null
ready "$w1"
head -c 32768 /dev/urandom >"$tmp/ecc"
check "a write" sg_raw -s 32768 -i "$tmp/ecc" "$w1" 2a 00 00 00 00 00 00 00 10 00
sim fault recorder1 link 20000 op write >/dev/null
check "link away: the write has no sense data" sh -c "
	sg_raw -s 32768 -i $tmp/ecc $w1 2a 00 00 00 00 10 00 00 10 00 >$tmp/out 2>&1 && exit 1
	cat $tmp/out; grep -q 'DID_TRANSPORT_DISRUPTED' $tmp/out &&
		! grep -qi 'sense key' $tmp/out"
check "link away: nothing else comes through" says DID_TRANSPORT_DISRUPTED turs "$w1"
check "link back: I_T nexus loss" says "nexus loss" link_back "$w1"
check "link back: ready" ready "$w1"
check "what was lost was not written" sh -c "sg_raw -r 36 $w1 52 01 00 00 00 01 00 00 24 00 2>&1 |
	grep -q '^ 00 .*00 00 00 10  '"
sim fault recorder1 link 1000 after op write >/dev/null
sg_raw -s 32768 -i "$tmp/ecc" "$w1" 2a 00 00 00 00 10 00 00 10 00 >/dev/null 2>&1
link_back "$w1" >/dev/null
ready "$w1"
check "what only the answer was lost of was written" sh -c "
	sg_raw -r 36 $w1 52 01 00 00 00 01 00 00 24 00 2>&1 | grep -q '^ 00 .*00 00 00 20  '"
sim habit recorder1 reserved
check "reserved by another host" says "reservation conflict" turs "$w1"
sim habit recorder1 none

# --- a changer --------------------------------------------------------------------------

ready "$ch"
check "all types are refused" says "illegal request\|invalid field" \
	sg_raw -r 4096 "$ch" b8 00 00 00 ff ff 00 00 10 00 00 00
check "slots alone are not" sg_raw -r 4096 "$ch" b8 02 00 00 ff ff 00 00 10 00 00 00
check "tags and identifiers are refused" says "illegal request\|invalid field" \
	sg_raw -r 4096 "$ch" b8 14 00 00 ff ff 01 00 10 00 00 00
check "identifiers alone are not" sg_raw -r 4096 "$ch" b8 04 00 00 ff ff 01 00 10 00 00 00
sim habit changer none
check "two drives: two descriptors of 16 bytes" gets "$ch" 48 b8 04 00 00 ff ff 00 00 10 00 00 00
sim habit changer descriptor-52
check "of 52" gets "$ch" 120 b8 04 00 00 ff ff 00 00 10 00 00 00
sim habit changer none
sim habit changer last-cut
check "the last one is cut" gets "$ch" 42 b8 04 00 00 ff ff 00 00 10 00 00 00
sim habit changer none
sim habit changer header-counted
check "headers are counted" sh -c "sg_raw -r 4096 $ch b8 04 00 00 ff ff 00 00 10 00 00 00 2>&1 |
	grep -q '^ 00 .*00 00 00 30'"
sim habit changer none
sim habit changer slow-inventory=20
sim blank dvd+r three >/dev/null
sim slot 5 three
check "becoming ready after a hand was there" sh -c "
	sg_turs $ch >/dev/null 2>&1; sg_raw $ch 00 00 00 00 00 00 2>&1 | grep -qi 'not ready'"
check "a disc is moved by hand meanwhile" sim slot 5 empty
check "ready in the end, with an attention" ready "$ch"
sim habit changer none

udev_go_on
check "stop" discmux-sim stop
rm -rf "$tmp"
done_testing
