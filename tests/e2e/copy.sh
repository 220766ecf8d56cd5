#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim tower:4 --with gojq,xorriso
#
# discmux copy on a tower: what is burned is the master, whatever goes wrong
# beside it.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"
# shellcheck source=tests/tower.sh
. "${0%/*}/../tower.sh"

tmp=$(mktemp -d)
log=/var/lib/discmux/jobs.log

# copy OPTION...: as discmux copy; its output, exit status in $?
copy() {
	discmux copy "$@" >"$tmp/out" 2>"$tmp/err"
	status=$?
	cat "$tmp/out" "$tmp/err"
	return "$status"
}

# ends STATUS command...: exits so
ends() {
	wanted=$1
	shift
	"$@"
	got=$?
	[ "$got" -eq "$wanted" ] || echo "exit status $got, not $wanted"
	[ "$got" -eq "$wanted" ]
}

# said TEXT: the last copy said it on stderr
said() {
	cat "$tmp/err"
	grep -qF -- "$1" "$tmp/err"
}

# blanks TYPE...: as put_in, in the place of what is there
blanks() {
	take_out "$#"
	put_in "$@"
}

# out FILTER: of the JSON on stdout
out() {
	jq -e "$1" "$tmp/out" || {
		cat "$tmp/out"
		return 1
	}
}

mkdir "$tmp/files"
dd if=/dev/urandom of="$tmp/files/random" bs=1k count=9001 2>/dev/null
cp /bin/busybox "$tmp/files/"
xorriso -as mkisofs -quiet -R -o "$tmp/master.iso" "$tmp/files" 2>/dev/null
dd if=/dev/urandom of="$tmp/odd.iso" bs=2048 count=777 2>/dev/null

# ---- All is well ----

blanks dvd+r dvd-r dvd+r dvd-r
check "file to four recorders, +R and -R" copy --from "$tmp/master.iso" --to all --verify
check "the discs hold the master" same "$tmp/master.iso" disc0 disc1 disc2 disc3
check "and are complete" discs_are complete disc0 disc1 disc2 disc3
check "the trays are open" trays open 0 1 2 3
check "they are no longer claimed" sh -c \
	'discmux status --json --no-media | jq -e "all(.members[]; .state == \"idle\")"'
check "the log has each disc verified" sh -c \
	"[ \$(tail -n 4 $log | jq -r .disc | grep -c '^verified\$') -eq 4 ]"

discmux-sim ctl tray recorder1 close >/dev/null
modprobe isofs 2>/dev/null
mkdir "$tmp/mnt"
check "a copy can be mounted" wait_for 20 mount -o ro /dev/sr2 "$tmp/mnt"
check "and its files are the master's" diff -r "$tmp/files" "$tmp/mnt"
umount "$tmp/mnt"

blanks cd-r cd-r
check "777 blocks to CD-R" copy --from "$tmp/odd.iso" --to 0,1 --verify --no-eject --speed 16
check "the discs hold them" same "$tmp/odd.iso" disc0 disc1
check "the trays stay shut" trays closed 0 1
check "recorders not named are left alone" trays open 2

discmux-sim ctl insert reader0 "$tmp/master.iso" >/dev/null
blanks dvd-r dvd+r dvd+r dvd+r
sleep 3 # udev has looked at the discs
discmux-sim ctl count --reset >/dev/null
check "disc to disc, incremental" copy --from reader --to all --verify --method incremental --json
check "four good copies" out '.good == 4 and .failed == 0 and all(.copies[]; .verified)'
check "the discs hold the master" same "$tmp/master.iso" disc0 disc1 disc2 disc3
blocks=$(($(stat -c %s "$tmp/master.iso") / 2048))
check "bytes read are told" out ".master.bytes_read == $blocks * 2048"
# udev reads a little of each disc when its drive is let go
check "the master was read once" sh -c "discmux-sim ctl count reader0 --json |
	jq -e '[.. | .blocks_read? // empty][0] | . >= $blocks and . < $blocks + 100'"

blanks dvd+r
check "left open" copy --from "$tmp/odd.iso" --to 0 --open --quiet --verify
check "quiet says nothing" test ! -s "$tmp/out"
check "the disc is appendable" discs_are appendable disc0

# ---- One of four goes wrong ----

blanks dvd+r dvd+r dvd+r dvd+r
discmux-sim ctl fault recorder2 sense 3/0c/00 op write lba 3000 >/dev/null
check "a write error ends with 1" ends 1 copy --from "$tmp/master.iso" --to all --verify
check "it is said where, why and what the disc is worth" \
	said 'recorder 2 failed to write at LBA 2976: write error (03/0C/00); its disc is ruined'
check "only that" test "$(wc -l <"$tmp/err")" -eq 1
check "the others are good" same "$tmp/master.iso" disc0 disc1 disc3
check "their trays are open" trays open 0 1 3
check "its tray is shut" trays closed 2
discmux-sim ctl clear recorder2 >/dev/null

blanks dvd+r dvd-r
discmux-sim ctl fault recorder1 sense 3/11/05 op read lba 1234 >/dev/null
check "an unreadable copy" ends 1 copy --from "$tmp/master.iso" --to 0,1 --verify --json
check "is told with its LBA" out '.copies[1] | .lba == 1234 and .disc == "differs"'
check "the other one is good" out '.copies[0].good and .good == 1 and .failed == 1'
discmux-sim ctl clear recorder1 >/dev/null

blanks dvd+r dvd+r dvd+r dvd+r
for n in 0 1 2 3; do
	discmux-sim ctl speed recorder$n 0.01 >/dev/null
done
discmux-sim ctl count --reset >/dev/null
discmux copy --from "$tmp/master.iso" --to all --verify >"$tmp/out" 2>"$tmp/err" &
job=$!
check "recorder 1 writes" wait_for 60 have_written recorder1
discmux-sim ctl vanish recorder1 >/dev/null
for n in 0 2 3; do
	discmux-sim ctl speed recorder$n unlimited >/dev/null
done
wait "$job"
check "a recorder that is unplugged ends with 1" test $? -eq 1
check "it is said" said 'recorder 1 failed to write at LBA '
check "the others are good" same "$tmp/master.iso" disc0 disc2 disc3
discmux-sim ctl appear recorder1 >/dev/null
check "it comes back" wait_for 60 sh -c 'discmux status --json --no-media |
	jq -e "[.members[] | select(.role == \"recorder\")] | length == 4"'

# ---- People ----

# A job on recorders 0 and 2 that is in the middle of writing, $job
slow() {
	for n in 0 2; do
		discmux-sim ctl speed "recorder$n" 0.01 >/dev/null
	done
	discmux-sim ctl count --reset >/dev/null
	discmux copy --from "$tmp/master.iso" --to 0,2 --verify >"$tmp/out" 2>"$tmp/err" &
	job=$!
	wait_for 60 have_written recorder0
	wait_for 60 have_written recorder2
}

blanks dvd+r dvd+r dvd+r
slow
check "a slow job" have_written recorder2
check "a second copy on its recorder" ends 1 sh -c \
	"discmux copy --from $tmp/odd.iso --to 1,2 2>&1 | grep -F 'recorder 2 is busy'; exit 1"
kill -INT "$job"
wait "$job"
check "an interrupt ends it with 1" test $? -eq 1
check "discs are told to be ruined" said 'recorder 0: cancelled; its disc is ruined'
check "both" said 'recorder 2: cancelled; its disc is ruined'

blanks dvd+r
discmux-sim ctl fault recorder0 slow 5000 op 5b >/dev/null
discmux copy --from "$tmp/odd.iso" --to 0 >"$tmp/out" 2>"$tmp/err" &
job=$!
check "a disc is being closed" wait_for 60 grep -q 'recorder 0: closing' "$tmp/out"
kill -INT "$job"
wait "$job"
check "interrupted it is a good copy" grep -q '^1 of 1 copies are good' "$tmp/out"
check "that holds the master" same "$tmp/odd.iso" disc0

blanks dvd+r dvd+r dvd+r
slow
check "another slow job" have_written recorder2
kill -KILL "$job"
wait "$job"
for n in 0 2; do
	discmux-sim ctl speed recorder$n unlimited >/dev/null
done
check "after a kill the log has the discs as ruined" sh -c \
	"tail -n 2 $log | jq -e -s 'all(.[]; .state == \"writing\" and .disc == \"ruined\")'"
check "the recorders are free" wait_for 60 sh -c \
	'discmux status --json --no-media | jq -e "all(.members[]; .state == \"idle\")"'
check "their discs are no blanks" ends 1 copy --from "$tmp/odd.iso" --to 0,2
check "and this is said of both" test "$(grep -c 'is not blank: insert' "$tmp/err")" -eq 2

# Three copies on two recorders; a person swaps the discs
blanks dvd+r dvd+r
discmux copy --from "$tmp/odd.iso" --to 0,1 --verify --quantity 3 --wait 120 --json \
	>"$tmp/out" 2>"$tmp/err" </dev/null &
job=$!
check "the first round ends" wait_for 120 grep -q 'insert blank discs' "$tmp/err"
discmux-sim ctl eject recorder0 --force >/dev/null
check "a blank goes in" discmux-sim ctl blank dvd+r third recorder0
wait "$job"
check "three copies" test $? -eq 0
check "in two rounds" out '[.copies[].round] == [1, 1, 2] and .good == 3'
check "the third disc holds the master" same "$tmp/odd.iso" third

blanks dvd+r
check "waiting ends" ends 1 copy --from "$tmp/odd.iso" --to 0 --quantity 2 --wait 2
check "with what is missing" said 'the tray of recorder 0 is open'

rm -rf "$tmp"
done_testing
