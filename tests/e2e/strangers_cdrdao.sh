#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --with cdrdao,libcdio-utils,cdparanoia,gojq,sg3-utils
# kernel: 6.1
#
# cdrdao: a disc at once with all that a CD can tell, and back.
profile=tower:6
jobs=6
# shellcheck source=tests/strangers.sh
. "${0%/*}/../strangers.sh"

# cdrdao takes raw files for big-endian
swap() {
	dd conv=swab 2>/dev/null
}

audio one.raw 400
audio two.raw 350
data data.iso 500
swap <one.raw >one.le
swap <two.raw >two.le
head -c $((75 * 2352)) /dev/zero >pause
cat one.raw pause two.raw >all.raw
cat one.le pause two.le >all.le
cat >full.toc <<EOF
CD_DA
CATALOG "1234567890123"
CD_TEXT {
  LANGUAGE_MAP { 0 : EN }
  LANGUAGE 0 { TITLE "The record" PERFORMER "The band" }
}
TRACK AUDIO
NO COPY
ISRC "USABC0512345"
CD_TEXT { LANGUAGE 0 { TITLE "First one" PERFORMER "Alice" } }
FILE "$tmp/one.raw" 0
INDEX 00:02:00
TRACK AUDIO
COPY
PRE_EMPHASIS
ISRC "USABC0512346"
CD_TEXT { LANGUAGE 0 { TITLE "Second one" PERFORMER "Bob" } }
PREGAP 00:01:00
FILE "$tmp/two.raw" 0
EOF

# The driver with CD-Text
dao() { # command arguments... 
	dao_command=$1
	shift
	cdrdao "$dao_command" --device "$dev" --driver generic-mmc:0x10 -v 2 "$@"
}

write_full() { # MEDIUM
	blank "$1" && dao write -n "$tmp/full.toc" && reload
}

full() { # MEDIUM
	write_full "$1" && holds_raw "$tmp/all.le" && sidecar '.state == "complete" and
		.mcn == "1234567890123" and .cd_text and
		[.sessions[0].tracks[] | .isrc] == ["USABC0512345", "USABC0512346"] and
		[.sessions[0].tracks[] | .control] == [0, 3]'
}
row cd-r "write" cdrdao "each sample; MCN, ISRC, flags" full cd-r
row cd-rw "write" cdrdao "each sample; MCN, ISRC, flags" full cd-rw

has() { # FILE LINE...
	has_file=$1
	shift
	for has_line; do
		grep -qF -- "$has_line" "$has_file" || {
			echo "no line '$has_line'"
			cat "$has_file"
			return 1
		}
	done
}

toc() {
	write_full cd-r && dao read-toc out.toc && has out.toc 'CATALOG "1234567890123"' \
		'ISRC "USABC0512345"' 'ISRC "USABC0512346"' 'INDEX 00:02:00' 'START 00:01:00' \
		'PRE_EMPHASIS' 'TITLE "The record"' 'PERFORMER "The band"' 'TITLE "First one"' \
		'TITLE "Second one"' 'PERFORMER "Bob"'
}
row cd-r "read-toc" cdrdao "MCN, ISRC, index, pregap, flags, CD-Text" toc

read_cd() {
	write_full cd-r && dao read-cd --datafile out.bin out.toc && cmp out.bin "$tmp/all.raw" &&
		has out.toc 'ISRC "USABC0512345"' 'ISRC "USABC0512346"' 'INDEX 00:02:00' \
			'TITLE "Second one"'
}
row cd-r "read-cd" cdrdao "each sample; ISRC, index, CD-Text" read_cd

info() {
	write_full cd-r && cd-info --no-header -C "$dev" >info && has info \
		"MCN): 1234567890123" "TRACK  1 ISRC: USABC0512345" \
		"TRACK  2 ISRC: USABC0512346" "CD-TEXT for Track  2"
}
row cd-r "write" "cdrdao, cd-info" "MCN, ISRC; that there is CD-Text" info

rip() {
	write_full cd-r && cdparanoia -d "$dev" -q -Z -w 2 out.wav &&
		tail -c +45 out.wav | cmp - "$tmp/two.le"
}
row cd-r "write" "cdrdao, cdparanoia" "each sample of a track" rip

simulate() {
	blank cd-r && dao simulate -n "$tmp/full.toc" && still_blank
}
row cd-r "simulate" cdrdao "nothing is recorded" simulate

mixed() {
	cat >mixed.toc <<-EOF
	CD_ROM
	TRACK MODE1
	DATAFILE "$tmp/data.iso"
	TRACK AUDIO
	PREGAP 00:02:00
	FILE "$tmp/one.raw" 0
	EOF
	blank cd-r && dao write -n mixed.toc && reload && reads "$tmp/data.iso" &&
		cdparanoia -d "$dev" -q -Z -w 2 out.wav && tail -c +45 out.wav | cmp - "$tmp/one.le"
}
row cd-r "write, mixed mode" "cdrdao, cdparanoia" "each block and each sample" mixed

sessions() {
	cat >audio.toc <<-EOF
	CD_DA
	TRACK AUDIO
	FILE "$tmp/one.raw" 0
	EOF
	cat >extra.toc <<-EOF
	CD_ROM_XA
	TRACK MODE2_FORM1
	DATAFILE "$tmp/data.iso"
	EOF
	# It takes the next writable address of an appendable disc for the start of the pregap. Such
	# drives there were; those that libburn knows tell the address behind it.
	blank cd-r 20000 && dao write -n --force --multi audio.toc && reload &&
		discmux-sim ctl habit "$drive" nwa-low && dao write -n extra.toc &&
		discmux-sim ctl habit "$drive" none && reload && holds_raw "$tmp/one.le" && sidecar '.state == "complete" and
		[.sessions[].tracks[] | .mode] == ["audio", "xa"]' &&
		discmux-sim ctl insert "$drive" "$disc" && settle &&
		dd if="$dev" bs=2048 skip=11800 count=500 2>/dev/null | cmp - "$tmp/data.iso"
}
row cd-r "write --multi, CD-Extra" cdrdao "each sample; each block of the second session" sessions

erase() { # MODE
	write_full cd-rw && dao blank --blank-mode "$1" && still_blank
}
for mode in full minimal; do
	row cd-rw "blank --blank-mode $mode" cdrdao "the disc is blank" erase $mode
done

# From one drive to another
copy() {
	discmux-sim ctl insert reader0 "$tmp/full.toc" >/dev/null && blank cd-r && sleep 1 &&
		cdrdao copy --on-the-fly --source-device /dev/sr0 --source-driver generic-mmc:0x10 \
			--device "$dev" --driver generic-mmc:0x10 -n -v 2 && reload &&
		holds_raw "$tmp/one.le" && sidecar '.mcn == "1234567890123" and
		[.sessions[0].tracks[] | .isrc] == ["USABC0512345", "USABC0512346"]'
}
row "cd-rom, cd-r" "copy --on-the-fly" cdrdao "each sample of the first track; MCN, ISRC" copy

finish
