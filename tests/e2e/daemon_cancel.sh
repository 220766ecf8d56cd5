#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim tower:2 --with gojq,sqlite3
# kernel: 6.1
#
# Jobs of discmuxd that are cancelled, whatever they are at: each ends at once or brings to
# its end what has to be, says what became of each disc, and leaves nothing behind.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"
# shellcheck source=tests/panel.sh
. "${0%/*}/../panel.sh"

# begin SPEC: a job; its number to $job
begin() {
	ask start job="$1" >"$tmp/started" && job=$(jq .job "$tmp/started")
}

# phase NAME: of the job
phase() {
	ask status | jq -e ".jobs[] | select(.job == $job) | .phase == \"$1\""
}

# are STATE: its discs, both of them
are() {
	ask status | jq -e ".jobs[] | select(.job == $job) | .discs |
		length == 2 and all(.state == \"$1\")"
}

# goes_on: it has read something
goes_on() {
	ask status | jq -e ".jobs[] | select(.job == $job) | .phase == \"running\" and
		.percent > 0 and .percent < 100"
}

cancel() {
	ask cancel job="$job"
}

over() {
	ask job job="$job" | jq -e '.state != "running"'
}

# cancelled [FATE]: the job is, and so are its discs; without a fate it has none
cancelled() {
	ask job job="$job" >"$tmp/job"
	cat "$tmp/job"
	jq -e --arg fate "${1-}" '.state == "cancelled" and
		(.discs | length) == (if $fate == "" then 0 else 2 end) and
		all(.discs[]; .fate == $fate)' "$tmp/job"
}

# forgotten: nothing holds a drive, and no job is remembered as cancelled
forgotten() {
	discmux status --json --no-media |
		jq -e '.streams == 0 and all(.members[]; .state == "idle")' &&
		[ "$(sqlite3 -readonly "$daemon_dir/discmuxd.db" \
			"SELECT count(*) FROM setting WHERE key GLOB 'job.*.cancelled'")" = 0 ]
}

# faults WORDS...: in both recorders
faults() {
	for n in 0 1; do
		discmux-sim ctl fault recorder$n "$@" >/dev/null || return
	done
}

clear_faults() {
	for device in recorder0 recorder1 reader0; do
		discmux-sim ctl clear "$device" >/dev/null
	done
}

# speed TIMES: of both recorders
speed() {
	for n in 0 1; do
		discmux-sim ctl speed recorder$n "$1" >/dev/null
	done
}

# trays_in: both closed, the discs in them
trays_in() {
	for n in 0 1; do
		discmux-sim ctl tray recorder$n close >/dev/null
	done
}

dd if=/dev/urandom of="$tmp/master.iso" bs=2048 count=6000 2>/dev/null
dvd_master
panel_start

# ---- Waiting ----

blanks - -
begin '{"work":"copy","source":"reader"}'
check "a job waits for discs" wait_for 30 phase waiting-for-discs
check "it is cancelled" cancel
check "it is over" wait_for 10 over
check "no disc was begun" cancelled
check "it can't be cancelled twice" fails 1 "job $job is not running" discmux daemon cancel job="$job"
begin '{"work":"copy","source":"reader","eject":true}'
check "one waits for its master" wait_for 30 phase waiting-for-master
cancel >/dev/null
check "it is over as well" wait_for 10 over
check "without a disc" cancelled
discmux-sim ctl tray reader0 close >/dev/null

# ---- Writing, closing, verifying ----

blanks dvd+r dvd+r
speed 0.01
begin '{"work":"copy+verify","source":"reader"}'
check "discs are written" wait_for 60 are writing
check "each has taken blocks" wait_for 60 have_written recorder0 recorder1
cancel >/dev/null
check "the job is over" wait_for 60 over
check "they are bad" cancelled bad
speed unlimited

blanks dvd+r dvd+r
faults slow 4000 op 5b times always
begin '{"work":"copy","source":"reader"}'
check "discs are closed" wait_for 60 are closing
cancel >/dev/null
check "the job is over" wait_for 60 over
check "closing came to its end: they are good" cancelled good
clear_faults
check "they hold the master" same "$tmp/master.iso" disc0 disc1

blanks dvd+r dvd+r
faults slow 4000 op 5b times always
begin '{"work":"copy+verify","source":"reader"}'
check "discs are closed that are to be verified" wait_for 60 are closing
cancel >/dev/null
check "the job is over" wait_for 60 over
check "nobody knows what they are worth" cancelled unknown
clear_faults
check "they are complete" discs_are complete disc0 disc1

blanks dvd+r dvd+r
faults slow 300 op read times always
begin '{"work":"copy+verify","source":"reader"}'
check "discs are verified" wait_for 60 are verifying
cancel >/dev/null
check "the job is over" wait_for 60 over
check "they are not known to be good" cancelled unknown
check "nor ejected as such" trays closed 0 1

begin '{"work":"verify","source":"reader"}'
check "a verify" wait_for 60 are verifying
cancel >/dev/null
check "is over" wait_for 60 over
check "and says nothing of its discs" cancelled unknown
clear_faults
check "the counters are those of copies" sh -c "discmux daemon counters | jq -e '.counters |
	.[\"discs-good\"] == 2 and .[\"discs-bad\"] == 2 and .[\"discs-unknown\"] == 4'"

# ---- Registering, extracting ----

discmux-sim ctl fault reader0 slow 200 op read times always >/dev/null
begin '{"work":"register","source":"reader","image":"HDD1"}'
check "a master is registered" wait_for 60 goes_on
cancel >/dev/null
check "the job is over" wait_for 60 over
check "it has no discs" cancelled
check "no master is there" sh -c "discmux daemon images | jq -e '.images == []'"
check "nor a part of one" sh -c "[ -z \"\$(find $daemon_dir/images -name '.new-*')\" ]"
discmux-sim ctl clear reader0 >/dev/null

head -c $((9000 * 2352)) /dev/urandom >"$tmp/audio.bin"
printf 'FILE "audio.bin" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n' >"$tmp/audio.cue"
discmux-sim ctl eject reader0 --force >/dev/null
discmux-sim ctl insert reader0 "$tmp/audio.cue" >/dev/null
discmux-sim ctl fault reader0 slow 20 op be times always >/dev/null
begin '{"work":"extract","source":"reader","image":"HDD1","tracks":[1]}'
check "a track is extracted" wait_for 60 goes_on
cancel >/dev/null
check "the job is over" wait_for 60 over
check "it has no discs" cancelled
check "no master is there" sh -c "discmux daemon images | jq -e '.images == []'"
discmux-sim ctl clear reader0 >/dev/null

# ---- Erasing ----

dvd_master
blanks cd-rw cd-rw
begin "{\"work\":\"copy\",\"source\":\"$tmp/master.iso\"}"
check "two CD-RW" wait_for 60 over
trays_in
faults slow 4000 op a1 times always
begin '{"work":"erase"}'
check "discs are erased" wait_for 60 are erasing
cancel >/dev/null
check "the job is over" wait_for 60 over
check "erasing came to its end" cancelled good
check "they are blank" discs_are blank disc0 disc1
clear_faults
trays_in
begin "{\"work\":\"copy\",\"source\":\"$tmp/master.iso\"}"
check "and take another copy at once" wait_for 60 sh -c \
	"discmux daemon job job=$job | jq -e '.state == \"done\"'"

# One that failed is no blank, whatever the drive says
trays_in
discmux-sim ctl fault recorder0 sense 3/0c/00 op a1 >/dev/null
begin '{"work":"erase"}'
check "a disc can't be erased" wait_for 60 over
check "the job says which" sh -c "discmux daemon job job=$job | jq -e '.state == \"failed\" and
	(.error | test(\"recorder 0 failed to erase its disc\")) and .good == 1 and .bad == 1 and
	[.discs[].fate] == [\"bad\", \"good\"]'"
check "so does status" sh -c "discmux daemon status | jq -e '.jobs[] | select(.job == $job) |
	.problems == [.problems[0]] and .problems[0].drive == \"RECORDER 0\" and
	.problems[0].fate == \"DISC IS BAD\" and .problems[0].sense == \"03/0C/00\" and
	(.problems[0].text | test(\"failed to erase\"))'"

check "nothing is left of all that" wait_for 20 forgotten
panel_stop
rm -rf "$tmp"
done_testing
