#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim tower:2 --with gojq,xorriso
# kernel: 6.1
#
# discmux images: masters are stored whole or not at all, and burn as they were.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"

tmp=$(mktemp -d)
chmod 755 "$tmp"
media=/media-sim
store=/var/lib/discmux/images

# list FILTER: true of the list
list() {
	discmux images list --json | tee "$tmp/list" | jq -e "$1" || { cat "$tmp/list"; false; }
}

mkdir -p "$tmp/files/VIDEO_TS" "$tmp/out"
head -c 3000000 /dev/urandom >"$tmp/files/VIDEO_TS/VTS_01_1.VOB"
xorriso -as mkisofs -quiet -V HOLIDAY -R -o "$tmp/m.iso" "$tmp/files" 2>/dev/null
head -c $((600 * 2352)) /dev/urandom >"$tmp/cd.bin"
printf 'FILE "cd.bin" BINARY\nTRACK 01 AUDIO\nISRC USABC0512345\nINDEX 01 00:00:00\n' \
	>"$tmp/cd.cue"

check "an empty store" sh -c "discmux images list | grep -q 'no images in $store'"
check "a file is stored" discmux images add HDD1 --from "$tmp/m.iso"
check "it has a label and a kind" list '.images[0] | .kind == "Video" and .label == "HOLIDAY" and
	.name == "HDD1" and .problem == null'
check "so is a CD" discmux images add album --from "$tmp/cd.cue"
check "it is audio, 8 s" list '.images[1] | .kind == "Audio" and .audio_blocks == 600 and
	.medium == "CD"'
check "as a table" sh -c "discmux images list | grep -q '^album *Audio *CD *1 MB *1 *0:08'"
check "they are whole" discmux images check
head -c $((100 * 2048)) "$tmp/m.iso" >"$tmp/cut.iso"
check "one that is cut off is refused" fails 1 'cut.iso ends before its volume does: 100 of' \
	discmux images add cut --from "$tmp/cut.iso"
check "unless it is forced, with a note" sh -c "discmux images add cut --from '$tmp/cut.iso' \
	--force-image --json | jq -e '.blocks == 100 and (.notes | length == 1)'"
check "then it can be used like others" sh -c "discmux images check cut && discmux images remove cut"
check "which is remembered" list '.images | map(.checked != null) | all'
check "a name once" fails 1 'HDD1 is there already' discmux images add HDD1 --from "$tmp/m.iso"
check "unless overwritten" discmux images add HDD1 --from "$tmp/m.iso" --overwrite
check "a name that is a path" fails 2 'no image can have this name' \
	discmux images add ../HDD2 --from "$tmp/m.iso"
check "no such image" fails 1 'there is no image HDD7' discmux images check HDD7
check "no action" fails 2 'say what to do' discmux images
check "a wrong action" fails 2 'images frob: list, add, remove, check or export is wanted' \
	discmux images frob

discmux-sim ctl insert reader0 "$tmp/m.iso" >/dev/null
check "so is the disc in a reader" discmux images add HDD2 --from reader
check "as the file that it was" sh -c "cmp $store/HDD2/HDD2.iso $tmp/m.iso"
check "and where it comes from" list '.images[1] | .name == "HDD2" and (.source | startswith("reader 0 ("))'
check "no such reader" fails 1 'there is no reader 1' discmux images add HDD2 --from reader:1
check "not over another" fails 1 'HDD2 is there already' discmux images add HDD2 --from reader
discmux images remove HDD2
discmux-sim ctl blank dvd+r disc0 recorder0 >/dev/null
discmux-sim ctl blank cd-r disc1 recorder1 >/dev/null
check "data burns" discmux copy --from HDD1 --to 0 --verify --quiet
check "and is the master" sh -c "head -c \$(stat -c %s $tmp/m.iso) $media/disc0.iso |
	cmp - $tmp/m.iso"
check "the CD burns" discmux copy --from album --to 1 --verify --quiet \
	--no-eject
check "and is stored again" sh -c "discmux images add again --from recorder:1 --json >$tmp/json &&
	jq -e '.kind == \"Audio\" and .medium == \"CD\"' $tmp/json &&
	cmp $store/again/again.bin $tmp/cd.bin && grep -q USABC0512345 $store/again/again.cue"
check "with its ISRC" grep -q USABC0512345 "$media/disc1.json"

check "export" discmux images export HDD1 --to "$tmp/out"
check "gives the file and its sum" sh -c "cd $tmp/out && sha256sum -c HDD1.sha256 &&
	cmp HDD1.iso $tmp/m.iso"
check "not over files" fails 1 'HDD1.iso is there already' \
	discmux images export HDD1 --to "$tmp/out"

# spoils IMAGE OPTION...: copies of it are none, and no second round is begun
spoils() {
	from=$1
	shift
	discmux copy --from "$from" "$@" --json >"$tmp/json" 2>"$tmp/err" && return 1
	cat "$tmp/json" "$tmp/err"
	grep -qF "recorder 0: $from.iso is damaged" "$tmp/err" &&
		[ "$(grep -c "^discmux: $from.iso is damaged" "$tmp/err")" -eq 1 ] &&
		jq -e --arg from "$from" '.good == 0 and .failed == 1 and
			(.error | startswith($from + ".iso is damaged")) and
			all(.copies[]; .round == 1 and .good == false and .state != "done" and
				(.message | startswith($from + ".iso is damaged")))' "$tmp/json"
}

# simulates IMAGE: on a blank in recorder 0; its damage is the result
simulates() {
	discmux-sim ctl eject recorder0 --force >/dev/null 2>&1
	discmux-sim ctl blank dvd-r disc3 recorder0 >/dev/null || return
	discmux simulate --from "$1" --to 0 --json >"$tmp/json" 2>"$tmp/err" && return 1
	cat "$tmp/json" "$tmp/err"
	jq -e '.good == 0 and all(.discs[]; .good == false) and (.error | test("damaged"))' \
		"$tmp/json"
}

spoils_byte "$store/HDD1/HDD1.iso" 70000
check "damage is named" fails 1 'HDD1.iso is damaged between blocks 0 and 2047: its SHA-256 is' \
	discmux images check HDD1
discmux-sim ctl eject recorder0 --force >/dev/null 2>&1
discmux-sim ctl blank dvd+r disc2 recorder0 >/dev/null
check "and when it is burned" spoils HDD1 --to 0 --quantity 3 --wait 1
check "the disc is kept in" sh -c "discmux-sim ctl list --json |
	jq -e '.devices[] | select(.name == \"recorder0\") | .state.tray == \"closed\"'"
check "a simulation with it says nothing of a disc" simulates HDD1
check "and exported nowhere" fails 1 'HDD1.iso is damaged' \
	discmux images export HDD1 --to "$tmp/out" --overwrite
check "what was there is whole" sh -c "cd $tmp/out && sha256sum -c HDD1.sha256"
check "check --json" sh -c "! discmux images check --json >$tmp/json 2>/dev/null &&
	jq -e '[.images[] | .whole] == [false, true, true]' $tmp/json"

# Killed at any time: what is listed is whole, and nothing else is left
n=0
kills=${IMAGES_KILLS:-12}
while [ "$n" -lt "$kills" ]; do
	n=$((n + 1))
	discmux images add HDD3 --from "$tmp/m.iso" --overwrite >/dev/null 2>&1 &
	usleep $((n % 50 * 4000))
	kill -9 $! 2>/dev/null
	wait $! 2>/dev/null
	discmux images add HDD4 --from "$tmp/cd.cue" --overwrite >/dev/null || break
	[ -z "$(find $store -name '.new-*' -o -name '.old-*' -o -name '.was-*')" ] || break
	[ ! -e $store/HDD3 ] || discmux images check HDD3 >/dev/null || break
done
check "killed $n times" [ "$n" -eq "$kills" ]
check "remove" discmux images remove HDD1 HDD4
check "they are gone" list '[.images[] | .name] | contains(["HDD1"]) | not'
check "remove what is not there" fails 1 'there is no image HDD1' discmux images remove HDD1

mkdir "$tmp/small"
mount -t tmpfs -o size=2m tmpfs "$tmp/small"
check "no room" fails 1 'no room for image HDD1' \
	discmux images add HDD1 --from "$tmp/m.iso" --store "$tmp/small"
check "nothing is left" sh -c "[ -z \"\$(ls $tmp/small)\" ]"
umount "$tmp/small"

check "everybody may look" as user discmux images list
check "but not change" fails 1 'ermission' as user discmux images add x --from "$tmp/m.iso"
check "DISCMUX_STATE" sh -c "DISCMUX_STATE=$tmp/state discmux images add x --from $tmp/m.iso &&
	[ -f $tmp/state/images/x/x.iso ]"
rm -rf "$tmp"
done_testing
