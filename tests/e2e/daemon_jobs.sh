#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim tower:4 --with gojq
# kernel: 6.1
#
# Jobs of discmuxd beside each other; a run of the panel that is killed; a disk that has
# no room for a master.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"
# shellcheck source=tests/panel.sh
. "${0%/*}/../panel.sh"

# speed TIMES: of all recorders
speed() {
	for n in 0 1 2 3; do
		discmux-sim ctl speed recorder$n "$1" >/dev/null
	done
}

# begin SPEC: a job; its number to $job
begin() {
	ask start job="$1" >"$tmp/started" && job=$(jq .job "$tmp/started")
}

# is JOB STATE
is() {
	ask job job="$1" | tee "$tmp/job" | jq -e ".state == \"$2\"" || {
		cat "$tmp/job"
		return 1
	}
}

# fates JOB FATE: its discs have that, all of them
fates() {
	ask job job="$1" | jq -e "(.discs | length > 0) and all(.discs[]; .fate == \"$2\")"
}

# write JOB...: their discs are being written at this moment
write() {
	ask status >"$tmp/status"
	for id; do
		jq -e ".jobs[] | select(.job == $id) | .discs |
			length == 2 and all(.state == \"writing\" and .bytes > 0)" "$tmp/status" ||
			return
	done
}

# waits_for JOB OTHER: for the reader that the other one has
waits_for() {
	ask status | jq -e ".jobs[] | select(.job == $1) | .phase == \"preparing\" and
		.message == \"waiting for reader 0, which job $2 has\""
}

for m in one two; do
	dd if=/dev/urandom of="$tmp/$m.iso" bs=2048 count=3000 2>/dev/null
done
cp "$tmp/two.iso" "$tmp/master.iso"
dvd_master
panel_start

# ---- Several at once ----

blanks dvd+r dvd+r dvd+r dvd+r
speed 0.003
begin "{\"work\":\"copy\",\"source\":\"$tmp/one.iso\",\"recorders\":[0,1]}"
one=$job
begin '{"work":"copy","source":"reader","recorders":[2,3]}'
two=$job
check "two jobs write at once" wait_for 60 write "$one" "$two"
begin "{\"work\":\"copy\",\"source\":\"$tmp/one.iso\",\"recorders\":[1]}"
check "a third one on their recorders" wait_for 20 is "$job" failed
check "is told why" sh -c "discmux daemon job job=$job | jq -re .error | grep 'recorder 1 is busy'"
check "and touched nothing" sh -c "discmux daemon job job=$job | jq -e '.discs == []'"
begin "{\"work\":\"register\",\"source\":\"$tmp/one.iso\",\"image\":\"HDD4\"}"
file=$job
begin '{"work":"register","source":"reader","image":"HDD5"}'
check "a job waits for the reader that another reads" wait_for 20 waits_for "$job" "$two"
check "it can be cancelled" ask cancel job="$job"
check "and is over at once" wait_for 5 is "$job" cancelled
begin '{"work":"register","source":"reader","image":"HDD5"}'
reads=$job
check "the next one waits, too" wait_for 20 waits_for "$reads" "$two"
job=$file
check "a master is registered meanwhile" wait_for 30 is "$job" "done"
check "all of it" cmp "$tmp/one.iso" "$daemon_dir/images/HDD4/HDD4.iso"
check "the two go on" write "$one" "$two"
check "one is cancelled" ask cancel job="$one"
check "it ends" wait_for 30 is "$one" cancelled
check "its discs are bad" fates "$one" bad
check "the reader is refused to discmux" fails 1 "job $two of discmuxd is at work on a reader" \
	discmux verify --from reader --in 0
speed unlimited
check "the other one comes to its end" wait_for 60 is "$two" "done"
check "its discs are good" fates "$two" good
check "they hold its master" same "$tmp/two.iso" disc2 disc3
check "then who waited for the reader reads it" wait_for 30 is "$reads" "done"
check "to its end" cmp "$tmp/two.iso" "$daemon_dir/images/HDD5/HDD5.iso"
discmux-sim ctl tray reader0 close >/dev/null
job=$reads
check "good discs are counted" counter discs-good 2
check "and bad ones" counter discs-bad 2

# ---- A run of the panel that is killed ----

ask set item=quantity value=6 >/dev/null
blanks dvd+r dvd+r dvd+r dvd+r
play "a run of six begins, four of them are good" <<'END'
|COPY START?         |(DISC to DISC)      |
yes
wait INSERT BLANK DISC
|INSERT BLANK DISC   |AND PRESS YES    4/6|
END
speed 0.003
blanks dvd+r dvd+r - -
play "it goes on when they are in" <<'END'
wait COPY DVD
|COPY DVD 
END
check "it writes" wait_for 60 write "$((job + 1))"
kill -9 "$daemon"
wait "$daemon"
panel_start
play "the panel says how far it was" <<'END'
|JOB INTERRUPTED     |OK 4 NG 2 UNKNOWN 0 |
yes
wait INSERT BLANK DISC
|INSERT BLANK DISC   |AND PRESS YES    4/6|
END
speed unlimited
blanks - - dvd+r dvd+r
play "and goes on by itself with the discs that were missing" <<'END'
wait COPY ERROR
|COPY ERROR          |OK 6 NG 2        6/6|
yes
END
check "the run is done" is 0 "done"
check "its last discs hold the master" same "$tmp/two.iso" disc2 disc3
check "each was counted once" counter discs-good 8
ask set item=quantity value=0 >/dev/null

# ---- A disk that has no room ----

panel_stop
mkdir "$tmp/small"
mount -t tmpfs -o size=4m tmpfs "$tmp/small"
daemon_options="--images $tmp/small"
panel_start
discmux-sim ctl count --reset >/dev/null
begin '{"work":"register","source":"reader","image":"HDD1"}'
check "no room for a disc" wait_for 30 is "$job" failed
check "is said" sh -c "discmux daemon job job=$job | jq -re .error |
	grep 'no room for image HDD1 in $tmp/small'"
check "before the disc is read" sh -c "discmux-sim ctl count reader0 --json |
	jq -e '[.. | .blocks_read? // empty] | add < 200'"
check "no master is offered" sh -c "discmux daemon images | jq -e '.images == []'"
check "nothing of it is left" sh -c "[ -z \"\$(ls $tmp/small; ls -d $tmp/small/.new-* 2>/dev/null)\" ]"

panel_stop
umount "$tmp/small"
rm -rf "$tmp"
done_testing
