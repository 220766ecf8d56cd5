# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# For tests/e2e/strangers_*.sh: programs of others burn and read virtual discs.
# Source it after setting profile, a tower, and jobs, how many recorders it has.
#
#	row MEDIUM METHOD PROGRAM COMPARED command...
#
# is a check that also becomes a row of build/strangers-matrix.md (see
# tests/strangers-matrix): what a program did, and what its outcome was compared
# with, in words for people.  Rows run side by side, for most programs sleep more
# than they work: command has a recorder of its own, $drive, at $dev, with a
# disc named $disc, and a folder of its own as working folder.  finish waits.
# extra is row, but runs with STRANGERS=all in the environment only:
#
#	tests/vm/run --with ... -- env STRANGERS=all tests/e2e/strangers_xorriso.sh
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"

tmp=$(mktemp -d)
media=$tmp/media
mkdir -p build/vm/out/strangers
rows=$PWD/build/vm/out/strangers/$(basename "$0" .sh)-$(uname -r | cut -d. -f1-2)
: >"$rows"
row_count=0

# shellcheck disable=SC2154 # set by the script
discmux-sim start --profile "$profile" --media "$media" || exit 1
# Nothing here needs udev, which asks each disc a lot each time it comes in
udev_pause
cd "$tmp" || exit 1

row() {
	row_count=$((row_count + 1))
	# shellcheck disable=SC2154 # set by the script
	row_slot=$((row_count % jobs))
	echo "$1|$2|$3|$4" >"$tmp/row$row_count"
	shift 4
	eval "wait \${row_pid$row_slot-}" 2>/dev/null
	row_run "$@" &
	eval "row_pid$row_slot=$!"
}

extra() {
	[ "${STRANGERS-}" != all ] || row "$@"
}

row_run() {
	row_begin=$(date +%s)
	drive=recorder$row_slot dev=/dev/sr$((row_slot + 1)) disc=disc$row_count
	mkdir "$tmp/work$row_count"
	cd "$tmp/work$row_count" || exit
	"$@" >"$tmp/log$row_count" 2>&1
	echo $? >"$tmp/status$row_count"
	echo "$(($(date +%s) - row_begin)) s" >>"$tmp/row$row_count"
	discmux-sim ctl eject "$drive" --force >/dev/null 2>&1
}

finish() {
	wait
	for n in $(seq "$row_count"); do
		read -r text <"$tmp/row$n"
		status=$(cat "$tmp/status$n")
		result "$status" "$(echo "$text" | sed 's/|/, /; s/|/, /; s/|/: /')" \
			"$(tail -n 40 "$tmp/log$n")"
		echo "# $(tail -n 1 "$tmp/row$n")"
		[ "$status" -eq 0 ] && text="$text|yes" || text="$text|NO"
		echo "$text" >>"$rows"
	done
	cd / || exit 1
	udev_go_on
	discmux-sim stop
	rm -rf "$tmp"
	done_testing
}

# --- for the commands of rows -------------------------------------------------------------

# udev and the kernel have looked at the disc
settle() {
	wait_ready=0
	until sg_turs "$dev" >/dev/null 2>&1 || [ $wait_ready -ge 50 ]; do
		wait_ready=$((wait_ready + 1))
		sleep 0.1
	done
}

# A blank in the recorder: blank TYPE [BLOCKS]
blank() {
	discmux-sim ctl blank "$1" "$disc" "$drive" --blocks "${2:-5000}" >/dev/null || return
	settle
}

# Tray out and in again: the kernel looks anew how much is on the disc
reload() {
	discmux-sim ctl tray "$drive" open >/dev/null 2>&1
	discmux-sim ctl tray "$drive" close >/dev/null 2>&1
	settle
}

# data NAME BLOCKS and audio NAME SECTORS: a file nobody else has
data() {
	head -c $(($2 * 2048)) /dev/urandom >"$1"
}

audio() {
	head -c $(($2 * 2352)) /dev/urandom >"$1"
}

# The disc's file has it: holds FILE [FIRST-BLOCK]
holds() {
	tail -c +$((${2:-0} * 2048 + 1)) "$media/$disc.iso" | head -c "$(stat -c %s "$1")" |
		cmp - "$1"
}

# The same of whole sectors: holds_raw FILE [FIRST-SECTOR]
holds_raw() {
	tail -c +$((${2:-0} * 2352 + 1)) "$media/$disc.bin" | head -c "$(stat -c %s "$1")" |
		cmp - "$1"
}

# The block device gives it: reads FILE.  Without reading ahead, which behind a track at
# once runs into its links.
reads() {
	dd if="$dev" iflag=direct bs=2048 count=$(($(stat -c %s "$1") / 2048)) 2>/dev/null |
		cmp - "$1"
}

# What the disc's sidecar says: sidecar JQ-FILTER
sidecar() {
	discmux-sim ctl eject "$drive" --force >/dev/null 2>&1
	jq -e "$1" "$media/$disc.json" >/dev/null || {
		echo "not so: $1"
		cat "$media/$disc.json"
		return 1
	}
}

# Nothing was recorded
still_blank() {
	sidecar '.state == "blank"' && [ ! -s "$media/$disc.iso" ] && [ ! -e "$media/$disc.bin" ]
}
