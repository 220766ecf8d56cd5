#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim mc8600:2:20 --with gojq
# kernel: 6.1
#
# After kill -9, a power cut, a reset or somebody's hand in the library: the next
# command says what differs, and puts discs back that were left on the way.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"

tmp=$(mktemp -d)
memory=/var/lib/discmux

for n in 1 2 3 4; do
	discmux-sim ctl blank dvd+r "disc$n" >/dev/null
	discmux-sim ctl slot $n "disc$n" >/dev/null
done

json() { # FILTER: of the inventory
	discmux inventory --refresh --json | jq -e "$1"
}
home() { # all discs are in their slots
	json '[.slots[:4][].full] == [true, true, true, true] and (.arms[0].full | not)'
}
kill_all() { # every discmux that runs, at once
	for p in /proc/[0-9]*; do
		read -r comm 2>/dev/null <"$p/comm" || continue
		[ "$comm" != discmux ] || kill -9 "${p#/proc/}"
	done
	wait
}
moving() {
	i=0
	until discmux inventory --json | jq -e .moving >/dev/null; do
		i=$((i + 1))
		[ "$i" -lt 50 ] || return 1
		sleep 0.1
	done
}
resting() {
	i=0
	until discmux inventory --refresh --json | jq -e '.moving | not' >/dev/null; do
		i=$((i + 1))
		[ "$i" -lt 50 ] || return 1
		sleep 0.2
	done
}
says() { # TEXT command...: succeeds, and says the text on stderr
	text=$1
	shift
	"$@" >"$tmp/out" 2>"$tmp/err" || {
		cat "$tmp/err"
		return 1
	}
	cat "$tmp/err"
	grep -qF -- "$text" "$tmp/err"
}
silent() {
	"$@" >"$tmp/out" 2>"$tmp/err"
	got=$?
	cat "$tmp/err"
	[ "$got" -eq 0 ] && [ ! -s "$tmp/err" ]
}
restart_sim() {
	media=${DISCMUX_MEDIA:-/media-sim}
	discmux-sim stop && discmux-sim start --profile mc8600:2:20 --media "$media" >/dev/null &&
		udevadm settle && discmux inventory --refresh >/dev/null
}

check "the first time nothing is known" json '.differences == [] and .strays == []'
check "a move" silent discmux load 1 0
check "it is remembered" sh -c "jq -e '.discs[] | select(.address == 12289) | .home == 1' \
	$memory/library-*.json"
check "nothing differs" json '.differences == [] and .strays == []'
check "back" silent discmux unload 0

# Killed while the arm is under way: the library finishes the move.
discmux-sim ctl fault changer slow 3000 op a5 >/dev/null
discmux load 2 0 >/dev/null 2>&1 &
check "a slow move" moving
kill_all
check "the next command waits for the arm, and says what has come of it" \
	says 'move from slot 2 to drive 0 was cut short: the disc has arrived' discmux load 1 1
check "both are loaded" json '.counts.drives_full == 2'
check "said once" silent discmux unload 1
check "and back" silent discmux unload 0

# Killed, and the disc stays on the arm.
discmux-sim ctl fault changer slow 3000 op a5 >/dev/null
discmux-sim ctl raise 80/21 >/dev/null
discmux load 3 0 >/dev/null 2>&1 &
check "a slow move that fails" moving
kill_all
check "the arm comes to rest" resting
check "the inventory tells" json '.strays[0] | .address == 8192 and .home == 3'
check "also in words" sh -c 'discmux inventory | grep -q "^astray: the arm holds a disc from slot 3"'
check "it puts it back" says 'put back from the arm to slot 3' discmux inventory --recover
check "there they are" home
check "nothing differs" json '.differences == [] and .strays == []'

# Not killed: what the arm holds is said at once.
discmux-sim ctl raise 80/21 >/dev/null
check "a move fails half way" sh -c "! discmux load 4 0 2>$tmp/err"
check "what the arm holds is said" grep -q '^discmux: the arm holds the disc of slot 4$' "$tmp/err"
check "the next command puts it back first" \
	says 'put back from the arm to slot 4' discmux load 1 0
check "and then does its work" json '.drives[0].source_slot == 1 and .slots[3].full'
check "back" silent discmux unload 0

# A power cut with the arm full: the library itself is switched off, too.
discmux-sim ctl raise 80/21 >/dev/null
discmux load 2 0 >/dev/null 2>&1
check "power is cut and comes back" restart_sim
check "the arm is full" json '.arms[0].full'
check "it is put back" says 'put back from the arm to slot 2' discmux load 1 1
check "back" silent discmux unload 1
check "all are at home" home

# A reset of the library's controller
discmux load 3 1 >/dev/null
check "a reset" discmux rezero --reset
check "the drive keeps its disc, and its home is known" silent discmux unload 1
check "all are at home" home

# Somebody's hand
discmux-sim ctl slot 2 empty
discmux-sim ctl slot 9 disc2
check "discs that were moved by hand" \
	says 'not as it was left: slot 2 held a disc and is empty' discmux load 1 0
check "both ends" grep -q 'slot 9 was empty and holds a disc' "$tmp/err"
check "said once" silent discmux unload 0
discmux-sim ctl slot 9 empty
discmux-sim ctl slot 2 disc2
check "a tidy hand" says 'slot 9 held a disc and is empty' discmux inventory --recover

# No room at home: nobody but an operator can tell where to.
discmux-sim ctl raise 80/21 >/dev/null
discmux load 4 0 >/dev/null 2>&1
discmux-sim ctl magazine tray 4 in >/dev/null 2>&1 || discmux-sim ctl slot 4 disc4 >/dev/null 2>&1
if json '.slots[3].tray or .slots[3].full' >/dev/null; then
	check "no room" sh -c "! discmux load 1 0 2>$tmp/err && grep -q 'no room' $tmp/err"
	discmux-sim ctl slot 4 empty >/dev/null 2>&1
	discmux-sim ctl magazine tray 4 out >/dev/null 2>&1
fi
check "with room again" discmux inventory --recover
check "all are at home" home

# The memory itself
printf '{"version": 1, "discs": [' >"$(echo "$memory"/library-*.json)"
check "a torn file is forgotten" silent discmux load 1 0
check "and written anew" silent discmux unload 0
check "nothing is left of the writing" [ "$(find "$memory" -name '*.new' | wc -l)" -eq 0 ]
check "for others to read, not to write" as user sh -c \
	"cat $memory/library-*.json >/dev/null && ! touch $memory/x 2>/dev/null"

# kill -9 at any time, again and again: no disc is ever lost.
n=1
while [ $n -le "${DISCMUX_KILLS:-3}" ]; do
	discmux-sim ctl fault changer slow $((n * 37 % 400)) op a5 >/dev/null
	discmux load $((n % 4 + 1)) $((n % 2)) >/dev/null 2>&1 &
	sleep "0.$((n * 7 % 10))"
	kill_all
	[ $((n % 3)) -ne 0 ] || discmux-sim ctl raise 80/21 >/dev/null
	discmux unload $((n % 2)) >/dev/null 2>&1
	n=$((n + 1))
done
discmux-sim ctl clear changer >/dev/null
discmux-sim ctl attend >/dev/null 2>&1
check "order is restored" discmux inventory --recover
for d in 0 1; do
	! json ".drives[$d].full" >/dev/null || discmux unload $d >/dev/null
done
check "no disc is lost" home
rm -r "$tmp"
done_testing
