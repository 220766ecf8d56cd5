#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim tower:3 --with gojq
# kernel: 6.1
#
# discmux copies, verifies and erases while discmuxd runs: the daemon knows of each disc,
# keeps its own jobs off those recorders, and can end the job; both may be killed.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"
# shellcheck source=tests/panel.sh
. "${0%/*}/../panel.sh"

# speed TIMES: of all recorders
speed() {
	for n in 0 1 2; do
		discmux-sim ctl speed recorder$n "$1" >/dev/null
	done
}

# last JQ: holds for the last job in the database
last() {
	ask job job=0 | tee "$tmp/job" | jq -e "$1" || {
		cat "$tmp/job"
		return 1
	}
}

# fates FATE: all discs of the last job have that
fates() {
	last "(.discs | length > 0) and all(.discs[]; .fate == \"$1\")"
}

# shown JQ: holds for the job that runs now
shown() {
	ask status | jq -e ".jobs[] | select(.phase == \"running\") | $1"
}

# copy WORDS...: in the background
copy() {
	discmux copy --from "$tmp/one.iso" "$@" >"$tmp/out" 2>"$tmp/err" &
	copier=$!
}

# writes: it does
writes() {
	shown 'any(.discs[]; .state == "writing" and .bytes > 0)'
}

# ended: the exit status of what ran in the background to $rc
ended() {
	wait "$copier"
	rc=$?
}

dd if=/dev/urandom of="$tmp/one.iso" bs=2048 count=3000 2>/dev/null

# ---- Without discmuxd ----

blanks dvd+r dvd+r dvd+r
check "without discmuxd a copy is as good" \
	discmux copy --from "$tmp/one.iso" --to all --quiet
check "and says nothing of it" sh -c "! discmux copy --from /nothing --to 0 2>&1 | grep discmuxd"

# ---- With it ----

panel_start
blanks dvd+r dvd+r dvd+rw
check "a copy" discmux copy --from "$tmp/one.iso" --to 0,1 --verify --no-eject --quiet
check "is a job of discmuxd" last '.work == "copy+verify" and .state == "done"'
check "that a program did" last '.spec.owner == "program" and (.spec.source | endswith("/one.iso"))'
check "its discs are good" fates good
check "each with its drive" last '[.discs[].recorder] == [0, 1] and all(.discs[]; .serial != "" and .medium == "DVD+R")'
check "they are counted" counter discs-good 2
check "verified alone" discmux verify --from "$tmp/one.iso" --in 0,1 --no-eject --quiet
check "they are another job" last '.work == "verify" and .state == "done"'
check "that counts no copies" counter discs-good 2
check "erasing, too" discmux erase --in 2 --no-eject --quiet
check "is a job" last '.work == "erase" and .state == "done"'
check "an unfit disc" sh -c "! discmux copy --from $tmp/one.iso --to 0 --quiet 2>/dev/null"
check "is a job that failed" last '.state == "failed" and .discs == []'

# ---- Beside other jobs ----

blanks dvd+r dvd+r dvd+r
speed 0.003
copy --to 0,1
check "a copy is at work" wait_for 60 writes
check "discmuxd shows how far it is" shown '[.discs[] | .total > 0] == [true, true]'
check "another one on a recorder of it is told of its job" sh -c "
	! discmux copy --from $tmp/one.iso --to 1,2 2>$tmp/said && grep 'discmux daemon cancel job=' $tmp/said"
ask start job="{\"work\":\"copy\",\"source\":\"$tmp/one.iso\",\"recorders\":[0]}" >/dev/null
check "so is a job of discmuxd" wait_for 20 last '.state == "failed" and (.error | test("recorder 0 is busy"))'
check "it touched nothing" last '.discs == []'
job=$(ask status | jq '.jobs[] | select(.phase == "running") | .job')
check "the copy can be ended from there" ask cancel job="$job"
ended
check "it ends in good order" [ "$rc" -eq 1 ]
check "and says so" grep -q "discs that are being closed" "$tmp/err"
check "it is a cancelled job" sh -c "discmux daemon job job=$job | jq -e '.state == \"cancelled\"'"
check "its discs are bad" sh -c "discmux daemon job job=$job |
	jq -e '(.discs | length == 2) and all(.discs[]; .fate == \"bad\")'"

# ---- A copy that erases first ----

blanks cd-rw cd-rw cd-rw
speed unlimited
discmux copy --from "$tmp/one.iso" --to 0,1,2 --no-eject --quiet
check "discs that hold something" wait_for 20 fates good
good=$(ask counters | jq '.counters."discs-good"')
# Each write takes a second: a copy of 6 MB is not over before it is cancelled
for n in 0 1; do
	discmux-sim ctl fault recorder$n slow 1000 op write times always >/dev/null
done
copy --to 0,1 --erase --no-eject
check "are erased and written anew" wait_for 120 writes
check "which makes no good copies yet" fates writing
ask cancel job="$(ask job job=0 | jq .job)" >/dev/null
ended
check "nor does half a copy" fates bad
for n in 0 1; do
	discmux-sim ctl clear recorder$n >/dev/null
done
check "it counts none" counter discs-good "$good"
discmux-sim ctl fault recorder2 sense 3/0c/00 op write >/dev/null
check "nor one that fails at its first block" sh -c "
	! discmux copy --from $tmp/one.iso --to 2 --erase --no-eject --quiet 2>/dev/null"
check "is it counted" fates bad
check "erased again" discmux copy --from "$tmp/one.iso" --to 0,1,2 --erase --no-eject --quiet
check "they are good" fates good
good=$((good + 3))
check "and counted once" counter discs-good $good

# ---- A copy that is killed ----

check "discs that are no good copies are not taken for blank ones" sh -c "
	! discmux copy --from $tmp/one.iso --to 0 2>$tmp/said && grep 'not a good copy: take it out' $tmp/said"
blanks dvd+r dvd+r dvd+r
speed 0.003
copy --to 0,1
check "blanks are" wait_for 60 writes
kill -9 "$copier"
wait "$copier" 2>/dev/null
check "a copy that is killed" wait_for 20 last '.state == "interrupted" and (.error | test("program is gone"))'
check "leaves bad discs" fates bad
check "its recorders are free again" wait_for 20 sh -c "discmux status --json |
	jq -e 'all(.members[]; .state == \"idle\")'"

# ---- discmuxd that is killed ----

blanks dvd+r dvd+r dvd+r
speed 0.003
copy --to 0,1
check "a copy is at work once more" wait_for 60 writes
kill -9 "$daemon"
wait "$daemon" 2>/dev/null
speed unlimited
ended
check "it goes on when discmuxd is killed" [ "$rc" -eq 0 ]
check "and says so once" [ "$(grep -c 'going on without it' "$tmp/err")" -eq 1 ]
check "the discs are good" same "$tmp/one.iso" disc0 disc1
panel_start
check "discmuxd does not know that: it calls them unknown" fates unknown
check "and their job interrupted" last '.state == "interrupted"'
check "it counts no good ones" counter discs-good $good

# ---- discmuxd that comes back before the copies are done ----

kill_daemon() {
	kill -9 "$daemon"
	wait "$daemon" 2>/dev/null
}

# back N: it is there for the Nth time
back() {
	[ "$(grep -c 'discmuxd is back' "$tmp/err")" -eq "$1" ]
}

unknown=$(ask counters | jq '.counters."discs-unknown"')
blanks dvd+r dvd+r dvd+r
speed 0.003
copy --to 0,1 --quantity 3 --wait 60 --no-eject
check "two of three copies are at work" wait_for 60 writes
job=$(ask job job=0 | jq .job)
kill_daemon
panel_start
check "discmuxd is started again" wait_for 60 back 1
check "the job is the same one, and goes on" shown ".job == $job and ([.discs[].recorder] == [0, 1])"
check "its discs are being written" fates writing
ask start job="{\"work\":\"copy\",\"source\":\"$tmp/one.iso\",\"recorders\":[0]}" >/dev/null
check "others do not get its recorders" wait_for 20 \
	last '.state == "failed" and (.error | test("recorder 0 is busy"))'
kill_daemon
speed unlimited
check "without discmuxd two are written" wait_for 60 sh -c "
	grep -q 'waiting' $tmp/err && sleep 2"
panel_start
check "it hears of them when it is back" wait_for 60 back 2
check "they are good" wait_for 20 shown ".job == $job and .good == 2 and .unknown == 0"
discmux-sim ctl eject recorder0 --force >/dev/null
discmux-sim ctl blank dvd+r disc9 recorder0 >/dev/null
ended
check "so is the third" [ "$rc" -eq 0 ]
check "in the database, too" sh -c "discmux daemon job job=$job |
	jq -e '.state == \"done\" and ([.discs[] | [.round, .recorder, .fate]] ==
		[[1, 0, \"good\"], [1, 1, \"good\"], [2, 0, \"good\"]])'"
check "they are counted once" counter discs-good $((good + 3))
check "and none is unknown" counter discs-unknown "$unknown"

# ---- A daemon of another mux ----

newest=$(ask job job=0 | jq .job)
panel_stop
modprobe -r discmux && modprobe discmux muxes=2
daemon_options="--mux 1"
panel_start
blanks dvd+r dvd+r dvd+r
check "a daemon of another mux has nothing to do with it" \
	discmux copy --from "$tmp/one.iso" --to 0 --quiet
check "nor hears of it" last ".job == $newest"
panel_stop
rm -rf "$tmp"
done_testing
