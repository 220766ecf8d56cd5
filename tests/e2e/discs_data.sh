#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim bdtower:4 --with gojq,xorriso,dvd+rw-tools,sg3-utils
# kernel: 6.1
#
# DVDs and Blu-ray discs that discmux burned, erased or only simulated, as other
# programs see them; copies of discs; and discs back into an image.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"
# shellcheck source=tests/discs.sh
. "${0%/*}/../discs.sh"

media=/media-sim
# Blocks of each disc: few, for some are written from end to end
size=4096

# copy RECORDERS OPTION...: the master to them, compared
copy() {
	to=$1
	shift
	discmux copy --from "$tmp/master.iso" --to "$to" --verify --no-eject --quiet "$@"
}

# ---- What others say of the disc in recorder N ----

# holds N FILE: each block, through the block device
holds() {
	reload "$1" && dd if="$(dev "$1")" iflag=direct bs=65536 2>/dev/null |
		head -c "$(stat -c %s "$2")" | cmp - "$2"
}

# says FILE WORDS...: each is in a line of it; runs of blanks count as one
says() {
	tr -s ' \t' ' ' <"$1" >"$tmp/said"
	shift
	for word; do
		grep -qF -- "$word" "$tmp/said" && continue
		echo "not there: $word"
		cat "$tmp/said"
		return 1
	done
}

info() { # N WORDS...: dvd+rw-mediainfo has them
	dvd+rw-mediainfo "$(dev "$1")" >"$tmp/info" 2>&1
	shift
	says "$tmp/info" "$@"
}

toc() { # N WORDS...: xorriso's table of contents has them
	xorriso -outdev "$(dev "$1")" -toc >"$tmp/toc" 2>&1
	shift
	says "$tmp/toc" "$@"
}

# files N: each file, by the sums that xorriso put into the image
files() {
	xorriso -md5 on -indev "$(dev "$1")" -check_md5_r SORRY / -- >"$tmp/md5" 2>&1
	says "$tmp/md5" "File contents and their MD5 checksums match."
}

# judge N MEDIUM METHOD WORDS...: the rows of a disc that holds the master
judge() {
	judged=$1 medium=$2 method=$3
	shift 3
	row "$medium" "$method" "dd, cmp" "each block" holds "$judged" "$tmp/master.iso"
	row "$medium" "$method" dvd+rw-mediainfo "kind, state, sessions" info "$judged" "$@"
	row "$medium" "$method" xorriso "each file by its MD5" files "$judged"
}

mkdir "$tmp/files" "$tmp/more"
head -c 1500000 /dev/urandom >"$tmp/files/random"
cp /bin/busybox "$tmp/files/"
head -c 200000 /dev/urandom >"$tmp/more/second"
xorriso -as mkisofs -quiet --md5 -R -o "$tmp/master.iso" "$tmp/files" >"$tmp/log" 2>&1 ||
	cat "$tmp/log"
# No whole number of ECC blocks: the copies are filled up
head -c 2048 /dev/zero >>"$tmp/master.iso"
complete="Disc status: complete"
session="State of Last Session: complete"

# ---- DVD: one job for four kinds ----

mixed() {
	blanks dvd-r dvd-rw dvd+r dvd+rw && copy all
}
row "DVD-R, DVD-RW, DVD+R, DVD+RW" "one job" discmux "each block" mixed
judge 0 DVD-R "disc at once" "11h, DVD-R Sequential" "$complete" "$session"
judge 1 DVD-RW "disc at once" "14h, DVD-RW Sequential" "$complete" "$session"
judge 2 DVD+R "default" "1Bh, DVD+R" "$complete" "Number of Sessions: 1"
judge 3 DVD+RW "formatted" "1Ah, DVD+RW" "$complete" "$session"

# ---- And back into an image ----

back() { # N
	rm -f "$tmp"/back*
	discmux read --from "recorder:$1" --to "$tmp/back.iso" --quiet &&
		(cd "$tmp" && sha256sum -c back.iso.sha256) && holds "$1" "$tmp/back.iso" &&
		head -c "$(stat -c %s "$tmp/master.iso")" "$tmp/back.iso" | cmp - "$tmp/master.iso"
}
row DVD-R "discmux read" "sha256sum, dd, cmp" ".iso: each block, sums" back 0
row DVD+RW "discmux read" "sha256sum, dd, cmp" ".iso: each block, sums" back 3

# ---- Compared in another drive ----

elsewhere() {
	discmux-sim ctl eject recorder2 --force >/dev/null &&
		discmux-sim ctl insert reader0 "r$(cat "$tmp/round")-2" >/dev/null &&
		discmux verify --from "$tmp/master.iso" --in reader --no-eject --quiet
}
row DVD+R "discmux verify" discmux "in another drive, each block" elsewhere
differs() {
	discmux-sim ctl eject reader0 --force >/dev/null &&
		spoils_byte "$media/r$(cat "$tmp/round")-2.iso" $((321 * 2048 + 7)) &&
		discmux-sim ctl insert reader0 "r$(cat "$tmp/round")-2" >/dev/null
	discmux verify --from "$tmp/master.iso" --in reader --no-eject --quiet 2>"$tmp/err"
	[ $? -eq 1 ] && says "$tmp/err" "reader 0 differs from the master at LBA 321"
}
row DVD+R "discmux verify" discmux "the one wrong block is named" differs
discmux-sim ctl eject reader0 --force >/dev/null

# ---- Two layers and Blu-ray ----

# layer_0 N BLOCKS: the end of layer 0 in READ DISC STRUCTURE, from 30000h on
layer_0() {
	sg_raw -r 32 -o "$tmp/physical" "$(dev "$1")" ad 00 00 00 00 00 00 00 00 20 00 00 \
		>/dev/null 2>&1 &&
		[ "$(od -An -tu1 -j17 -N3 "$tmp/physical" |
			awk '{ print ($1 * 256 + $2) * 256 + $3 - 196607 }')" -eq "$2" ]
}

large() {
	blanks dvd+r-dl bd-r bd-re && copy 0,1,2 --layer-break 1024
}
row "DVD+R DL, BD-R, BD-RE" "one job" discmux "each block" large
judge 0 "DVD+R DL" "--layer-break" "2Bh, DVD+R Double Layer" "$complete"
row "DVD+R DL" "--layer-break" sg_raw "the break" layer_0 0 1024
judge 1 BD-R "default" "41h, BD-R SRM" "$complete"
judge 2 BD-RE "formatted" "43h, BD-RE" "$complete"

# A disc as the master: the copy has its layer break
discmux-sim ctl eject recorder0 --force >/dev/null
discmux-sim ctl insert reader0 "r$(cat "$tmp/round")-0" >/dev/null
disc_to_disc() {
	blanks dvd+r-dl bd-r bd-re dvd-r &&
		discmux copy --from reader --to all --verify --no-eject --quiet
}
row "DVD+R DL to DVD+R DL, BD-R, BD-RE, DVD-R" "disc to disc" discmux "each block" disc_to_disc
judge 0 "DVD+R DL" "disc to disc" "2Bh, DVD+R Double Layer" "$complete"
row "DVD+R DL" "disc to disc" sg_raw "the master's layer break" layer_0 0 1024
judge 1 BD-R "disc to disc" "41h, BD-R SRM" "$complete"
judge 2 BD-RE "disc to disc" "43h, BD-RE" "$complete"
judge 3 DVD-R "disc to disc" "11h, DVD-R Sequential" "$complete"
discmux-sim ctl eject reader0 --force >/dev/null

# A pressed master with two layers, and one that is copy protected
pressed() {
	first=$((($(stat -c %s "$tmp/master.iso") / 65536 + 3) * 16)) # a little more than half
	discmux-sim ctl insert reader0 "$tmp/master.iso" --layer-break "$first" >/dev/null &&
		blanks dvd+r-dl &&
		discmux copy --from reader --to 0 --verify --no-eject --quiet &&
		holds 0 "$tmp/master.iso" && layer_0 0 "$first"
}
row "DVD-ROM to DVD+R DL" "disc to disc" "dd, cmp, sg_raw" "each block, the layer break" pressed
discmux-sim ctl eject reader0 --force >/dev/null

protect() {
	discmux-sim ctl insert reader0 "$tmp/master.iso" --protect 100-131,700 >/dev/null &&
		blanks dvd+r &&
		fails 1 "the disc in reader 0 is copy protected" \
			discmux copy --from reader --to 0 --no-eject --quiet &&
		reload 0 && info 0 "Disc status: blank"
}
row "DVD-ROM, protected" "disc to disc" dvd+rw-mediainfo "refused; still blank" protect
damaged() {
	discmux copy --from reader --to 0 --damaged "$tmp/map" --no-eject --quiet &&
		cp "$tmp/master.iso" "$tmp/holes.iso" &&
		dd if=/dev/zero of="$tmp/holes.iso" bs=2048 seek=100 count=32 conv=notrunc \
			2>/dev/null &&
		dd if=/dev/zero of="$tmp/holes.iso" bs=2048 seek=700 count=1 conv=notrunc \
			2>/dev/null &&
		holds 0 "$tmp/holes.iso" && says "$tmp/map" "0x00032000 0x00010000 -" \
			"0x0015E000 0x00000800 -"
}
row "DVD-ROM, protected" "--damaged" "dd, cmp" "zeros in their place, which the map tells" damaged
discmux-sim ctl eject reader0 --force >/dev/null

# ---- Methods ----

incremental() {
	blanks dvd-r dvd-rw && copy 0,1 --method incremental
}
row "DVD-R, DVD-RW" "incremental" discmux "each block" incremental
judge 0 DVD-R incremental "11h, DVD-R Sequential" "$complete" "$session"
judge 1 DVD-RW incremental "14h, DVD-RW Sequential" "$complete" "$session"

restricted() {
	blanks dvd-rw dvd-rw && copy 0,1 --method overwrite
}
row DVD-RW "restricted overwrite" discmux "each block" restricted
judge 0 DVD-RW "restricted overwrite" "13h, DVD-RW Restricted Overwrite" "$complete" "$session"
over() {
	copy 1 --erase && holds 1 "$tmp/master.iso"
}
row DVD-RW "restricted overwrite, again" "dd, cmp" "each block" over

reformat() {
	blanks dvd-rw && dvd+rw-format -force "$(dev 0)" >"$tmp/log" 2>&1 && reload 0 &&
		copy 0 --erase
}
row DVD-RW "dvd+rw-format, then restricted overwrite" discmux "each block" reformat
judge 0 DVD-RW "formatted by dvd+rw-format" "13h, DVD-RW Restricted Overwrite" "$complete"
sequential() {
	discmux erase --in 0 --full --no-eject --quiet && copy 0
}
row DVD-RW "erase --full of a formatted one" discmux "each block" sequential
judge 0 DVD-RW "erase --full of a formatted one" "14h, DVD-RW Sequential" "$complete"

# What discmux leaves open, another program goes on with
left_open() {
	size=65536 # the border behind a DVD-R's first session is large
	blanks dvd-r dvd+r bd-r && copy 0,1,2 --open
}
row "DVD-R, DVD+R, BD-R" "--open" discmux "each block" left_open
# both N: the files of a first session, and those of a second one, with the disc's last tree
both() {
	reload "$1" && rm -rf "$tmp/out$1" && xorriso -osirrox on -indev "$(dev "$1")" \
		-extract / "$tmp/out$1" >"$tmp/log" 2>&1 &&
		diff -r "$tmp/files" "$tmp/out$1" | grep -v 'Only in .*: more$'
	cmp "$tmp/more/second" "$tmp/out$1/more/second" && cmp "$tmp/files/random" "$tmp/out$1/random"
}
append() { # N
	reload "$1" && toc "$1" "is appendable" || return
	xorriso -dev "$(dev "$1")" -map "$tmp/more" /more -commit >"$tmp/log" 2>&1 || {
		cat "$tmp/log"
		return 1
	}
	both "$1"
}
row DVD-R "--open" xorriso "goes on with a second session; files of both" append 0
row DVD+R "--open" xorriso "goes on with a second session; files of both" append 1
row BD-R "--open" xorriso "goes on with a second session; files of both" append 2

# And what another program makes as a second session, discmux adds
open_discs() {
	size=65536
	blanks dvd-r dvd+r dvd-rw cd-r && copy 0,1,2 --open && copy 3 --open
}
row "DVD-R, DVD+R, DVD-RW, CD-R" "--open" discmux "each block" open_discs
second_of() { # N: an image that goes on where the disc does
	reload "$1" && msc=$(xorriso -as cdrecord dev="$(dev "$1")" -msinfo) &&
		xorriso -as mkisofs -quiet -R -C "$msc" -M "$(dev "$1")" -o "$tmp/second.iso" \
			-graft-points "/more=$tmp/more"
}
added() { # N: only when that is asked for
	if ! second_of "$1" >"$tmp/log" 2>&1; then
		cat "$tmp/log"
		return 1
	fi
	fails 1 "append a session to it" discmux copy --from "$tmp/second.iso" \
		--to "$1" --no-eject --quiet &&
		discmux copy --from "$tmp/second.iso" --to "$1" --append --verify --no-eject \
			--quiet && both "$1" && toc "$1" "is appendable"
}
row DVD-R "--append" xorriso "files of both sessions" added 0
row DVD+R "--append" xorriso "files of both sessions" added 1
row DVD-RW "--append" xorriso "files of both sessions" added 2
row CD-R "--append" xorriso "files of both sessions" added 3
elsewhere_made() {
	fails 1 "the master is not made for the disc in recorder 1" discmux copy \
		--from "$tmp/master.iso" --to 1 --append --no-eject --quiet
}
row DVD+R "--append" discmux "refuses an image made for another place" elsewhere_made

# ---- Erasing ----

# empty N: all blocks that can be read are zeros
empty() {
	reload "$1" && dd if="$(dev "$1")" iflag=direct bs=65536 2>/dev/null >"$tmp/zeros" &&
		[ -s "$tmp/zeros" ] && cmp -n "$(stat -c %s "$tmp/zeros")" "$tmp/zeros" /dev/zero
}

full_discs() { # RECORDERS OPTION...: burn, then erase
	list=$1
	shift
	copy "$list" && discmux erase --in "$list" --no-eject --quiet "$@"
}
quick() {
	blanks dvd-rw dvd+rw bd-re cd-rw && full_discs 0,1,2 && full_discs 3
}
row "DVD-RW, DVD+RW, BD-RE, CD-RW" "erase" discmux "done" quick
row DVD-RW "erase" dvd+rw-mediainfo "blank" info 0 "Disc status: blank"
row DVD+RW "erase" xorriso "blank" toc 1 "is blank"
row BD-RE "erase" xorriso "blank" toc 2 "is blank"
row CD-RW "erase" xorriso "blank" toc 3 "CD-RW" "is blank"
again() {
	copy 0,1,2 && holds 0 "$tmp/master.iso" && holds 1 "$tmp/master.iso" &&
		holds 2 "$tmp/master.iso"
}
row "DVD-RW, DVD+RW, BD-RE" "burned again" "dd, cmp" "each block" again
whole() {
	discmux erase --in 0,1,2 --full --no-eject --quiet
}
row "DVD-RW, DVD+RW, BD-RE" "erase --full" discmux "done" whole
row DVD-RW "erase --full" dvd+rw-mediainfo "blank" info 0 "Disc status: blank"
row DVD+RW "erase --full" "dd, cmp" "all of it is zeros" empty 1
row BD-RE "erase --full" "dd, cmp" "all of it is zeros" empty 2
inplace() {
	copy 0,1,2 && copy 0,1,2 --erase && holds 0 "$tmp/master.iso" &&
		holds 1 "$tmp/master.iso" && holds 2 "$tmp/master.iso"
}
row "DVD-RW, DVD+RW, BD-RE" "copy --erase" "dd, cmp" "each block" inplace

# ---- Simulation ----

simulated() {
	blanks dvd-r dvd-rw cd-r && discmux simulate --from "$tmp/master.iso" --to 0,1 --no-eject \
		--quiet && discmux simulate --from "$tmp/master.iso" --to 2 --no-eject --quiet
}
row "DVD-R, DVD-RW, CD-R" simulate discmux "done" simulated
row DVD-R simulate dvd+rw-mediainfo "still blank" info 0 "Disc status: blank"
row DVD-RW simulate dvd+rw-mediainfo "still blank" info 1 "Disc status: blank"
row CD-R simulate xorriso "still blank" toc 2 "CD-R" "is blank"

# no_test MEDIUM TYPE: refused, and nothing is on the disc
no_test() {
	blanks "$2" && fails 1 "a $1 can't be simulated" discmux simulate \
		--from "$tmp/master.iso" --to 0 --no-eject --quiet &&
		sg_raw -r 34 -o "$tmp/disc" "$(dev 0)" 51 00 00 00 00 00 00 00 22 00 &&
		[ $(($(od -An -tu1 -j2 -N1 "$tmp/disc") & 3)) -eq 0 ]
}
for type in DVD+R DVD+RW BD-R BD-RE; do
	row "$type" simulate sg_raw "refused; still blank" \
		no_test "$type" "$(echo "$type" | tr '[:upper:]' '[:lower:]')"
done

# ---- Many, and one that fails ----

rounds() {
	blanks dvd-r dvd+r && rm -f "$tmp/err"
	discmux copy --from "$tmp/master.iso" --to 0,1 --verify --quantity 4 --wait 120 --json \
		>"$tmp/out" 2>"$tmp/err" </dev/null &
	job=$!
	wait_for 120 grep -q 'insert blank discs' "$tmp/err"
	blanks dvd+r bd-r
	wait "$job"
	jq -e '[.copies[].round] == [1, 1, 2, 2] and .good == 4' "$tmp/out" || {
		cat "$tmp/err" "$tmp/out"
		return 1
	}
	for name in "r$((round - 1))-0" "r$((round - 1))-1" "r$round-0" "r$round-1"; do
		head -c "$(stat -c %s "$tmp/master.iso")" "$media/$name.iso" |
			cmp - "$tmp/master.iso" || return
	done
}
row "DVD-R, DVD+R, BD-R" "--quantity 4" cmp "four discs in two rounds, each block" rounds

one_fails() {
	blanks dvd-r dvd+r bd-r dvd+rw &&
		discmux-sim ctl fault recorder1 sense 3/0c/00 op write lba 400 >/dev/null
	copy all 2>"$tmp/err"
	[ $? -eq 1 ] && says "$tmp/err" "recorder 1 failed to write at LBA" "its disc is ruined" &&
		discmux-sim ctl clear recorder1 >/dev/null && holds 0 "$tmp/master.iso" &&
		holds 2 "$tmp/master.iso" && holds 3 "$tmp/master.iso"
}
row "DVD-R, BD-R, DVD+RW" "a fourth recorder fails" "dd, cmp" "each block" one_fails

udev_go_on
rm -rf "$tmp"
done_testing
