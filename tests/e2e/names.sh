#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim tower:3 --with gojq,bsdutils,ncurses-base
# kernel: 6.1
#
# Drives by every name that discmux status shows, wherever a drive is taken; a terminal that
# the panel can't be drawn on.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"
# shellcheck source=tests/tower.sh
. "${0%/*}/../tower.sh"

tmp=$(mktemp -d)
export DISCMUXD_SOCKET="$tmp/socket"

# member ROLE UNIT FILTER: of discmux status
member() {
	discmux status --json --no-media |
		jq -r ".members[] | select(.role == \"$1\" and .unit == $2) | $3"
}

# names ROLE UNIT: one a line
names() {
	member "$1" "$2" '"\(.role):\(.unit)", "\(.role) \(.unit)", "member \(.member)", .block,
		"/dev/" + .block, .generic, "/dev/" + .generic, .serial,
		(.address | "\(.host):\(.channel):\(.target):\(.lun)")'
}

# shows COMMAND NAME ROLE UNIT: discmux drives NAME has that one and no other
shows() {
	discmux "$1" "$2" --json |
		jq -e ".$1 | map([.role, .unit]) == [[\"$3\", $4]]"
}

dd if=/dev/urandom of="$tmp/m.iso" bs=2048 count=300 2>/dev/null
discmux-sim ctl insert reader0 "$tmp/m.iso" >/dev/null
put_in dvd+r dvd+r dvd+r

names recorder 1 >"$tmp/names"
check "a recorder has nine names" [ "$(sort -u "$tmp/names" | grep -c .)" -eq 9 ]
while read -r name; do
	check "drives $name" shows drives "$name" recorder 1
done <"$tmp/names"
names reader 0 >"$tmp/names"
while read -r name; do
	check "media $name" shows media "$name" reader 0
	check "read --from $name" sh -c "rm -f $tmp/read.*; discmux read --quiet \
		--from '$name' --to $tmp/read.iso && cmp $tmp/read.iso $tmp/m.iso"
done <"$tmp/names"
check "two words" shows drives "recorder 2" recorder 2
check "as two arguments" sh -c "discmux drives recorder 2 reader --json |
	jq -e '.drives | map(.role) == [\"reader\", \"recorder\"]'"

check "--to a node and a number" discmux copy --quiet --from "$(member reader 0 .block)" \
	--to "/dev/$(member recorder 1 .block),0" --no-eject
check "these two were burned" same "$tmp/m.iso" disc0 disc1
check "and no other" discs_are blank disc2
check "--in a serial number and a role" discmux verify --quiet --no-eject --from "$tmp/m.iso" \
	--in "$(member recorder 1 .serial),recorder:0"
check "a drive under two names" fails 1 'names recorder 1 twice' discmux verify \
	--from "$tmp/m.iso" --in "1,$(member recorder 1 .generic)"
check "the master's own drive" fails 1 'reader 0 holds the master' discmux verify \
	--from reader --in "$(member reader 0 .block)"
check "a reader can't write" fails 1 "reader 0 can't write" discmux copy --from "$tmp/m.iso" \
	--to "$(member reader 0 .block)"
check "a drive that is not there" fails 1 'sr99 is no drive of this mux' discmux copy \
	--from sr99 --to 2
check "images add" discmux images add song --store "$tmp" --from "$(member reader 0 .serial)"

discmuxd --dir "$tmp/lib" --socket "$DISCMUXD_SOCKET" 2>"$tmp/log" &
daemon=$!
wait_for 30 discmux daemon status
job="{\"work\":\"verify\",\"source\":\"$(member reader 0 .block)\",\"keep\":true,
	\"recorders\":[\"$(member recorder 1 .serial)\",0]}"
check "discmuxd takes the names, too" sh -c "discmux daemon start job='$job'"
check "and keeps numbers" sh -c "discmux daemon status |
	jq -e '.jobs[0].spec | .recorders == [0, 1] and .source == \"reader:0\"'"
check "how long it takes is told, or null" sh -c "discmux daemon status |
	jq -e '.jobs[0].discs | length == 2 and all(.[]; has(\"rate\") and has(\"seconds_left\"))'"
check "it knows which role" sh -c "! discmux daemon start \
	job='{\"work\":\"erase\",\"recorders\":[\"$(member reader 0 .block)\"]}' 2>$tmp/err &&
	grep -q 'is reader 0: a recorder is wanted' $tmp/err"
check "a reader that begins by itself" sh -c "discmux auto on --reader $(member reader 0 .block) &&
	discmux auto show | grep -q '^reader 0:'"
check "no such reader" fails 1 'sr99 is no drive' discmux auto on --reader sr99

check "a terminal that nobody knows" sh -c "script -qec 'env TERM=nonsense discmux panel' /dev/null \
	</dev/null >$tmp/out; grep -q \"^discmux: the panel can't be drawn on a terminal of type nonsense,.*--text\" \
	$tmp/out && [ \$(wc -l <$tmp/out) -eq 1 ]"
check "none at all" sh -c "script -qec 'env -u TERM discmux panel' /dev/null </dev/null |
	grep -q '^discmux: TERM is not set.*: use --text'"
kill "$daemon"
wait "$daemon"

# Cheap drives all have the same serial number, or none.
same_serial() {
	discmux-sim ctl vanish recorder2 >/dev/null &&
		discmux-sim ctl set recorder2 "serial=$(member recorder 1 .serial)" >/dev/null &&
		discmux-sim ctl appear recorder2 >/dev/null &&
		wait_for 30 member_is "$(member recorder 1 .serial)"
}
member_is() {
	[ "$(member recorder 2 .serial)" = "$1" ]
}
check "two drives with one serial number" same_serial
check "which is refused" fails 1 'is the serial number of recorder 1, recorder 2: name one of them' \
	discmux drives "$(member recorder 1 .serial)"
check "also as the master" fails 1 'is the serial number of recorder 1, recorder 2' discmux copy \
	--from "$(member recorder 1 .serial)" --to 0

rm -rf "$tmp"
done_testing
