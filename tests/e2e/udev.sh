#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim tower:2 --with gojq
#
# udev keeps its hands off a drive that discmux holds: counted are the commands that
# the virtual drive sees when a change of its disc is announced.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"

tmp=$(mktemp -d)
tree=${0%/*}/../..
cp "$tree"/udev/*.rules /etc/udev/rules.d/
cp "$tree/udev/discmux_claimed" /usr/lib/udev/
udevadm control --reload
udevadm trigger --action=change --subsystem-match=discmux --settle

dd if=/dev/zero of="$tmp/master.iso" bs=1M count=8 2>/dev/null
printf '\001CD001\001\000%-32s%-32s' LINUX A_LABEL |
	dd of="$tmp/master.iso" bs=2048 seek=16 conv=notrunc 2>/dev/null
printf '\377CD001\001' | dd of="$tmp/master.iso" bs=2048 seek=17 conv=notrunc 2>/dev/null
discmux-sim ctl insert reader0 "$tmp/master.iso" >/dev/null
udevadm settle
drive=$(discmux status --json | jq -r '.members[] | select(.role == "reader") | .block')

# announce: that the disc has changed, with nothing left of it in memory
announce() {
	echo 3 >/proc/sys/vm/drop_caches
	discmux-sim ctl count reader0 --reset >/dev/null
	udevadm trigger --action=change --sysname-match="$drive"
	sleep 3
}

# seen WHAT: commands, or blocks_read, that the drive has seen since
seen() {
	discmux-sim ctl count reader0 --json | jq "[.. | .$1? // empty | numbers] | add // 0"
}

# none, few, some: is a number.  Opening the drive's node takes a command or two; to find
# out what is in it takes a dozen.
none() { echo "$1" && [ "$1" -eq 0 ]; }
few() { echo "$1" && [ "$1" -le 2 ]; }
some() { echo "$1" && [ "$1" -gt 0 ]; }

state() {
	discmux status --json | jq -e ".members[] | select(.role == \"reader\") | .state == \"$1\""
}

held() {
	! state idle
}

# hold command...: begins to read the disc slowly, and stands still in the middle
hold() {
	discmux-sim ctl speed reader0 0.05 >/dev/null
	"$@" >/dev/null 2>"$tmp/err" &
	holder=$!
	n=0
	until held >/dev/null; do
		n=$((n + 1))
		[ "$n" -lt 200 ] || break
		sleep 0.1
	done
	sleep 1
	kill -STOP "$holder"
	# The READ that it has sent ends later, and is not to be counted then
	before=$(seen blocks_read)
	n=0
	while [ "$(seen blocks_read)" = "$before" ] && [ "$n" -lt 15 ]; do
		n=$((n + 1))
		sleep 1
	done
}

let_go() {
	discmux-sim ctl speed reader0 unlimited >/dev/null
	kill -CONT "$holder"
	kill "$holder"
	wait "$holder"
	udevadm settle
}

announce
check "an idle drive is looked into" some "$(seen blocks_read)"

hold discmux read --from reader --to "$tmp/a.iso"
check "root holds the drive" held
announce
check "its lock keeps udev away altogether" few "$(seen commands)"
let_go

# Who may use the mux but not the drives' nodes has no lock
chmod 600 "/dev/$drive"
mkdir -m 777 "$tmp/burner"
chmod 755 "$tmp"
hold setpriv --reuid=burner --regid=burner --init-groups \
	discmux read --from reader --to "$tmp/burner/b.iso"
check "a user holds the drive" held
announce
check "the rule keeps blkid away" none "$(seen blocks_read)"
rm /etc/udev/rules.d/59-discmux-claimed.rules
udevadm control --reload
announce
check "without the rule it would read" some "$(seen blocks_read)"
let_go

rm -rf "$tmp"
done_testing
