#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim tower:4 --with gojq,cdrdao,cdparanoia,libcdio-utils
# kernel: 6.1
#
# CDs that discmux burned, as other programs see them, and back into an image.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"
# shellcheck source=tests/discs.sh
. "${0%/*}/../discs.sh"

media=/media-sim

# burn IMAGE OPTION...: onto two discs of the kind cd-r, compared
burn() {
	image=$1
	shift
	blanks cd-r cd-r && discmux copy --from "$image" --to 0,1 --verify --no-eject --quiet "$@"
}

# The disc that other programs read
dev=$(dev 0)

# A file of sectors of audio that are not like each other
audio() {
	head -c $(($2 * 2352)) /dev/urandom >"$1"
}

swap() { # FILE: 16-bit words, for programs that have the high byte first
	dd if="$1" conv=swab bs=2352 2>/dev/null
}

# ---- Audio ----

audio "$tmp/audio.bin" 1800
cat >"$tmp/audio.cue" <<-END
	CATALOG 1234567890123
	TITLE "Ein Kreis"
	PERFORMER "Niemand"
	FILE "audio.bin" BINARY
	  TRACK 01 AUDIO
	    TITLE "Eins"
	    PERFORMER "Jemand"
	    FLAGS DCP
	    ISRC USABC0512345
	    INDEX 01 00:00:00
	    INDEX 02 00:04:30
	  TRACK 02 AUDIO
	    TITLE "Zwei"
	    PERFORMER "Jemand"
	    INDEX 00 00:07:10
	    INDEX 01 00:09:00
	  TRACK 03 AUDIO
	    TITLE "Drei"
	    PERFORMER "Jemand"
	    FLAGS PRE
	    ISRC USABC0512346
	    INDEX 01 00:16:00
END
row CD-R "session at once" discmux "two at once, sample by sample" burn "$tmp/audio.cue"

read_cdrdao() {
	rm -f "$tmp/c.bin" "$tmp/c.toc"
	cdrdao read-cd --device "$dev" --driver generic-mmc --read-raw --datafile "$tmp/c.bin" \
		"$tmp/c.toc" >"$tmp/c.log" 2>&1 || {
		cat "$tmp/c.log"
		return 1
	}
}

same_audio() {
	read_cdrdao && swap "$tmp/c.bin" | cmp - "$tmp/audio.bin"
}

# The same without the sectors, which is quicker
read_toc() {
	rm -f "$tmp/c.toc"
	cdrdao read-toc --device "$1" --driver generic-mmc "$tmp/c.toc" >"$tmp/c.log" 2>&1 || {
		cat "$tmp/c.log"
		return 1
	}
}

has() { # WORDS...: each is in the .toc that cdrdao made
	for word; do
		grep -qF -- "$word" "$tmp/c.toc" && continue
		echo "not there: $word"
		cat "$tmp/c.toc"
		return 1
	done
}
row CD-R "session at once" "cdrdao read-cd" "every sample" same_audio
row CD-R "session at once" "cdrdao read-cd" "ISRC, catalogue number" \
	has 'CATALOG "1234567890123"' 'ISRC "USABC0512345"' 'ISRC "USABC0512346"'
row CD-R "session at once" "cdrdao read-cd" "CD-Text" \
	has '"Ein Kreis"' '"Niemand"' '"Zwei"' '"Drei"'
row CD-R "session at once" "cdrdao read-cd" "flags, pauses, indices" \
	has "PRE_EMPHASIS" "START" "INDEX 00:04:30"

same_paranoia() {
	cd "$tmp" || return
	cdparanoia -q -d "$dev" -r "[00:00:00.00]-" p.raw 2>p.log ||
		cdparanoia -d "$dev" -r -- "1-" p.raw 2>p.log || {
		tail -n 20 p.log
		return 1
	}
	cmp p.raw audio.bin
}
row CD-R "session at once" cdparanoia "every sample" same_paranoia

info() {
	cd-info --no-header --no-device-info --no-cddb --cdrom-device="$dev" >"$tmp/i" 2>&1
	for word; do
		grep -q -- "$word" "$tmp/i" && continue
		echo "not there: $word"
		cat "$tmp/i"
		return 1
	done
}
row CD-R "session at once" cd-info "tracks, MCN" \
	info '^ *1: 00:02:00  000000 audio' '^ *3: 00:18:00  001200 audio' 1234567890123

# ---- Back into an image ----

back() { # ENDING
	rm -f "$tmp"/back*
	discmux read --from recorder:1 --to "$tmp/back.$1" --quiet &&
		cmp "$tmp/back.bin" "$tmp/$2.bin" &&
		(cd "$tmp" && sha256sum -c "back.$1.sha256")
}
row CD-R "discmux read" discmux ".cue/.bin, every byte, sums" back cue audio
row CD-R "discmux read" discmux "the .cue: pauses, indices, codes, titles" \
	sh -c "grep -v 'FILE\|CDTEXT' $tmp/back.cue | tr -d ' ' | sort >$tmp/a
		grep -v FILE $tmp/audio.cue | tr -d ' \t' | sort >$tmp/b; diff $tmp/a $tmp/b"
same_sheet() {
	discmux-sim ctl eject recorder2 --force >/dev/null 2>&1
	discmux-sim ctl blank cd-r again recorder2 >/dev/null &&
		discmux copy --from "$tmp/back.cue" --to 2 --verify --no-eject --quiet &&
		read_toc /dev/sr3 &&
		has 'CATALOG "1234567890123"' 'ISRC "USABC0512345"' START "INDEX 00:04:30" \
			'"Ein Kreis"'
}
row CD-R "image of an image" "cdrdao read-toc" "ISRC, CD-Text, pause, index" same_sheet
row CD-R "discmux read" discmux ".toc/.bin, every byte" back toc audio
row CD-R "discmux copy" discmux "a .toc, sample by sample" burn "$tmp/back.toc"

# ---- From disc to disc ----

discmux-sim ctl eject recorder0 --force >/dev/null
discmux-sim ctl insert reader0 "r$(cat "$tmp/round")-0" >/dev/null
disc_to_disc() {
	blanks cd-rw cd-rw && discmux copy --from reader --to 0,1 --verify --no-eject --quiet
}
row CD-RW "disc to disc" discmux "sample by sample" disc_to_disc
row CD-RW "disc to disc" "cdrdao read-cd" "every sample" same_audio
row CD-RW "disc to disc" "cdrdao read-cd" "ISRC, CD-Text, pause, index" \
	has 'CATALOG "1234567890123"' 'ISRC "USABC0512345"' START "INDEX 00:04:30" \
	'"Ein Kreis"'
check "media tells of it" sh -c "discmux media recorder:0 --json | jq -e '.media[0] |
	.mcn == \"1234567890123\" and .cd_text and (.tracks | length) == 3'"
check "without ISRC" sh -c \
	"discmux-sim ctl eject recorder2 --force >/dev/null 2>&1
	 discmux-sim ctl blank cd-r noisrc recorder2 >/dev/null &&
	 discmux copy --from reader --to 2 --no-isrc --no-eject --quiet"
no_isrc() {
	read_toc /dev/sr3 && has CATALOG && ! grep ISRC "$tmp/c.toc"
}
row CD-R "--no-isrc" "cdrdao read-toc" "no ISRC" no_isrc
discmux-sim ctl eject reader0 --force >/dev/null

# ---- Mixed mode, CD-Extra, XA ----

# sectors MODE FIRST COUNT: raw data sectors out of an image that discmux made
head -c $((400 * 2048)) /dev/urandom >"$tmp/data.raw"
cat >"$tmp/mixed.cue" <<-END
	FILE "data.raw" BINARY
	  TRACK 01 MODE1/2048
	    INDEX 01 00:00:00
	FILE "audio.bin" BINARY
	  TRACK 02 AUDIO
	    PREGAP 00:02:00
	    INDEX 01 00:00:00
END
row CD-R "mixed mode" discmux "each block, each sample" burn "$tmp/mixed.cue"
mixed() {
	reload 0
	head -c $((400 * 2048)) "$dev" | cmp - "$tmp/data.raw" && read_cdrdao &&
		tail -c $((1800 * 2352)) "$tmp/c.bin" >"$tmp/c.audio" &&
		swap "$tmp/c.audio" | cmp - "$tmp/audio.bin"
}
row CD-R "mixed mode" "cdrdao read-cd, cmp" "each block, each sample" mixed
row CD-R "mixed mode" cd-info "tracks" info '^ *1: 00:02:00  000000 data' \
	'^ *2: 00:09:25  000550 audio'

cat >"$tmp/extra.cue" <<-END
	FILE "audio.bin" BINARY
	REM SESSION 01
	  TRACK 01 AUDIO
	    INDEX 01 00:00:00
	  TRACK 02 AUDIO
	    INDEX 01 00:10:00
	REM SESSION 02
	FILE "data.raw" BINARY
	  TRACK 03 MODE2/2048
	    INDEX 01 00:00:00
END
row CD-R "CD-Extra, two sessions" discmux "each block, each sample" burn "$tmp/extra.cue"
second() { # where the second session begins, as the kernel and others see it
	reload 0
	dd if="$dev" bs=2048 skip=13200 count=400 2>/dev/null | cmp - "$tmp/data.raw"
}
row CD-R "CD-Extra, two sessions" cd-info "tracks" info '^ *1: 00:02:00  000000 audio' \
	'^ *3: 02:58:00  013200 data'
row CD-R "CD-Extra, two sessions" "dd" "the second session, each block" second

back_extra() {
	rm -f "$tmp"/back*
	discmux read --from recorder:1 --to "$tmp/back" --quiet &&
		blanks cd-r && discmux copy --from "$tmp/back.cue" --to 0 --verify --no-eject --quiet &&
		second
}
row CD-R "CD-Extra by an image" dd "the second session, each block" back_extra

cat >"$tmp/photo.cue" <<-END
	FILE "data.raw" BINARY
	REM SESSION 01
	  TRACK 01 MODE2/2048
	    INDEX 01 00:00:00
	REM SESSION 02
	FILE "data2.raw" BINARY
	  TRACK 02 MODE2/2048
	    INDEX 01 00:00:00
END
head -c $((350 * 2048)) /dev/urandom >"$tmp/data2.raw"
row CD-R "XA, two sessions (Photo CD)" discmux "each block" burn "$tmp/photo.cue"
photo() {
	reload 0
	info 'Disc mode is listed as: CD DATA (Mode 2)' '^ *2: 02:39:25  011800 data' &&
		head -c $((400 * 2048)) "$dev" | cmp - "$tmp/data.raw"
}
row CD-R "XA, two sessions (Photo CD)" "cd-info, cmp" "tracks, each block" photo

# ---- Simulation and damage ----

simulated() {
	blanks cd-r cd-r && discmux simulate --from "$tmp/audio.cue" --to 0,1 --no-eject --quiet &&
		discmux media recorder:0 recorder:1 --json |
		jq -e 'all(.media[]; .state == "blank")'
}
row CD-R "simulate, session at once" discmux "still blank" simulated

differs() {
	burn "$tmp/audio.cue" || return
	discmux-sim ctl eject recorder1 --force >/dev/null
	spoils_byte "$media/r$round-1.bin" $((1000 * 2352 + 100))
	discmux-sim ctl insert recorder1 "r$round-1" >/dev/null
	discmux verify --from "$tmp/audio.cue" --in 0,1 --no-eject --json >"$tmp/out" 2>"$tmp/err"
	cat "$tmp/err"
	grep -q 'recorder 1 differs from the master at LBA 1000' "$tmp/err" &&
		jq -e '.good == 1 and .discs[1].lba == 1000' "$tmp/out"
}
check "verify names the recorder and the block of a wrong sample" differs

udev_go_on
rm -rf "$tmp"
done_testing
