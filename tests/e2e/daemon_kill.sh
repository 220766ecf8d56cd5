#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim tower:3 --with jq
# kernel: 6.1
#
# discmuxd killed at random moments while it makes copies: afterwards it knows what
# became of each disc, goes on with the next one, and has counted each good copy once.
# KILLS=200 tests/e2e/daemon_kill.sh for the whole; it prints a table of what it found.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"
# shellcheck source=tests/panel.sh
. "${0%/*}/../panel.sh"

kills=${KILLS:-10}
quantity=12
jobs=0

# feed: takes out what lies in open trays and puts blanks in, for ever
feed() {
	while [ -e "$tmp/feeding" ]; do
		discmux-sim ctl list --json | jq -r '.devices[] |
			select((.name | startswith("recorder")) and .state.tray == "open") | .name' |
			while read -r name; do
				echo "$name" >>"$tmp/fed"
				serial=$(wc -l <"$tmp/fed")
				discmux-sim ctl eject "$name" --force >/dev/null 2>&1
				discmux-sim ctl blank dvd+r "$name-$serial" "$name" >/dev/null
			done
		sleep 0.1
	done
}

# state: how the last job stands in the database
state() {
	ask job job=0 | jq -r .state
}

# begin: another run
begin() {
	ask start job="{\"work\":\"copy+verify\",\"quantity\":$quantity,\"source\":\"reader\"}" \
		>/dev/null && jobs=$((jobs + 1))
}

# all_discs: of all jobs, as one array
all_discs() {
	job=0
	while [ "$job" -lt "$jobs" ]; do
		job=$((job + 1))
		ask job job="$job"
	done | jq -s '[.[].discs[]]' >"$tmp/discs"
}

# pause: a random time, up to a second and a half
pause() {
	sleep "$(awk -v seed="$1" 'BEGIN { srand(seed); printf "%.3f", rand() * 1.5 }')"
}

# inspect: a line for each recorder: name, rows good bad unknown, discs whole touched
inspect() {
	for n in $recorders; do
		whole=0 touched=0
		for disc in "$media/recorder$n"-*.iso; do
			name=${disc##*/}
			name=${name%.iso}
			[ "$(disc_state "$name")" = blank ] || touched=$((touched + 1))
			if [ "$(disc_state "$name")" = complete ] &&
				head -c "$size" "$disc" | cmp -s - "$tmp/master.iso"; then
				whole=$((whole + 1))
			fi
		done
		jq -r --arg n "$n" --arg whole "$whole" --arg touched "$touched" '
			[.[] | select(.recorder == ($n | tonumber)) | .fate] |
			"recorder \($n): good \(map(select(. == "good")) | length)" +
			" bad \(map(select(. == "bad")) | length)" +
			" unknown \(map(select(. == "unknown")) | length)" +
			" rows \(length) whole \($whole) touched \($touched)"' "$tmp/discs"
	done
}

disc_state() {
	jq -r --arg name "$1" '.discs[] | select(.name == $name) | .state' "$tmp/list"
}

# holds FILTER-OF-COLUMNS: for each line of the table
holds() {
	awk -v what="$1" '{
		good = $4; bad = $6; unknown = $8; rows = $10; whole = $12; touched = $14
		if (what == "good" && good > whole) wrong = 1
		if (what == "rows" && touched > rows) wrong = 1
		if (what == "final" && good + bad + unknown != rows) wrong = 1
	} END { exit wrong }' "$tmp/table"
}

dd if=/dev/urandom of="$tmp/master.iso" bs=2048 count=160 2>/dev/null
size=$(stat -c %s "$tmp/master.iso")
discmux-sim ctl insert reader0 "$tmp/master.iso" >/dev/null
recorders=$(discmux-sim ctl list --json | jq -r '.devices[].name' | sed -n 's/^recorder//p')
for n in $recorders; do
	discmux-sim ctl tray "recorder$n" open >/dev/null
done
: >"$tmp/fed"
: >"$tmp/feeding"
feed &
feeder=$!

panel_start
done_kills=0
while [ "$done_kills" -lt "$kills" ]; do
	[ "$(state 2>/dev/null)" = running ] || begin || break
	pause "$((done_kills + ${SEED:-1}))"
	kill -9 "$daemon"
	wait "$daemon" 2>/dev/null
	done_kills=$((done_kills + 1))
	panel_start || break
done
tries=0
while [ "$(state)" = running ] && [ "$tries" -lt 600 ]; do
	tries=$((tries + 1))
	sleep 0.2
done
rm "$tmp/feeding"
wait "$feeder"
check "it was killed $kills times" [ "$done_kills" -eq "$kills" ]
check "and went on each time" [ "$(ask jobs | jq '[.jobs[] | select(.state == "done")] | length')" -eq "$jobs" ]
discmux-sim ctl list --json >"$tmp/list"
all_discs
inspect >"$tmp/table"
echo "# $done_kills kills in $jobs runs of $quantity copies"
sed 's/^/# /' "$tmp/table"
good=$((jobs * quantity))
check "$good copies are good" jq -e "[.[] | select(.fate == \"good\")] | length == $good" "$tmp/discs"
check "each was counted once" counter discs-good "$good"
check "none is called good that is not whole" holds good
check "no disc was written to that it does not know of" holds rows
check "the fate of each disc is known" holds final
panel_stop
rm -rf "$tmp"
done_testing
