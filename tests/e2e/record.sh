#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --with gojq,mtx
# kernel: 6.1
#
# A recorder with a disc and a library are recorded, and played: what discmux says of them is
# the same.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"

tmp=$(mktemp -d)
sim() {
	discmux-sim ctl "$@"
}

# Of a member's status, what does not depend on where it is plugged in
recorder() {
	discmux status --json | jq '.members[] | select(.role == "recorder") |
		del(.member, .address, .block, .generic, .host_shared)'
}
disc() {
	discmux media --json recorder:0 | jq 'walk(if type == "object" then del(.member, .block)
		else . end)'
}
library() {
	discmux inventory --all --refresh --json | jq 'del(.age_ms, .generation, .changer) |
		.drives |= map(del(.member, .role, .unit))'
}
modes() {
	discmux modes --json
}
settle() {
	udevadm settle
	sleep 1
}

# --- a recorder -----------------------------------------------------------------------------

dd if=/dev/urandom of="$tmp/master.iso" bs=1M count=4 2>/dev/null
discmux-sim start --profile tower:1 --media "$tmp/media"
sim blank dvd+r d1 recorder0 >/dev/null
settle
check "a copy is recorded as it is made" discmux record --serials recorder:0 "$tmp/copy.rec" -- \
	copy --from "$tmp/master.iso" --to 0 --no-eject --quiet
check "the questions and the copy are its parts" [ "$(grep -c '^part discmux copy' "$tmp/copy.rec")" -eq 1 ]
check "what the stream became is told" grep -q '^# the driver: stream done, 4194304 bytes' "$tmp/copy.rec"
check "no data of the disc are in it" sh -c "! grep -qE '^cdb (28|2a|a8)' $tmp/copy.rec ||
	! grep -A1 -E '^cdb (28|2a|a8)' $tmp/copy.rec | grep -q '^data'"
recorder >"$tmp/status"
disc >"$tmp/disc"
check "the disc is full" grep -q '"complete"' "$tmp/disc"
check "the recorder is recorded" discmux record --serials recorder:0 "$tmp/recorder.rec"
discmux-sim stop
check "it plays" discmux-sim start --drive replay="$tmp/recorder.rec" --media "$tmp/media"
settle
recorder >"$tmp/status.again"
disc >"$tmp/disc.again"
check "status says the same" diff "$tmp/status" "$tmp/status.again"
check "media says the same" diff "$tmp/disc" "$tmp/disc.again"
sim list | sed 's/^/# /'
discmux-sim stop
check "the copy plays" discmux-sim start --drive replay="$tmp/copy.rec" --speed 1
settle
check "its parts" sim rewind replay0 2
check "no third one" fails 1 "no such part" sim rewind replay0 3
check "it is a recorder" [ "$(recorder | jq -r .role)" = recorder ]
discmux-sim stop

# --- a library --------------------------------------------------------------------------------

discmux-sim start --profile mc8600:2:10 --media "$tmp/library"
for n in 1 2 5; do
	sim blank dvd+r "L0000$n" >/dev/null
	sim slot $n "L0000$n" >/dev/null
done
settle
discmux load 2 1
library >"$tmp/inventory"
modes >"$tmp/modes"
mtx -f /dev/sch0 status >"$tmp/mtx" 2>&1 || mtx -f "$(sim list --json | jq -r '.devices[] |
	select(.kind == "changer") | .sg')" status >"$tmp/mtx" 2>&1
check "a disc is in a drive" sh -c "jq -e '.counts.drives_full == 1' $tmp/inventory"
check "the library is recorded" discmux record --serials --titles changer "$tmp/changer.rec"
check "and a command" discmux record changer "$tmp/moves.rec" -- load 1 0
check "with what the driver did" grep -q '^# the driver: MOVE MEDIUM .*: good' "$tmp/moves.rec"
discmux unload 0
discmux-sim stop
check "it plays" discmux-sim start --drive replay="$tmp/changer.rec"
settle
library >"$tmp/inventory.again"
modes >"$tmp/modes.again"
check "inventory says the same" diff "$tmp/inventory" "$tmp/inventory.again"
check "modes say the same" diff "$tmp/modes" "$tmp/modes.again"
mtx -f "$(sim list --json | jq -r '.devices[].sg')" status >"$tmp/mtx.again" 2>&1
check "mtx says the same" sh -c "sed 's#/dev/[a-z0-9]*##g' $tmp/mtx >$tmp/a
	sed 's#/dev/[a-z0-9]*##g' $tmp/mtx.again >$tmp/b
	diff $tmp/a $tmp/b"
check "nothing moves" fails 1 "" discmux load 1 0
check "and it is told" sh -c "discmux-sim ctl list | grep -q 'not recorded: a5'"
sim list | sed 's/^/# /'
discmux-sim stop
done_testing
