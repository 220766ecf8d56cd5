# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# For test scripts that play the operator at discmuxd's panel; source it after
# tap.sh, in a guest with --sim tower:4.

tmp=$(mktemp -d)
media=/media-sim
daemon_dir=$tmp/lib
daemon_options=
export DISCMUXD_SOCKET="$tmp/sock"

# panel_launch: starts discmuxd (with $daemon_options)
panel_launch() {
	# shellcheck disable=SC2086 # a list of options
	discmuxd --dir "$daemon_dir" --socket "$DISCMUXD_SOCKET" $daemon_options 2>>"$tmp/log" &
	daemon=$!
}

# panel_start: the same, and waits until it answers
panel_start() {
	panel_launch
	panel_tries=0
	until ask status >/dev/null 2>&1; do
		panel_tries=$((panel_tries + 1))
		[ "$panel_tries" -lt 100 ] || return
		sleep 0.1
	done
}

panel_stop() {
	kill "$daemon" 2>/dev/null
	wait "$daemon"
}

# ask WHAT: one request to the daemon, its answer
ask() {
	discmux daemon "$@"
}

# play NAME: a script on stdin: commands for the panel, and the lines that are to
# be seen ("|...|...|").  One test.
play() {
	play_name=$1
	cat >"$tmp/script"
	grep -v '^|' "$tmp/script" >"$tmp/keys"
	grep '^|' "$tmp/script" >"$tmp/wanted"
	discmux panel --text --timeout "${PANEL_TIMEOUT:-30}" <"$tmp/keys" >"$tmp/seen" 2>"$tmp/err"
	play_status=$?
	in_order "$tmp/wanted" "$tmp/seen" >"$tmp/missing" && [ "$play_status" -eq 0 ]
	play_status=$?
	result "$play_status" "$play_name" "$(cat "$tmp/missing" "$tmp/err"; echo seen:; cat "$tmp/seen"
		tail -n 5 "$tmp/log")"
	[ "$play_status" -eq 0 ] || lost
}

# lost: the panel is somewhere else than the script believes
lost() {
	panel_stop
	done_testing
}

# dvd_master: the image $tmp/master.iso as a pressed DVD into the reader
dvd_master() {
	discmux-sim ctl eject reader0 --force >/dev/null 2>&1
	rm -f "$media/master".*
	discmux-sim ctl insert reader0 "$tmp/master.iso" >/dev/null
	discmux-sim ctl eject reader0 --force >/dev/null
	# An image that small is taken for a CD
	sed -i 's/"cd-rom"/"dvd-rom"/' "$media/master.json"
	discmux-sim ctl insert reader0 master >/dev/null
}

# in_order WANTED SEEN: every line of the one file is, or begins, one of the other, in this
# order
in_order() {
	awk 'NR == FNR { want[++n] = $0; next }
	     at < n && index($0, want[at + 1]) == 1 { at++ }
	     END { if (at < n) { print "missing: " want[at + 1]; exit 1 } }' "$1" "$2"
}

# blanks TYPE...: a new blank of each type into recorder 0, 1 ...; discs are named
# disc0, disc1 ...; "-" leaves a recorder empty, with its tray shut
blanks() {
	n=0
	for type; do
		discmux-sim ctl eject "recorder$n" --force >/dev/null 2>&1
		rm -f "$media/disc$n".*
		n=$((n + 1))
	done
	wait_for 20 seen_empty "$n" # by discmuxd, or it takes no new disc there
	n=0
	for type; do
		if [ "$type" = - ]; then
			discmux-sim ctl tray "recorder$n" close >/dev/null
		else
			discmux-sim ctl blank "$type" "disc$n" "recorder$n" >/dev/null || return
		fi
		n=$((n + 1))
	done
}

# seen_empty N: the first N recorders
seen_empty() {
	ask status | jq -e "[.drives[] | select(.drive | startswith(\"recorder\"))][:$1] |
		all(.disc == \"none\")"
}

# same IMAGE DISC...: each disc begins with the image
same() {
	image=$1
	size=$(stat -c %s "$image")
	shift
	for disc; do
		head -c "$size" "$media/$disc.iso" | cmp - "$image" || return
	done
}

# trays open|closed N...: of these recorders
trays() {
	tray=$1
	shift
	for n; do
		discmux-sim ctl list --json | jq -e ".devices[] |
			select(.name == \"recorder$n\") | .state.tray == \"$tray\"" || return
	done
}

# discs_are STATE DISC...: blank, complete, ...
discs_are() {
	state=$1
	shift
	for disc; do
		discmux-sim ctl list --json | jq -e ".discs[] |
			select(.name == \"$disc\") | .state == \"$state\"" || return
	done
}

counter() {
	ask counters | jq -e ".counters[\"$1\"] == $2"
}

# wait_for SECONDS command...: until it is true
wait_for() {
	left=$(($1 * 5))
	shift
	until "$@" >/dev/null 2>&1; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || return
		sleep 0.2
	done
}
