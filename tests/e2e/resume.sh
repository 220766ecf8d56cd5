#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim bdtower:4 --with gojq
# kernel: 6.1
#
# Recorders that are reset or lost in the middle of a burn, by the habits of virtual drives: those
# whose drive says where the disc goes on make good copies all the same.  What else a drive may
# say is in tests/unit/test_burn_resume.c.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"
# shellcheck source=tests/tower.sh
. "${0%/*}/../tower.sh"

tmp=$(mktemp -d)

# ends STATUS OPTION...: discmux copy exits so
ends() {
	wanted=$1
	shift
	discmux copy "$@" >"$tmp/out" 2>"$tmp/err"
	got=$?
	cat "$tmp/out" "$tmp/err"
	[ "$got" -eq "$wanted" ]
}

# out FILTER: of the JSON on stdout
out() {
	jq -e "$1" "$tmp/out"
}

said() {
	grep -q -- "$1" "$tmp/err"
}

# habits RECORDER0 RECORDER1...: of each, "none" for none
habits() {
	n=0
	for habit; do
		discmux-sim ctl habit "recorder$n" none
		[ "$habit" = none ] || discmux-sim ctl habit "recorder$n" "$habit" || return
		n=$((n + 1))
	done
}

dd if=/dev/urandom of="$tmp/master.iso" bs=64k count=128 2>/dev/null

take_out 4
put_in dvd+r dvd+rw bd-r dvd+r
habits transport-errors=60 link-away-written=2 write-resets=50 deferred-writes=50
check "three of four go on" ends 1 --from "$tmp/master.iso" --to all --verify --json
check "these are good" out '.good == 3 and all(.copies[0, 1, 2]; .verified and .resumed > 0)'
check "they hold the master" same "$tmp/master.iso" disc0 disc1 disc2
check "each is reported" said '^discmux: recorder 2 was lost at LBA .*(06/29/00); it goes on at LBA'
check "one that says that data are lost does not" \
	out '.copies[3] | .disc == "ruined" and .resumed == 0 and .state == "failed"'

habits none none none none
take_out 4
put_in cd-r cd-r
habits link-away-write=2 write-resets=50
check "track at once" ends 0 --from "$tmp/master.iso" --to 0,1 --json --method tao
check "they are read back without --verify, too" out 'all(.copies[]; .verified and .resumed > 0)'
check "they hold the master" same "$tmp/master.iso" disc0 disc1

habits none none
take_out 2
put_in dvd-r dvd+r
habits none write-resets=50
check "beside one that nothing happens to" ends 0 --from "$tmp/master.iso" --to 0,1 --json
check "that is not read back" out '.copies[0] | .disc == "closed" and .resumed == 0'
check "they hold the master" same "$tmp/master.iso" disc0 disc1

habits none none
rm -rf "$tmp"
done_testing
