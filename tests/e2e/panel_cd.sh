#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim tower:2 --with gojq,sg3-utils
# kernel: 6.1
#
# The user's guide played on the text panel, chapter by chapter: what is done with CDs.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"
# shellcheck source=tests/panel.sh
. "${0%/*}/../panel.sh"

# A CD of data with audio behind it
head -c $((900 * 2048)) /dev/urandom >"$tmp/cd.iso"
head -c $((450 * 2352)) /dev/urandom >"$tmp/cd.raw"
cat >"$tmp/cd.cue" <<END
FILE "cd.iso" BINARY
TRACK 01 MODE1/2048
INDEX 01 00:00:00
FILE "cd.raw" BINARY
TRACK 02 AUDIO
ISRC USABC0512345
PREGAP 00:02:00
INDEX 01 00:00:00
END
panel_start
discmux-sim ctl insert reader0 "$tmp/cd.cue" >/dev/null

# like_master: the discs that came out are, as discmux compares
like_master() {
	close_trays && discmux verify --from "$tmp/cd.cue" --in all --quiet
}

close_trays() {
	for n in 0 1; do
		discmux-sim ctl tray "recorder$n" close >/dev/null || return
	done
}

# audio: another master, of two tracks
audio() {
	head -c $((900 * 2352)) /dev/urandom >"$tmp/audio.bin"
	cat >"$tmp/audio.cue" <<-END
		FILE "audio.bin" BINARY
		TRACK 01 AUDIO
		INDEX 01 00:00:00
		TRACK 02 AUDIO
		INDEX 01 00:05:00
	END
}

# ---- Copy CD to CD ----

blanks cd-r cd-rw
play "copy CD to CD" <<'END'
|COPY START?         |(DISC to DISC)      |
yes
wait COPY CD
|COPY CD  
wait COPY COMPLETE
|COPY COMPLETE       |OK 2 NG 0           |
yes
END
check "the recorders have ejected them" trays open 0 1
check "they are the master" like_master

# ---- ISRC check and CD write speed ----

# isrc_of DISC: of its track 2
isrc_of() {
	jq -r '[.sessions[].tracks[]][1].isrc' "$media/$1.json"
}

# writes_at N SPEED: recorder N says that it writes with so much, times 1x
writes_at() {
	sg_raw -r 60 -o "$tmp/page" "/dev/sr$(($1 + 1))" 5a 00 2a 00 00 00 00 00 3c 00 2>/dev/null
	kbps=$(od -An -tu1 -j36 -N2 "$tmp/page" | awk '{ print $1 * 256 + $2 }')
	[ "$((kbps / 176))" -eq "$2" ]
}

check "copies have the master's ISRC" [ "$(isrc_of disc0)" = USABC0512345 ]
blanks cd-r cd-r
play "ISRC OFF and 16x" <<'END'
no
no
no
no
no
yes
no
no
no
|CD WR SPEED?        |                 48x|
yes
no
no
no
no
yes
|CD WR SPEED?        |                 16x|
no
yes
no
yes
|ISRC CHECK?         |                 OFF|
no
no
no
no
no
|>EXIT?              |                    |
yes
no
yes
wait COPY COMPLETE
|COPY COMPLETE       |OK 2 NG 0           |
yes
END
check "the copy has no ISRC" [ "$(isrc_of disc0)" = null ]
close_trays
check "recorder 0 writes at 16x" writes_at 0 16
check "so does recorder 1" writes_at 1 16
ask set item=isrc value=1 >/dev/null
ask set item=cd-speed value=48 >/dev/null

# ---- Simulation CD to CD ----

blanks cd-r cd-r
play "simulation CD to CD" <<'END'
no
|SIMULATION?         |(DISC to DISC)      |
yes
wait SIMULATION COMPLETE
|SIMULATION COMPLETE |OK 2 NG 0           |
yes
|COPY START?         |(DISC to DISC)      |
END
check "the discs were not recorded to" discs_are blank disc0 disc1

# ---- Registering data to the hard drive ----

register_hdd2

# ---- Copy hard drive to CD ----

blanks cd-r cd-rw
select_hdd2 'Mixed            4MB'
play "copy from HDD2" <<'END'
|COPY START?         |(HDD2 to DISC)      |
yes
wait COPY COMPLETE
|COPY COMPLETE       |OK 2 NG 0           |
yes
END
check "they are the master" like_master

# ---- Erasing CD-RW media ----

blanks cd-rw cd-rw
play "copy to CD-RW" <<'END'
yes
wait COPY COMPLETE
|COPY COMPLETE       |OK 2 NG 0           |
yes
END
close_trays
play "quick erase" <<'END'
no
no
no
|DISC ERASE?         |(REWRITABLE)        |
yes
|QUICK ERASE?        |                    |
yes
|SURE?               |                    |
yes
wait ERASE COMPLETE
|ERASE COMPLETE      |OK 2 NG 0           |
yes
END
check "they are blank" discs_are blank disc0 disc1
check "and came out" trays open 0 1
close_trays
play "they may be written again" <<'END'
|COPY START?         |(HDD2 to DISC)      |
yes
wait COPY COMPLETE
|COPY COMPLETE       |OK 2 NG 0           |
yes
END
check "they are the master" like_master
close_trays
play "full erase" <<'END'
no
no
no
|DISC ERASE?         |(REWRITABLE)        |
yes
no
|FULL ERASE?         |                    |
yes
|SURE?               |                    |
yes
wait ERASE COMPLETE
|ERASE COMPLETE      |OK 2 NG 0           |
yes
END
check "they are blank" discs_are blank disc0 disc1
check "and came out" trays open 0 1

# ---- Clearing the hard drive; its place for another master ----

clear_hdd2 'Mixed            4MB'
play "its place takes another master" <<'END'
|>HDD2?              |(DISC TO HDD2)      |
yes
wait MASTER DISC
|INSERT              |MASTER DISC         |
END
check "its files are gone" [ ! -e "$daemon_dir/images/HDD2" ]
audio
discmux-sim ctl eject reader0 --force >/dev/null 2>&1
discmux-sim ctl insert reader0 "$tmp/audio.cue" >/dev/null
play "another master is registered" <<'END'
wait REGISTER COMPLETE
|REGISTER COMPLETE   |
yes
|COPY START?         |(DISC to DISC)      |
END
select_hdd2 'Audio            2MB'
check "its sums are right" discmux images check --store "$daemon_dir/images" HDD2

panel_stop
rm -rf "$tmp"
done_testing
