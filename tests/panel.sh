# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# For test scripts that play the operator at discmuxd's panel; source it after
# tap.sh, in a guest with --sim tower:N.
# shellcheck source=tests/tower.sh
. "${0%/*}/../tower.sh"

tmp=$(mktemp -d)
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

# ---- What the guide says in the same words of DVDs and CDs ----

# register_hdd2: the disc in the reader
register_hdd2() {
	play "register to HDD2" <<-'END'
		no
		no
		|MASTER SELECT?      |(DISC to DISC)      |
		yes
		|>READER?            |(DISC TO DISC)      |
		no
		|>HDD1?              |(DISC TO HDD)       |
		no
		|>HDD2?              |(DISC TO HDD)       |
		yes
		wait REGISTER COMPLETE
		yes
		|COPY START?         |(DISC to DISC)      |
	END
	check "the reader has ejected the disc" tray_is open reader0
}

# select_hdd2 KIND: which is the kind and size of the master there, as the panel shows them
select_hdd2() {
	play "HDD2 is selected" <<-END
		no
		no
		yes
		no
		no
		|>HDD2?              |$1|
		yes
		|COPY START?         |(HDD2 to DISC)      |
	END
}

# clear_hdd2 KIND: it is selected; ends where its place is offered to another master
clear_hdd2() {
	play "master clear" <<-END
		no
		no
		|MASTER SELECT?      |(HDD2 to DISC)      |
		yes
		no
		no
		no
		no
		no
		no
		no
		no
		no
		no
		no
		|>MASTER CLEAR?      |(HDD)               |
		yes
		|>HDD2 CLEAR?        |$1|
		yes
		|SURE?               |(HDD2 CLEAR)        |
		yes
		wait >HDD2?
		|>HDD2?              |(DISC TO HDD2)      |
	END
}

# in_order WANTED SEEN: every line of the one file is, or begins, one of the other, in this
# order
in_order() {
	awk 'NR == FNR { want[++n] = $0; next }
	     at < n && index($0, want[at + 1]) == 1 { at++ }
	     END { if (at < n) { print "missing: " want[at + 1]; exit 1 } }' "$1" "$2"
}

# blanks TYPE...: as put_in, in the place of what is there, which discmuxd has to have seen
# gone: where it has written it takes no other disc before that
blanks() {
	take_out "$#"
	wait_for 20 seen_empty "$#"
	put_in "$@"
}

# seen_empty N: the first N recorders
seen_empty() {
	ask status | jq -e "[.drives[] | select(.drive | startswith(\"recorder\"))][:$1] |
		all(.disc == \"none\")"
}

counter() {
	ask counters | jq -e ".counters[\"$1\"] == $2"
}
