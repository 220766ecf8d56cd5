#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim tower:4 --with gojq
#
# discmux status, drives, watch and counters on a tower.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"

tmp=$(mktemp -d)

# json FILTER: of the last look
look() {
	discmux status --json >"$tmp/status"
}
json() {
	jq -e "$1" "$tmp/status"
}

look
check "one reader" json '[.members[] | select(.role == "reader")] | length == 1'
check "four recorders, numbered from 0" \
	json '[.members[] | select(.role == "recorder") | .unit] == [0, 1, 2, 3]'
check "each on a host of its own" json '[.members[].address.host] | unique | length == 5'
check "hosts are not shared" json 'all(.members[]; .host_shared | not)'
check "serial numbers differ" json '[.members[].serial] | unique | length == 5'
check "each has an sr and an sg" \
	json 'all(.members[]; (.block | test("^sr[0-9]+$")) and (.generic | test("^sg[0-9]+$")))'
check "none sits in a library" json 'all(.members[]; .element == null and .drive == null)'
check "all are idle" json 'all(.members[]; .state == "idle")'
check "no discs" json 'all(.members[]; .medium == "none")'

dd if=/dev/urandom of="$tmp/master.iso" bs=2048 count=1000 2>/dev/null
check "a master is put in" discmux-sim ctl insert reader0 "$tmp/master.iso"
check "a blank is put in" discmux-sim ctl blank dvd+r blank1 recorder1
udevadm settle
look
check "the blank is seen" json '.members[2] | .medium == "DVD+R" and .medium_state == "blank"'
check "the master is seen" \
	json '.members[0] | .medium == "CD-ROM" and .medium_state == "complete"'
check "a full disk is told" sh -c '! discmux --version >/dev/full && ! discmux --help >/dev/full'
check "--no-media asks no drive" sh -c \
	'discmux status --no-media --json | jq -e "all(.members[]; .medium == null)"'

discmux status >"$tmp/text"
check "text: a line for each member" sh -c "[ \$(grep -c '^reader\|^recorder' $tmp/text) -eq 5 ]"
check "text: the blank" grep -q '^recorder 1 .*DVD+R, blank' "$tmp/text"

discmux drives --json >"$tmp/drives"
drives() {
	jq -e "$1" "$tmp/drives"
}
check "drives: all of them, as status names them" sh -c \
	"jq -c '[.drives[] | [.role, .unit, .block, .vendor, .product, .serial, .state]]' \
		$tmp/drives >$tmp/a
	 jq -c '[.members[] | [.role, .unit, .block, .vendor, .product, .serial, .state]]' \
		$tmp/status >$tmp/b
	 diff $tmp/a $tmp/b"
check "drives: the reader writes nothing" drives '.drives[0] | .writes == [] and
	(.media | index("DVD-ROM") and index("CD-ROM")) and (.burn_free or .simulates_cd | not)'
check "drives: what the recorders write" drives 'all(.drives[1:][]; .writes ==
	["CD track at once", "CD session at once", "DVD-R", "DVD+R", "DVD+RW", "DVD+R DL"])'
check "drives: the discs that recorders know" drives 'all(.drives[1:][]; .media |
	contains(["CD-R", "CD-RW", "DVD-R", "DVD-RW", "DVD+R", "DVD+RW", "DVD+R DL"]) and
	all(.[]; startswith("BD") | not))'
check "drives: test writing, burn-free, buffer" drives 'all(.drives[1:][];
	.simulates_cd and .simulates_dvd_r and .burn_free and .buffer_kb > 0 and .max_read_kbps > 0)'
check "drives: firmware as the drive tells it" sh -c "[ \
	\"\$(jq -r '.drives[1].firmware' $tmp/drives)\" = \"\$(cat \
	/sys/block/\$(jq -r '.drives[1].block' $tmp/drives)/device/rev | tr -d ' ')\" ]"
check "drives: only those named" sh -c 'discmux drives recorder:2 reader:0 --json |
	jq -e "[.drives[] | [.role, .unit]] | sort == [[\"reader\", 0], [\"recorder\", 2]]"'
check "drives as text" sh -c "discmux drives >$tmp/text &&
	[ \$(grep -c '^reader 0: \|^recorder [0-3]: ' $tmp/text) -eq 5 ] &&
	[ \$(grep -c '^  writes .*CD track at once, .*DVD+R DL\$' $tmp/text) -eq 4 ] &&
	[ \$(grep -c '^  simulates CD, DVD-R\$' $tmp/text) -eq 4 ] &&
	[ \$(grep -c '^  buffer .* kB, burn-free\$' $tmp/text) -eq 4 ]"
check "drives: no such drive" fails 1 'there is no recorder 9' discmux drives recorder:9

check "the group cdrom may look" as burner discmux status
check "nobody else may" fails 1 'no permission for /dev/discmux0' as user discmux status
check "no such mux" fails 1 'there is no /dev/discmux7' discmux -m 7 status
check "no changer: inventory" fails 1 'this mux has no changer' discmux inventory
check "no changer: load" fails 1 'this mux has no changer' discmux load 1 0
check "usage" fails 2 'takes no operands' discmux status 0
check "unknown command" fails 2 'there is no command burn' discmux burn

commands() {
	discmux counters --json |
		jq '.members[] | select(.role == "recorder" and .unit == 2) | .counters.commands'
}

before=$(commands)
discmux status >/dev/null
check "commands are counted" [ "$(commands)" -gt "$before" ]
check "counters of five members" \
	sh -c 'discmux counters --json | jq -e ".members | length == 5"'
check "counters as text" sh -c 'discmux counters | grep -q "^recorder 3  *commands  *[0-9]"'

discmux watch --json --timeout 600 >"$tmp/events" &
watch=$!

# saw FILTER: an event that fits comes within 20 seconds
saw() {
	i=0
	until jq -e "select($1)" "$tmp/events" >/dev/null 2>&1; do
		i=$((i + 1))
		[ "$i" -lt 100 ] || return 1
		sleep 0.2
	done
}

sleep 1
discmux-sim ctl vanish recorder3
check "event: a recorder goes away" \
	saw '.event == "member-removed" and .role == "recorder" and .unit == 3'
look
check "status is without it" json '.members | length == 4'
discmux-sim ctl appear recorder3
check "event: it comes back" \
	saw '.event == "member-added" and .role == "recorder" and .unit == 3'
look
check "status is with it" json '.members | length == 5'
discmux-sim ctl blank dvd+r blank2 recorder2
check "event: a disc is put in" \
	saw '.event == "medium-changed" and .role == "recorder" and .unit == 2'
kill -INT $watch
wait $watch
check "watch ends on SIGINT with 0" [ $? -eq 0 ]
check "no event was lost" jq -es 'all(.[]; .lost == 0)' "$tmp/events"
check "events are numbered without gaps" \
	jq -es '[.[].seq] | . == [range(.[0]; .[0] + length)]' "$tmp/events"
discmux watch --count 1 --timeout 1 >/dev/null
check "watch: --count not reached" [ $? -eq 1 ]
check "watch: --timeout" discmux watch --timeout 1

check "the module goes" rmmod discmux
check "without the driver: status" \
	fails 1 'the driver is not loaded: run modprobe discmux' discmux status
check "without the driver: watch" \
	fails 1 'the driver is not loaded: run modprobe discmux' discmux watch
check "without the driver: counters" \
	fails 1 'the driver is not loaded: run modprobe discmux' discmux counters
check "without the driver: load" \
	fails 1 'the driver is not loaded: run modprobe discmux' discmux load 1 0
rm -r "$tmp"
done_testing
