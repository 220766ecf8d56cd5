#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim tower:2 --with gojq,cdparanoia
# kernel: 6.1
#
# discmux extract: tracks of two masters into HDD1, burned, and read back by somebody
# else's program, sample by sample.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"

tmp=$(mktemp -d)
media=/media-sim
hdd1=/var/lib/discmux/images/HDD1

# master NAME: an audio CD of 24 s, three tracks with a pause before the second one and
# data behind them
master() {
	head -c $((1800 * 2352)) /dev/urandom >"$tmp/$1.bin"
	cat >"$tmp/$1.cue" <<-END
		CATALOG 1234567890123
		FILE "$1.bin" BINARY
		TRACK 01 AUDIO
		TITLE "$1 one"
		ISRC USABC0512345
		INDEX 01 00:00:00
		TRACK 02 AUDIO
		TITLE "$1 two"
		ISRC USABC0512346
		INDEX 00 00:06:00
		INDEX 01 00:07:00
		TRACK 03 AUDIO
		FLAGS PRE
		INDEX 01 00:12:00
		TRACK 04 MODE1/2352
		INDEX 00 00:18:00
		INDEX 01 00:20:00
	END
}

# into_reader NAME [DAMAGE]...: the master, as new or scratched so
into_reader() {
	discmux-sim ctl eject reader0 --force >/dev/null 2>&1
	if [ ! -e "$media/$1.json" ]; then
		discmux-sim ctl insert reader0 "$tmp/$1.cue" &&
			discmux-sim ctl eject reader0 --force
	fi >/dev/null
	discmux-sim ctl damage "$1" none >/dev/null
	[ $# -eq 1 ] || discmux-sim ctl damage "$@" >/dev/null
	discmux-sim ctl insert reader0 "$1" >/dev/null
}

# part FIRST COUNT FILE: sectors of a file
part() {
	dd if="$3" bs=2352 skip="$1" count="$2" 2>/dev/null
}

# block UNIT: node of a recorder
block() {
	echo "/dev/$(discmux status --json | jq -r ".members[] |
		select(.role == \"recorder\" and .unit == $1) | .block")"
}

# image FILTER: of HDD1 in the list
image() {
	discmux images list --json | tee "$tmp/list" |
		jq -e ".images[] | select(.name == \"HDD1\") | $1" || { cat "$tmp/list"; false; }
}

# rip TRACKS: audio of the disc in recorder 1, as cdparanoia reads it
rip() {
	cdparanoia -q -r -d "$(block 1)" "$1" "$tmp/rip.raw"
}

master one
master two
check "no disc" fails 1 'no disc in reader 0: insert the master' discmux extract --list
check "a master" into_reader one
check "what there is" sh -c "discmux extract --list --json >$tmp/list &&
	jq -e '.tracks | map(.audio) == [true, true, true, false]' $tmp/list &&
	jq -e '.tracks[1] | .title == \"one two\" and .isrc == \"USABC0512346\"' $tmp/list &&
	jq -e '.tracks[1].blocks == 450' $tmp/list"
check "the same as a table" sh -c "discmux extract --list | grep -q '^4 *data *0:04'"
check "no such track" fails 1 'track 9 can'\''t be taken: there is no such track' \
	discmux extract --tracks 9
check "not audio" fails 1 'track 4 can'\''t be taken: it is not audio' discmux extract --tracks 1-4
check "no list" fails 2 '--tracks 1,,2 is no list of tracks' discmux extract --tracks 1,,2
check "nothing to append to" fails 1 'there is no image HDD1' discmux extract --append --tracks 1
check "both ways" fails 2 'exclude each other' discmux extract --append --overwrite --tracks 1

check "two tracks of the first master" discmux extract --tracks 2,3
check "HDD1 is an audio CD" image '.kind == "Audio" and .tracks == 2'
check "it is not overwritten unasked" fails 1 'HDD1 is there already' discmux extract --tracks 1

# The disc runs off centre: reads begin where they should not
check "another one" into_reader two jitter 0-2000 samples 200 every 5
check "and one of the second, off centre" sh -c "discmux extract --tracks 1 --append --json >$tmp/json &&
	jq -e '.image.tracks == 3 and .masters[0].tracks == [1] and .masters[0].unsteady' $tmp/json"
check "its sums are right" sh -c "cd $hdd1 && sha256sum -c HDD1.sha256"
check "ISRC and flags are kept" sh -c "grep -q 'ISRC USABC0512346' $hdd1/HDD1.cue &&
	grep -q 'FLAGS PRE' $hdd1/HDD1.cue && grep -q 'TITLE \"two one\"' $hdd1/HDD1.cue"

discmux-sim ctl blank cd-r copy recorder1 >/dev/null
check "it burns" discmux copy --from HDD1 --to 1 --verify --no-eject --quiet
check "as a Red Book disc, session at once" jq -e '.state == "complete" and
	([.. | .how? // .method? // empty] | unique == ["sao"])' "$media/copy.json"
check "cdparanoia reads it" rip 1-
{
	part 525 975 "$tmp/one.bin" | head -c $((825 * 2352))	# 2 and 3
	head -c $((150 * 2352)) /dev/zero			# the pause that was made
	part 0 450 "$tmp/two.bin"
} >"$tmp/want.raw"
check "each sample is the masters'" cmp "$tmp/rip.raw" "$tmp/want.raw"

# One question after the other: overwrite, master, tracks 1 to 3, end, register, next
check "the first one again" into_reader one
answers() {
	printf '%s\n' "$@" | discmux extract >"$tmp/out" 2>"$tmp/asked"
	status=$?
	cat "$tmp/out" "$tmp/asked"
	return "$status"
}
check "no: nothing is overwritten" sh -c "! echo n | discmux extract && discmux images check HDD1"
check "the guide's questions" answers y '' y n n y y n
check "track 1 is there" image '.tracks == 1 and .audio_blocks == 450'
check "what is no audio has a dash" grep -q 'Track -/4' "$tmp/asked"
check "it is the master's" sh -c "head -c $((450 * 2352)) $tmp/one.bin | cmp - $hdd1/HDD1.bin"
check "the end of the answers registers nothing" sh -c "! printf 'y\n\ny\n' | discmux extract &&
	discmux images check HDD1"

# A scratch that no reading helps against
check "a scratched one" into_reader two c2 200-201
check "a scratch is named" fails 1 'can'\''t read the master for sure in track 1 at 0:0' \
	discmux extract --tracks 1 --overwrite
check "and HDD1 is as it was" sh -c "discmux images check HDD1 &&
	head -c $((450 * 2352)) $tmp/one.bin | cmp - $hdd1/HDD1.bin"
check "asked for, too" sh -c "! printf '%s\n' y '' y n n y y y '' n |
	discmux extract 2>$tmp/asked"
check "and the next master is asked for" grep -q 'Insert master disc 2 ' "$tmp/asked"
check "it is in again" into_reader two

# A full disk is known before the reader spins
mkdir "$tmp/small"
mount -t tmpfs -o size=900k tmpfs "$tmp/small"
check "no room" fails 1 'no room for image HDD1' \
	discmux extract --tracks 3 --store "$tmp/small"
check "nothing is left of it" sh -c "[ -z \"\$(ls $tmp/small)\" ]"
umount "$tmp/small"

check "a user without rights" fails 1 'ermission' as user discmux extract --list
rm -rf "$tmp"
done_testing
