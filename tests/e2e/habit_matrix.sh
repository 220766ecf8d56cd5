#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim tower:4,smc3:1:4 --with gojq
# kernel: 6.1
#
# What becomes of a disc when a device has one of discmux-sim's habits: habits by tasks.  A cell
# is right when the program ends in time with a status that fits what it says; when what it
# calls good is the master, bit by bit, in the simulator's own files; when what it calls
# untouched is so there; and when the disc is good, or the table "excused" tells why not.
#
# Recorders that misbehave are given one copy together, each with a habit of its own, which none
# of the others may suffer from.  HABIT_TASKS=all is every task that a habit can touch, one device
# at a time. HABIT_PAIRS=N adds N pairs of habits, by the seed HABIT_SEED; HABITS="a b" is these
# alone.  The rows go to build/vm/out/habits, see tests/check.d/report.sh.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"
# shellcheck source=tests/tower.sh
. "${0%/*}/../tower.sh"

tmp=$(mktemp -d)
table=$PWD/build/vm/out/habits
recorders=4
unit=0		# of the recorder at work; its disc is disc$unit
limit=300	# seconds that a task may take, the waits of its verdicts included
mkdir -p "${table%/*}"
: >"$table"

sim() {
	discmux-sim ctl "$@" >/dev/null
}

# ---- Right and wrong -----------------------------------------------------------------------

# excused TASK HABIT FATE: it is right that the disc is not good
excused() {
	case "$2 $1 $3" in
	# An earlier write failed, and the drive does not say which one
	"deferred-writes copy ruined" | "deferred-writes append ruined") ;;
	# Where the disc goes on is not known, or the drive gives two places
	"nwa-zero append untouched" | "nwa-unknown append untouched") ;;
	"nwa-low append untouched" | "nwa-high append untouched" | "nwa-wild append untouched") ;;
	# No discmux without these: which disc it is, and what is on it
	"no-get-configuration "*" untouched" | "no-disc-information "*" untouched") ;;
	"no-get-configuration verify unknown" | "no-disc-information verify unknown") ;;
	"short-disc "*" untouched" | "short-features copy untouched" | "short-features append untouched") ;;
	"empty-replies "*" untouched" | "lengths-zero "*" untouched") ;;
	# A CD with tracks needs a session at once, and where its lead-in begins
	"no-cue-sheet copy untouched" | "no-full-toc copy untouched") ;;
	"no-full-toc verify untouched" | "noise-atip copy untouched") ;;
	"short-toc copy untouched" | "short-toc verify untouched") ;;
	"short-toc read refused" | "short-toc extract refused") ;;
	# Sound can't be read back
	"no-read-cd copy closed" | "no-read-cd verify untouched") ;;
	"no-read-cd read refused" | "no-read-cd extract refused") ;;
	# A drive that gives less than it was asked for is not believed, however often it is asked
	"short-reads read refused") ;;
	# There is no map
	"empty-replies inventory remembered" | "lengths-zero inventory remembered") ;;
	"empty-replies load refused" | "lengths-zero load refused") ;;
	# Another host has it, and none may touch it
	"reserved "*" untouched" | "reserved "*" refused" | "reserved verify unknown") ;;
	"reserved inventory remembered") ;;
	*) return 1 ;;
	esac
}

wrong() {
	fate="WRONG: $*"
}

# ended GOOD: the status fits the fate, which is GOOD or excused
ended() {
	said=$(grep -c . "$tmp/err")
	case $fate in WRONG* | "$1" | "$unseen") ;; *)
		[ "$status" -ne 0 ] || wrong "exit status 0, $fate"
		[ "$said" -gt 0 ] || wrong "$fate without a word" ;;
	esac
	[ "$status" -le 2 ] || wrong "exit status $status, $fate"
	[ "$status" -ne 137 ] || wrong "no end, $fate"
	case $fate in WRONG* | "$1" | "$unseen") return ;; esac
	for one in $habits; do
		! excused "$task" "${one%=*}" "$fate" || return 0
	done
	wrong "$fate, and nothing of $habits excuses it"
}

# A cache that gives wrong data and calls them good, to a program that reads a disc once and has
# nothing to compare it with: no program can see that
unseen="read, with wrong data that the drive called good"
unseen() {
	case $habits in *stale-cache*) fate=$unseen ;; *) return 1 ;; esac
}

# ---- Masters and discs ---------------------------------------------------------------------

dd if=/dev/urandom of="$tmp/data.iso" bs=2048 count=300 2>/dev/null
dd if=/dev/urandom of="$tmp/more.iso" bs=2048 count=200 2>/dev/null
dd if=/dev/urandom of="$tmp/audio.bin" bs=2352 count=700 2>/dev/null
cat >"$tmp/audio.cue" <<CUE
CATALOG 1234567890123
TITLE "Disc"
FILE "audio.bin" BINARY
TRACK 01 AUDIO
TITLE "One"
ISRC USABC0512345
INDEX 01 00:00:00
TRACK 02 AUDIO
TITLE "Two"
INDEX 01 00:04:50
CUE

# master KIND: what is copied, what its discs have to begin with, and what they are
master() {
	kind=$1
	case $kind in
	audio) bits=$tmp/audio.bin from=$tmp/audio.cue blank=cd-r ;;
	data) bits=$tmp/data.iso from=$tmp/data.iso blank=dvd+r ;;
	esac
}

# kind_for HABIT...: some only a CD with tracks meets
kind_for() {
	case " $* " in
	*isrc* | *mcn* | *atip* | *cd-text* | *cue-sheet* | *sub-channel* | *read-cd* | *toc*)
		echo audio ;;
	*) echo data ;;
	esac
}

image_of_disc() {
	for suffix in bin iso; do
		[ ! -e "$media/disc$unit.$suffix" ] || echo "$media/disc$unit.$suffix"
	done
}

is_master() { # FILE
	head -c "$(stat -c %s "$bits")" "$1" | cmp -s - "$bits"
}

state_is() { # STATE
	[ "$(discmux-sim ctl list | awk -v name="disc$unit" '$1 == name { print $3 }')" = "$1" ]
}

sidecar() { # JQ-FILTER
	sim eject "recorder$unit" --force 2>/dev/null
	jq -r "$1" "$media/disc$unit.json"
}

# new blank TYPE, or new NAME: such a disc in the recorder, blank or as it was kept
new() {
	sim eject "recorder$unit" --force 2>/dev/null
	rm -f "$media/disc$unit".*
	if [ "$1" = blank ]; then
		sim blank "$2" "disc$unit" "recorder$unit"
		return
	fi
	for file in "$tmp/$1".*; do
		cp "$file" "$media/disc$unit.${file##*.}"
	done
	sim insert "recorder$unit" "disc$unit"
}

# keep NAME MEDIUM ARGUMENTS...: a disc that discmux copy makes, for new
keep() {
	kept=$1
	new blank "$2"
	shift 2
	discmux copy --to "$unit" --no-eject --quiet "$@" || return
	sim eject "recorder$unit" --force
	for file in "$media/disc$unit".*; do
		cp "$file" "$tmp/$kept.${file##*.}"
	done
}

# The master is in the reader, which may have thrown it out in the cell before
fill_reader() {
	if [ "$from" = "${in_reader-}" ] &&
		! discmux-sim ctl list | grep -q '^reader0 .*tray open'; then
		return
	fi
	sim eject reader0 --force 2>/dev/null
	sim insert reader0 "$from"
	in_reader=$from
}

# ---- Devices with habits ---------------------------------------------------------------------

# A device that another serial number was given to is a new one
all_there() {
	discmux status --json --no-media | jq -e '.members | length == 7' >/dev/null
}

there() {
	case $habits in *serial-*) wait_for 60 all_there ;; esac
}

run() { # command...
	rm -f "$tmp/fates"
	timeout -s KILL "$limit" "$@" >"$tmp/out" 2>"$tmp/err"
	status=$?
}

# with DEVICE command...: while it has the habits
with() {
	device=$1
	shift
	sim habit "$device" "$(echo "$habits" | tr ' ' +)" || wrong "no habit $habits for $device"
	there
	"$@"
	sim habit "$device" none
	there
}

# ---- Tasks: each sets fate to what the program says of the disc ------------------------------

# fate_of_disc OTHERWISE: a task that did not begin reports no disc
fate_of_disc() {
	[ -e "$tmp/fates" ] || jq -r '.copies // .discs | .[] | "\(.recorder) \(.disc)"' \
		"$tmp/out" >"$tmp/fates" 2>/dev/null
	fate=$(awk -v unit="$unit" '$1 == unit { print $2 }' "$tmp/fates")
	[ -n "$fate" ] || fate=$1
}

judge_copy() {
	fate_of_disc untouched
	case $fate in
	verified) is_master "$(image_of_disc)" || wrong "verified, and not the master" ;;
	untouched) state_is blank || wrong "untouched, and not blank" ;;
	esac
}

task_copy() {
	new blank "$blank"
	with "recorder$unit" run discmux copy --from "$from" --to "$unit" --verify --no-eject --json
	judge_copy
	ended verified
}

task_verify() {
	new "$kind-disc"
	with "recorder$unit" run discmux verify --from "$from" --in "$unit" --no-eject --json
	fate_of_disc unknown
	ended verified
}

# The second session, where the sidecar says that it begins
has_second() {
	begin=$(sidecar '.sessions[1].tracks[0].start')
	tail -c +$((begin * 2048 + 1)) "$media/disc$unit.iso" |
		head -c "$(stat -c %s "$tmp/more.iso")" | cmp -s - "$tmp/more.iso"
}

task_append() {
	new open-disc
	with "recorder$unit" run discmux copy --from "$tmp/more.iso" --to "$unit" --append \
		--verify --no-eject --json
	fate_of_disc untouched
	is_master "$(image_of_disc)" || wrong "$fate, and the first session is spoiled"
	case $fate in
	verified) has_second || wrong "verified, and not the second session" ;;
	untouched)
		[ "$(sidecar '"\(.state) \(.sessions | length)"')" = "appendable 1" ] ||
			wrong "untouched, and not what it was" ;;
	esac
	ended verified
}

task_erase() {
	new rw-disc
	with "recorder$unit" run discmux erase --in "$unit" --no-eject --json
	fate_of_disc untouched
	case $fate in
	erased) state_is blank || wrong "erased, and not blank" ;;
	untouched) is_master "$(image_of_disc)" || wrong "untouched, and not what it was" ;;
	esac
	ended erased
}

# Of the master in the reader
task_read() {
	fill_reader
	rm -f "$tmp"/image*
	with reader0 run discmux read --from reader --to "$tmp/image" --quiet
	fate=refused
	if [ "$status" -eq 0 ]; then
		fate="read"
		set -- "$tmp"/image*.bin "$tmp"/image*.iso
		while [ ! -e "$1" ] && [ $# -gt 1 ]; do shift; done
		is_master "$1" || unseen || wrong "read, and not the master"
	fi
	ended read
}

task_extract() {
	fill_reader
	rm -rf "$tmp/store"
	with reader0 run discmux extract --from reader --tracks all --overwrite --store "$tmp/store"
	fate=refused
	if [ "$status" -eq 0 ]; then
		fate=extracted
		is_master "$(find "$tmp/store" -name '*.bin')" || wrong "extracted, and not the master"
	fi
	ended extracted
}

# The drive that the library's disc is in, or false
holder() {
	discmux-sim ctl list | grep -q ' moved: '
}

# The library's disc is in slot 1, wherever the cell before has left it. discmux-sim's eject would
# take it out of the drive behind the changer's back, which then has it there for ever.
home() {
	! holder || discmux unload d0 s1 >/dev/null
	sim slot 1 empty 2>/dev/null
	sim slot 1 moved || wrong "the script can't lay its disc"
}

task_load() {
	home
	with changer run discmux load s1 d0
	fate=refused
	if [ "$status" -eq 0 ]; then
		fate=loaded
		holder || wrong "loaded, and not there"
	elif holder; then
		fate="loaded, not told"
	fi
	ended loaded
}

task_unload() {
	home
	discmux load s1 d0 >/dev/null || wrong "the script can't load its disc"
	with changer run discmux unload d0 s1
	fate=refused
	if [ "$status" -eq 0 ]; then
		fate=unloaded
		if holder || ! sim slot 1 empty; then wrong "unloaded, and not there"; fi
	elif ! holder; then
		fate="unloaded, not told"
	fi
	ended unloaded
}

# A disc comes to slot 2, or goes, by hand: a map of before is wrong
by_hand() {
	hand=false
	sim slot 2 empty 2>/dev/null && return
	hand=true
	sim slot 2 hand || wrong "the script can't lay its disc"
}

task_inventory() {
	home
	by_hand
	with changer run discmux inventory --refresh --json
	fate=refused
	if jq -e .stale "$tmp/out" >/dev/null 2>&1; then
		fate=remembered
	elif [ "$status" -eq 0 ]; then
		fate=known
		jq -e "[.slots[].full] == [true, $hand, false, false] and (.drives | length == 1)" \
			"$tmp/out" >/dev/null ||
			wrong "known, and not so"
	fi
	ended known
}

# ---- Cells -------------------------------------------------------------------------------------

# For check: a wrong fate fails, and shows what the program printed
told() {
	case $fate in
	WRONG*)
		head -n 5 "$tmp/err" "$tmp/out"
		return 1
		;;
	esac
}

# row: the last check as a row of the table
row() {
	echo "$(echo "$habits" | tr ' ' +)|$task|$fate" >>"$table"
	read -r seconds _ </proc/uptime
	echo "# $fate, ${seconds%.*} s"
}

# cells TASKS: of $habits, one after the other
cells() {
	for task in $1; do
		fate=
		"task_$task" >"$tmp/log" 2>&1
		check "$habits: $task" told
		row
	done
}

# The tasks that a habit of such a device can touch
tasks_of() { # DEVICES
	case $1 in *changer*) echo inventory load unload ;; esac
	case $1 in *recorder*) echo copy verify ;; esac
	case $kind$1 in data*recorder*) echo append erase ;; esac
	case $1 in *reader*) echo read ;; esac
	case $kind$1 in audio*reader*) echo extract ;; esac
}

# together HABIT...: one copy, in which each recorder has one of them
together() {
	unit=0
	for habits; do
		new blank "$blank"
		sim habit "recorder$unit" "$habits"
		unit=$((unit + 1))
	done
	habits=$*
	there
	run discmux copy --from "$from" --to "$(seq -s , 0 $((unit - 1)))" --verify --no-eject \
		--skip-unfit --json
	ended=$status
	unit=0
	for habits; do
		sim habit "recorder$unit" none
		fate=
		judge_copy
		# The program reports each recorder at the end
		[ "$fate" = verified ] || grep -q "recorder $unit" "$tmp/err" || wrong "$fate without a word"
		status=$ended
		task=copy
		ended verified
		check "$habits: copy" told
		row
		unit=$((unit + 1))
	done
	habits=$*
	there
	unit=0
}

# In fours, with the master that they want
all_together() { # KIND
	master "$1"
	set --
	while read -r name devices <&3; do
		case $devices in *recorder*) ;; *) continue ;; esac
		[ "$(kind_for "$name")" = "$kind" ] || continue
		set -- "$@" "$name"
		[ $# -lt $recorders ] && continue
		together "$@"
		set --
	done 3<"$tmp/habits"
	[ $# -eq 0 ] || together "$@"
}

# Each changer's habit with the task that it touches most
changers() {
	while read -r habits devices <&3; do
		case $devices$habits in
		*changer*moves*) cells load ;;
		*changer*) cells inventory ;;
		esac
	done 3<"$tmp/habits"
}

each_alone() {
	while read -r habits devices <&3; do
		master "$(kind_for "$habits")"
		cells "$(tasks_of "$devices")"
	done 3<"$tmp/habits"
}

# Pairs that one device can have
pairs() { # N
	awk -v n="$1" -v seed="${HABIT_SEED-1}" '
		BEGIN { srand(seed) }
		{ name[NR] = $1; devices[NR] = $2; possible += same[$2]++ }
		function pick() { return 1 + int(rand() * NR) }
		END {
			while (possible && n > 0) {
				a = pick(); b = pick()
				if (a == b || devices[a] != devices[b])
					continue
				print devices[a], name[a], name[b]
				n--
			}
		}' "$tmp/habits" >"$tmp/pairs"
	check "there are habits to pair" [ -s "$tmp/pairs" ]
	while read -r devices habits <&3; do
		# shellcheck disable=SC2086 # two
		master "$(kind_for $habits)"
		cells "$(tasks_of "$devices")"
	done 3<"$tmp/pairs"
}

# With a number or time that a small disc and a short test meet
short() {
	jq -r '.habits[] | [.name + (if .name == "dropped" then "=50"
		elif .value == "SECONDS" then "=1" elif .value == "N" and .preset > 6 then "=5"
		elif .value == "LBA" then "=50" else "" end), (.of | join("+"))] | join(" ")'
}

# wanted: of these, those that HABITS names
wanted() {
	while read -r name devices; do
		case " ${HABITS-${name%=*}} " in *" ${name%=*} "*) echo "$name $devices" ;; esac
	done
}

# Nothing here needs udev, which asks each disc a lot each time it comes in
udev_pause
sim blank dvd+r moved
sim blank dvd+r hand
discmux-sim habits --json | short | wanted >"$tmp/habits"
if [ "${HABIT_TASKS-}" = all ] || [ "${HABIT_PAIRS-0}" -gt 0 ]; then
	check "discs to begin with" keep data-disc dvd+r --from "$tmp/data.iso"
	check "an open one" keep open-disc dvd+r --from "$tmp/data.iso" --open
	check "one to erase" keep rw-disc cd-rw --from "$tmp/data.iso"
	check "one with sound" keep audio-disc cd-r --from "$tmp/audio.cue"
fi
if [ "${HABIT_TASKS-}" = all ]; then
	each_alone
else
	all_together data
	all_together audio
	changers
fi
[ "${HABIT_PAIRS-0}" -eq 0 ] || pairs "$HABIT_PAIRS"
udev_go_on
rm -rf "$tmp"
done_testing
