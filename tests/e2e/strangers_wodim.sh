#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --with wodim,cdparanoia,libcdio-utils,cdrdao,gojq,sg3-utils
# kernel: 6.1
#
# wodim on CDs: data and audio, track and session at once.
profile=tower:9
jobs=9
# shellcheck source=tests/strangers.sh
. "${0%/*}/../strangers.sh"

data data.iso 700
data more.iso 400
audio one.cdr 400
audio two.cdr 350
cat one.cdr two.cdr >both.cdr

burn() {
	wodim -v gracetime=2 dev="$dev" "$@"
}

whole() { # MEDIUM FILTER ARGUMENTS...
	medium=$1 filter=$2
	shift 2
	blank "$medium" && burn "$@" -data "$tmp/data.iso" && reload && holds "$tmp/data.iso" &&
		reads "$tmp/data.iso" && sidecar "$filter"
}

method='.state == "complete" and .sessions[0].tracks[0].method'
row cd-r "-tao" wodim "each block, in the file and read back; method, closed" \
	whole cd-r "$method == \"tao\"" -tao
row cd-r "-sao" wodim "each block, in the file and read back; method, closed" \
	whole cd-r "$method == \"sao\"" -sao
row cd-r "-dao" wodim "each block, in the file and read back; method, closed" \
	whole cd-r "$method == \"sao\"" -dao

multi() {
	blank cd-r 40000 && burn -multi -tao -data "$tmp/data.iso" && reload &&
		wodim dev="$dev" -msinfo | tee msinfo && grep -qx 0,12102 msinfo &&
		burn -tao -data "$tmp/more.iso" && reload && holds "$tmp/data.iso" &&
		holds "$tmp/more.iso" 12102 &&
		sidecar '.state == "complete" and (.sessions | length) == 2'
}
row cd-r "-multi, then -tao" wodim "each block of both sessions; -msinfo; closed" multi

dummy() {
	blank cd-r && burn -dummy "$@" && still_blank
}
row cd-r "-dummy -tao" wodim "nothing is recorded" dummy -tao -data "$tmp/data.iso"
row cd-r "-dummy -sao, audio" wodim "nothing is recorded" \
	dummy -sao -audio -swab "$tmp/one.cdr" "$tmp/two.cdr"

# wodim swaps what it takes for big-endian
tracks() { # ARGUMENTS...
	blank cd-r && burn "$@" -audio -swab "$tmp/one.cdr" "$tmp/two.cdr" && reload &&
		holds_raw "$tmp/one.cdr"
}
audio_tao() {
	tracks -tao && holds_raw "$tmp/two.cdr" 552 &&
		sidecar '[.sessions[0].tracks[] | .mode] == ["audio", "audio"]'
}
row cd-r "-tao -audio" wodim "each sample of two tracks" audio_tao

audio_dao() {
	tracks -dao && holds_raw "$tmp/both.cdr" && cdparanoia -d "$dev" -q -Z -B -w &&
		tail -c +45 track01.cdda.wav | cmp - "$tmp/one.cdr" &&
		tail -c +45 track02.cdda.wav | cmp - "$tmp/two.cdr"
}
row cd-r "-dao -audio" "wodim, cdparanoia" "each sample, in the file and ripped" audio_dao

# A cue sheet: pregap, index, ISRC, MCN, CD-Text, flags
cuefile() {
	{ printf 'RIFF'; wav_size=$((750 * 2352)); le32 $((wav_size + 36)); printf 'WAVEfmt '
	  le32 16; printf '\001\000\002\000'; le32 44100; le32 176400
	  printf '\004\000\020\000data'; le32 "$wav_size"; cat "$tmp/both.cdr"; } >both.wav
	cat >disc.cue <<-EOF
	CATALOG 1234567890123
	TITLE "A record"
	PERFORMER "Nobody"
	FILE "both.wav" WAVE
	  TRACK 01 AUDIO
	    TITLE "First"
	    PERFORMER "Somebody"
	    FLAGS DCP
	    ISRC USABC0512345
	    INDEX 01 00:00:00
	    INDEX 02 00:02:00
	  TRACK 02 AUDIO
	    TITLE "Second"
	    ISRC USABC0512346
	    INDEX 00 00:04:25
	    INDEX 01 00:05:25
	EOF
	blank cd-r && burn -dao -text cuefile=disc.cue && reload && holds_raw "$tmp/both.cdr" ||
		return
	cd-info --no-header -C "$dev" | tee info
	grep -q 'MCN): 1234567890123' info && grep -q 'TRACK  1 ISRC: USABC0512345' info &&
		grep -q 'TRACK  2 ISRC: USABC0512346' info &&
		cdrdao read-toc --device "$dev" --driver generic-mmc:0x10 out.toc &&
		grep -q 'TITLE "A record"' out.toc && grep -q 'TITLE "Second"' out.toc &&
		grep -q 'PERFORMER "Somebody"' out.toc &&
		sidecar '.mcn == "1234567890123" and .sessions[0].tracks[0].control == 2 and
		.sessions[0].tracks[1].pregap == 75 and
		.sessions[0].tracks[0].indices == [[2, 150]]'
}

le32() {
	# shellcheck disable=SC2059 # the format is what is made here
	printf "$(printf '\\%03o\\%03o\\%03o\\%03o' $(($1 & 255)) $(($1 >> 8 & 255)) \
		$(($1 >> 16 & 255)) $(($1 >> 24 & 255)))"
}
row cd-r "-dao -text cuefile=" "wodim, cd-info, cdrdao" \
	"each sample; MCN, ISRC, pregap, index, copy bit, CD-Text" cuefile

mixed() {
	blank cd-r && burn -sao -data "$tmp/data.iso" -audio -swab "$tmp/one.cdr" && reload &&
		sidecar '[.sessions[0].tracks[] | .mode] == ["data", "audio"]' &&
		discmux-sim ctl insert "$drive" "$disc" && settle && reads "$tmp/data.iso" &&
		cdparanoia -d "$dev" -q -Z -w 2 out.wav && tail -c +45 out.wav | cmp - "$tmp/one.cdr"
}
row cd-r "-sao, data and audio" "wodim, cdparanoia" "each block and each sample" mixed

xa() {
	blank cd-r && burn -tao -xa "$tmp/data.iso" && reload && holds "$tmp/data.iso" &&
		reads "$tmp/data.iso" && sidecar '.sessions[0].tracks[0].mode == "xa" and .disc_type == 32'
}
row cd-r "-tao -xa" wodim "each block; mode 2 form 1" xa

erase() { # MODE
	whole cd-rw true -tao && discmux-sim ctl insert "$drive" "$disc" && settle &&
		burn -force blank="$1" && still_blank && discmux-sim ctl insert "$drive" "$disc" &&
		settle && burn -tao -data "$tmp/more.iso" && holds "$tmp/more.iso"
}
for mode in fast all; do
	row cd-rw "blank=$mode" wodim "blank then, and each block when written again" erase $mode
done

session() {
	blank cd-rw 40000 && burn -multi -tao -data "$tmp/data.iso" && reload &&
		burn -multi -tao -data "$tmp/more.iso" && reload && burn blank=session && reload &&
		holds "$tmp/data.iso" &&
		sidecar '.state == "appendable" and (.sessions | length) == 1'
}
row cd-rw "blank=session" wodim "the first of two sessions is as it was" session

finish
