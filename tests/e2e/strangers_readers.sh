#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --with cdparanoia,libcdio-utils,gojq,sg3-utils
# kernel: 6.1
#
# Masters as people have them, read by programs that only read; sg3_utils also write.
profile=tower:6
jobs=6
# shellcheck source=tests/strangers.sh
. "${0%/*}/../strangers.sh"

audio one.bin 450
audio two.bin 350
cat one.bin two.bin >tracks.bin
data data.iso 600
cat >tracks.cue <<EOF
CATALOG 1234567890123
FILE "tracks.bin" BINARY
  TRACK 01 AUDIO
    ISRC USABC0512345
    INDEX 01 00:00:00
  TRACK 02 AUDIO
    ISRC USABC0512346
    INDEX 00 00:06:00
    INDEX 01 00:08:00
EOF
cat >mixed.toc <<EOF
CD_ROM_XA
TRACK MODE2_FORM1
DATAFILE "data.iso"
TRACK AUDIO
PREGAP 00:02:00
FILE "one.bin" SWAP 0
EOF

insert() { # FILE [NAME]: a copy, for each row its own
	disc=$(discmux-sim ctl insert "$drive" "$1") && settle
}

# A row's own disc of a master: own SUFFIX
own() {
	for file in tracks.bin one.bin data.iso; do
		cp "$tmp/$file" .
	done
	cp "$tmp/$1" "m$row_count.${1##*.}" && insert "$PWD/m$row_count.${1##*.}"
}

# wav FILE FIRST COUNT: it has these sectors of tracks.bin
wav() {
	tail -c +$(($2 * 2352 + 1)) tracks.bin | head -c $(($3 * 2352)) >want
	tail -c +45 "$1" | cmp - want
}

# A track goes on to the next one's index 1
rip() {
	own tracks.cue && cdparanoia -d "$dev" -q -B -w && wav track01.cdda.wav 0 600 &&
		wav track02.cdda.wav 600 200
}
row "cd-rom (.cue)" "-B" cdparanoia "each sample of both tracks" rip

scratched() {
	own tracks.cue && discmux-sim ctl eject "$drive" --force >/dev/null &&
		discmux-sim ctl damage "$disc" read 100-103 times 6 &&
		insert "$disc" && cdparanoia -d "$dev" -q -w 1 out.wav && wav out.wav 0 600
}
row "cd-rom (.cue), scratched" "default" cdparanoia \
	"each sample, though sectors fail the first times" scratched

info() {
	own tracks.cue && cd-info --no-header -C "$dev" | tee info &&
		grep -q "MCN): 1234567890123" info &&
		grep -q "TRACK  2 ISRC: USABC0512346" info && grep -q "Disc mode.*CD-DA" info &&
		grep -q "2: 00:10:00  000600 audio" info && grep -q "170: 00:12:50  000800 leadout" info
}
row "cd-rom (.cue)" "-C" cd-info "table of contents, MCN, ISRC" info

cdread_audio() {
	own tracks.cue && cd-read -C "$dev" -m audio -s 700 -n 20 -o out >/dev/null &&
		tail -c +$((700 * 2352 + 1)) tracks.bin | head -c $((20 * 2352)) | cmp - out
}
row "cd-rom (.cue)" "-m audio" cd-read "20 sectors" cdread_audio

cdread_data() {
	own mixed.toc && cd-read -C "$dev" -m m2f1 -s 100 -n 20 -o out >/dev/null &&
		tail -c +$((100 * 2048 + 1)) data.iso | head -c $((20 * 2048)) | cmp - out
}
row "cd-rom (.toc), XA" "-m m2f1" cd-read "20 sectors" cdread_data

xa_block() {
	own mixed.toc && reads data.iso && cdparanoia -d "$dev" -q -w 2 out.wav && wav out.wav 0 450
}
row "cd-rom (.toc), XA and audio" "block device; -w 2" "dd, cdparanoia" \
	"each block and each sample" xa_block

ccd() {
	cat >"m$row_count.ccd" <<-EOF
	[CloneCD]
	Version=3
	[Disc]
	TocEntries=4
	Sessions=1
	DataTracksScrambled=0
	CDTextLength=0
	[Session 1]
	PreGapMode=0
	PreGapSubC=0
	EOF
	entry=0
	for point in "0xa0 0 -150 1 0 0" "0xa1 0 -150 1 0 0" "0xa2 0 800 0 12 50" "0x01 0 0 0 2 0"; do
		# shellcheck disable=SC2086 # fields
		set -- $point
		cat >>"m$row_count.ccd" <<-EOF
		[Entry $entry]
		Session=1
		Point=$1
		ADR=0x01
		Control=0x00
		TrackNo=0
		AMin=0
		ASec=0
		AFrame=0
		ALBA=-150
		Zero=0
		PMin=$4
		PSec=$5
		PFrame=$6
		PLBA=$3
		EOF
		entry=$((entry + 1))
	done
	printf '[TRACK 1]\nMODE=0\nINDEX 1=0\n' >>"m$row_count.ccd"
	cp "$tmp/tracks.bin" .
	cp tracks.bin "m$row_count.img"
	insert "$PWD/m$row_count.ccd" && cdparanoia -d "$dev" -q -w 1 out.wav && wav out.wav 0 800
}
row "cd-rom (.ccd)" "-w 1" cdparanoia "each sample" ccd

iso() {
	own data.iso && sg_dd if="$dev" of=out bs=2048 count=600 && cmp out data.iso &&
		sg_readcap "$dev" | grep -q "Last LBA=599" &&
		sg_verify --count=600 --bpc=64 "$dev" && sg_get_config "$dev" | grep -q "CD-ROM"
}
row "cd-rom (.iso)" "read, verify, configuration" "sg_dd, sg_verify, sg_get_config, sg_readcap" \
	"each block; last address; profile" iso

# Sub-channel and header by hand
raw() {
	own tracks.cue && sg_raw -r 2368 -o out "$dev" be 04 00 00 02 58 00 00 01 f8 02 00 &&
		head -c 2352 out >sector && tail -c +$((600 * 2352 + 1)) tracks.bin |
		head -c 2352 | cmp - sector && tail -c 16 out | od -An -tx1 | head -n 1 |
		grep -q "^ 01 02 01 00 00 00 00 00 10 00"
}
row "cd-rom (.cue)" "READ CD with Q" sg_raw "the sector; track, index and time in Q" raw

plus_rw() {
	blank dvd+rw 4096 && printf '\000\000\000\010\377\377\377\377\230\000\000\000' >format &&
		sg_raw -s 12 -i format "$dev" 04 11 00 00 00 00 && sleep 1 && settle &&
		reload && sg_dd if="$tmp/data.iso" of="$dev" bs=2048 bpt=16 seek=160 blk_sgio=1 &&
		sg_dd if="$dev" of=out bs=2048 skip=160 count=600 blk_sgio=1 &&
		cmp out "$tmp/data.iso" && holds "$tmp/data.iso" 160 &&
		sg_get_config "$dev" | grep -q "DVD+RW"
}
row dvd+rw "format, write, read" "sg_raw, sg_dd, sg_get_config" "each block; profile" plus_rw

modes() {
	own data.iso && sg_modes -p 0x2a "$dev" | grep -qi "capabilities" &&
		sg_modes -p 5 "$dev" && sg_vpd -p sn "$dev" && sg_inq "$dev" && sg_rep_lun "$dev"
	sg_prevent "$dev" && sg_prevent --allow "$dev" && sg_start --eject "$dev" &&
		sg_start --load "$dev" && settle && sg_turs "$dev"
}
row "cd-rom (.iso)" "pages, lock, tray" "sg_modes, sg_vpd, sg_prevent, sg_start" "they are answered" \
	modes

finish
