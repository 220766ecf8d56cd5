#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim tower:3 --with gojq,sqlite3
# kernel: 6.1
#
# discmuxd killed at random moments while it makes copies: afterwards it knows what
# became of each disc, goes on with the next one, and has counted each good copy once.
# Half of the moments are aimed at discs that are being written or checked, an eighth
# at the start of discmuxd itself.
#
# KILLS=200 tests/e2e/daemon_kill.sh for the whole; SEED=N for other moments.  It prints
# a table of what the database said at each kill and what the discs then in work became.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"
# shellcheck source=tests/panel.sh
. "${0%/*}/../panel.sh"

kills=${KILLS:-10}
quantity=12
jobs=0
speed=0.3	# of real recorders: some 0.4 s to write a disc, and to check it
blocks=1600

# swap RECORDER DISC: takes out the disc, if there is one, looks what is on it, and puts a
# blank in
swap() {
	if [ "$2" != - ]; then
		discmux-sim ctl eject "$1" --force >/dev/null 2>&1
		judge "$1" "$2"
	fi
	fed=$((fed + 1))
	discmux-sim ctl blank dvd+r "disc$fed" "$1" >/dev/null
	echo "disc$fed" >"$tmp/in.$1"
}

# judge RECORDER DISC: "RECORDER state whole|-" to $tmp/judged
judge() {
	judged=$(sed -n 's/^  "state": "\(.*\)",$/\1/p' "$media/$2.json")
	whole=-
	[ "$judged" != complete ] || ! head -c "$size" "$media/$2.iso" |
		cmp -s - "$tmp/master.iso" || whole=whole
	echo "$1 $judged $whole" >>"$tmp/judged"
	rm -f "$media/$2.iso" "$media/$2.json"
}

# feed: takes out what lies in open trays and puts blanks in, for ever
feed() {
	fed=0
	while [ -e "$tmp/feeding" ]; do
		discmux-sim ctl list >"$tmp/devices"
		while read -r name kind _ _ _ disc rest; do
			[ "$kind" = recorder ] || continue
			case "$disc $rest" in
			"empty, tray open") swap "$name" - ;;
			*", tray open") swap "$name" "${disc%:}" ;;
			esac
		done <"$tmp/devices"
		sleep 0.1
	done
}

# state: how the last job stands
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

# pause SEED MOST: a random time, up to MOST seconds
pause() {
	sleep "$(awk -v seed="$1" -v most="$2" 'BEGIN { srand(seed); printf "%.3f", rand() * most }')"
}

# being_written: a disc in one of the recorders has got data, and is not complete
being_written() {
	for recorder in $recorders; do
		read -r disc <"$tmp/in.recorder$recorder" || continue
		[ ! -s "$media/$disc.iso" ] || grep -q '"state": "complete"' "$media/$disc.json" ||
			return 0
	done
	return 1
}

# strike N: waits for the moment of kill N
strike() {
	case $(($1 % 8)) in
	0) pause "$seed$1" 1 ;;	# it starts
	1 | 3 | 5 | 7)
		wait_for 10 being_written
		pause "$seed$1" 1.5 ;;
	*) pause "$seed$1" 2 ;;
	esac
}

# note_state: what the database says after a kill, without letting it be mended
note_state() {
	rm -f "$tmp/copy.db"*
	for part in db db-wal; do
		[ ! -e "$daemon_dir/discmuxd.$part" ] ||
			cp "$daemon_dir/discmuxd.$part" "$tmp/copy.$part"
	done
	sqlite3 "$tmp/copy.db" "
		SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM job WHERE state = 0) THEN 'no job'
			WHEN NOT EXISTS (SELECT 1 FROM disc WHERE fate < 3) THEN 'no disc in work'
			ELSE (SELECT group_concat(word, ' + ') FROM (SELECT DISTINCT CASE fate
				WHEN 0 THEN 'writing' WHEN 1 THEN 'closing' ELSE 'verifying' END AS word
				FROM disc WHERE fate < 3 ORDER BY fate)) END,
			(SELECT group_concat(id) FROM disc WHERE fate < 3);" >>"$tmp/kills"
}

# table: kills by what the database said, and the fate of the discs that were in work
table() {
	sqlite3 -readonly "$daemon_dir/discmuxd.db" 'SELECT id, fate FROM disc' >"$tmp/fates"
	awk -F '|' 'NR == FNR { fate[$1] = $2; next }
		{
			kills[$1]++
			n = split($2, id, ",")
			for (i = 1; i <= n; i++)
				got[$1, fate[id[i]]]++
		}
		END {
			printf "%-30s %5s  %s\n", "killed while", "kills",
				"discs in work then: good  bad  unknown  untouched  other"
			for (s in kills)
				printf "%-30s %5d  %24d %4d %8d %10d %6d\n", s, kills[s], got[s, 3],
					got[s, 4], got[s, 5], got[s, 6],
					got[s, 0] + got[s, 1] + got[s, 2]
		}' "$tmp/fates" "$tmp/kills"
}

# inspect: a line for each recorder: what the database says, what the discs are
inspect() {
	for n in $recorders; do
		whole=$(grep -c "^recorder$n .* whole" "$tmp/judged")
		touched=$(grep "^recorder$n " "$tmp/judged" | grep -vc " blank ")
		jq -r --arg n "$n" --arg whole "$whole" --arg touched "$touched" '
			[.[] | select(.recorder == ($n | tonumber)) | .fate] |
			"recorder \($n): good \(map(select(. == "good")) | length)" +
			" bad \(map(select(. == "bad")) | length)" +
			" unknown \(map(select(. == "unknown")) | length)" +
			" rows \(length) whole \($whole) touched \($touched)"' "$tmp/discs"
	done
}

# holds WHAT: for each line of that
holds() {
	awk -v what="$1" '{
		good = $4; bad = $6; unknown = $8; rows = $10; whole = $12; touched = $14
		if (what == "good" && good > whole) wrong = 1
		if (what == "bad" && whole - good > unknown) wrong = 1
		if (what == "rows" && touched > rows) wrong = 1
		if (what == "final" && good + bad + unknown != rows) wrong = 1
	} END { exit wrong }' "$tmp/recorders"
}

# What udev looks for on each disc takes the processor from those that matter here.
udev_pause
dd if=/dev/urandom of="$tmp/master.iso" bs=2048 count=$blocks 2>/dev/null
size=$(stat -c %s "$tmp/master.iso")
discmux-sim ctl insert reader0 "$tmp/master.iso" >/dev/null
recorders=$(discmux-sim ctl list --json | jq -r '.devices[].name' | sed -n 's/^recorder//p')
for n in $recorders; do
	discmux-sim ctl tray "recorder$n" open >/dev/null
	discmux-sim ctl speed "recorder$n" $speed >/dev/null
	echo none >"$tmp/in.recorder$n"
done
: >"$tmp/judged"
: >"$tmp/kills"
: >"$tmp/feeding"
feed &
feeder=$!

panel_start
done_kills=0
seed=${SEED:-1}
while [ "$done_kills" -lt "$kills" ]; do
	done_kills=$((done_kills + 1))
	if [ $((done_kills % 8)) -ne 0 ]; then
		[ "$(state 2>/dev/null)" = running ] || begin || break
	fi
	strike "$done_kills"
	kill -9 "$daemon"
	wait "$daemon" 2>/dev/null
	note_state
	if [ $(((done_kills + 1) % 8)) -eq 0 ]; then
		panel_launch
	else
		panel_start || break
	fi
	[ $((done_kills % 20)) -ne 0 ] || echo "# $done_kills kills"
done
tries=0
while [ "$(state)" = running ] && [ "$tries" -lt 600 ]; do
	tries=$((tries + 1))
	sleep 0.2
done
[ "$tries" -lt 600 ] || {
	echo "the last job does not end:"
	ask job job="$jobs"
	discmux-sim ctl list
} | sed 's/^/# /'
rm "$tmp/feeding"
wait "$feeder"
for n in $recorders; do
	read -r disc <"$tmp/in.recorder$n"
	discmux-sim ctl eject "recorder$n" --force >/dev/null 2>&1
	[ ! -e "$media/$disc.json" ] || judge "recorder$n" "$disc"
done
check "it was killed $kills times" [ "$done_kills" -eq "$kills" ]
check "and went on each time" [ "$(ask jobs | jq '[.jobs[] | select(.state == "done")] | length')" -eq "$jobs" ]
all_discs
inspect >"$tmp/recorders"
echo "# $done_kills kills in $jobs runs of $quantity copies"
table | sed 's/^/# /'
sed 's/^/# /' "$tmp/recorders"
good=$((jobs * quantity))
check "$good copies are good" jq -e "[.[] | select(.fate == \"good\")] | length == $good" "$tmp/discs"
check "each was counted once" counter discs-good "$good"
check "none is called good that is not whole" holds good
check "none is called bad that is whole" holds bad
check "no disc was written to that it does not know of" holds rows
check "the fate of each disc is known" holds final
panel_stop
rm -rf "$tmp"
done_testing
