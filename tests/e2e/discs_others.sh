#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim bdtower:4 --with gojq,xorriso,growisofs,dvd+rw-tools,wodim,genisoimage,cdrdao
# kernel: 6.1
#
# Discs that go from discmux to other programs and back: wodim and cdrdao on its CDs,
# growisofs on what it left open, and discmux with the discs that they burned.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"
# shellcheck source=tests/discs.sh
. "${0%/*}/../discs.sh"
export MKISOFS=genisoimage
modprobe isofs 2>/dev/null

# A DVD-R's first border alone takes much of it; none of the discs is full
size=65536
mkdir "$tmp/files" "$tmp/more" "$tmp/mnt"
head -c 1500000 /dev/urandom >"$tmp/files/random"
head -c 200000 /dev/urandom >"$tmp/more/second"
genisoimage -quiet -R -o "$tmp/master.iso" "$tmp/files"
blocks=$(($(stat -c %s "$tmp/master.iso") / 2048))

burn() { # RECORDERS OPTION...
	to=$1
	shift
	discmux copy --from "$tmp/master.iso" --to "$to" --verify --no-eject --quiet "$@"
}

# says PATTERN... -- command...: each is in what the command prints, where runs of blanks
# count as one
says() {
	: >"$tmp/wanted"
	while [ "$1" != -- ]; do
		echo "$1" >>"$tmp/wanted"
		shift
	done
	shift
	"$@" >"$tmp/said" 2>&1 || {
		cat "$tmp/said"
		return 1
	}
	while read -r word; do
		tr -s ' \t' ' ' <"$tmp/said" | grep -q -- "$word" && continue
		echo "not there: $word"
		cat "$tmp/said"
		return 1
	done <"$tmp/wanted"
}

# holds N [IMAGE]: each of its blocks, through the block device
holds() {
	image=${2-$tmp/master.iso}
	reload "$1" && dd if="$(dev "$1")" iflag=direct bs=2048 \
		count=$(($(stat -c %s "$image") / 2048)) 2>/dev/null | cmp - "$image"
}

# both N: the files of two sessions, as the kernel shows them
both() {
	reload "$1" && mount -o ro "$(dev "$1")" "$tmp/mnt" || return
	cmp "$tmp/files/random" "$tmp/mnt/random" && cmp "$tmp/more/second" "$tmp/mnt/second"
	same=$?
	umount "$tmp/mnt"
	return "$same"
}

# toc N LEAD-OUT: one data track from 0 on
toc() {
	says '^first: 1 last 1$' '^track: 1 lba: 0 .* control: 4 ' \
		"^track:lout lba: $2 " -- wodim dev="$(dev "$1")" -toc
}

# readom N: each block by another program's commands
readom_all() {
	readom dev="$(dev "$1")" f="$tmp/readom" sectors="0-$blocks" >"$tmp/log" 2>&1 || {
		cat "$tmp/log"
		return 1
	}
	cmp "$tmp/readom" "$tmp/master.iso"
}

cdrdao_toc() { # N
	rm -f "$tmp/c.toc"
	cdrdao read-toc --device "$(dev "$1")" --driver generic-mmc "$tmp/c.toc" \
		>"$tmp/log" 2>&1 || {
		cat "$tmp/log"
		return 1
	}
	cat "$tmp/c.toc"
}

msinfo() { # N
	wodim dev="$(dev "$1")" -msinfo 2>/dev/null
}

check "drives: recorders for Blu-ray discs say so" sh -c 'discmux drives --json | jq -e "
	all(.drives[1:][]; (.writes | index(\"BD\")) and (.media | contains([\"BD-R\", \"BD-RE\"])))"'

# ---- CDs ----

# With two blocks behind the track, which end a track at once
lout=$((blocks + 2))

cds() {
	blanks cd-r cd-r cd-rw cd-r && burn 0 --method tao --open && burn 1,2 --method tao &&
		burn 3 --method sao && reload 0 && reload 1 && reload 2 && reload 3
}
row "CD-R, CD-RW" "--method tao, tao --open, sao" discmux "each block" cds

row CD-R "--method tao --open" "wodim -toc" "track, lead-out" toc 0 $lout
row CD-R "--method tao --open" "wodim -atip" "kind, end of the blank" \
	says "Is not erasable" "ATIP start of lead out: $size " -- wodim dev="$(dev 0)" -atip
# The second session's lead-in and the first one's lead-out take 11400 blocks
row CD-R "--method tao --open" "wodim -msinfo" "where the next session begins" \
	says "^0,$((lout + 11400))\$" -- msinfo 0
row CD-R "--method tao --open" readom "each block" readom_all 0
row CD-R "--method tao" "wodim -toc" "track, lead-out" toc 1 $lout
closed() { # N
	! msinfo "$1" | grep -q ,
}
row CD-R "--method tao" "wodim -msinfo" "closed" closed 1
row CD-R "--method tao" readom "each block" readom_all 1
row CD-RW "--method tao" "wodim -toc" "track, lead-out" toc 2 $lout
row CD-RW "--method tao" "wodim -atip" "kind" says "Is erasable" -- wodim dev="$(dev 2)" -atip
row CD-RW "--method tao" readom "each block" readom_all 2
row CD-R "--method sao" "wodim -toc" "track, lead-out" toc 3 "$blocks"
row CD-R "--method sao" "wodim -msinfo" "closed" closed 3
row CD-R "--method sao" "cdrdao read-toc" "kind, track" says "^CD_ROM" "^TRACK MODE1" -- \
	cdrdao_toc 3
row CD-R "--method sao" readom "each block" readom_all 3

wodim_adds() {
	genisoimage -quiet -R -C "$(msinfo 0)" -M "$(dev 0)" -o "$tmp/second.iso" "$tmp/more" &&
		wodim -v gracetime=2 dev="$(dev 0)" -tao -data "$tmp/second.iso" && both 0
}
row CD-R "--method tao --open" wodim "goes on with a second session; files of both, mounted" \
	wodim_adds

erases() {
	wodim -v gracetime=2 -force dev="$(dev 2)" blank=fast && reload 2 && burn 2 && holds 2
}
row CD-RW "wodim blank=fast, then again" "dd, cmp" "each block" erases

# ---- growisofs goes on with what discmux left open ----

left_open() {
	blanks dvd-r dvd+r dvd+r-dl bd-r && burn all --open
}
row "DVD-R, DVD+R, DVD+R DL, BD-R" "--open" discmux "each block" left_open
row "DVD+R DL" "--open" dvd+rw-mediainfo "kind, state, an empty second session" \
	says "2Bh, DVD+R Double Layer" "Disc status: appendable" \
	"State of Last Session: empty" -- dvd+rw-mediainfo "$(dev 2)"
row "DVD+R DL" "--open" xorriso "state, session" \
	says "is appendable" "^TOC layout : .*" "^ISO session : 1 , 0 , ${blocks}s" -- \
	xorriso -outdev "$(dev 2)" -toc
growisofs_adds() { # N
	reload "$1"
	growisofs -M "$(dev "$1")" -R -quiet "$tmp/more" </dev/null && both "$1"
}
n=0
for medium in DVD-R DVD+R "DVD+R DL" BD-R; do
	row "$medium" "--open" "growisofs -M" \
		"goes on with a second session; files of both, mounted" growisofs_adds $n
	n=$((n + 1))
done

# ---- discmux copies what others burned ----

# copied N: from recorder 0 to recorder N, or what is in the reader
copied() {
	discmux copy --from "${2-recorder:0}" --to "$1" --verify --no-eject --quiet && holds "$1"
}
of_wodim() { # ARGUMENTS...
	blanks cd-r cd-r && wodim -v gracetime=2 dev="$(dev 0)" "$@" -data "$tmp/master.iso" &&
		reload 0 && copied 1
}
row CD-R "burned by wodim -tao, discmux copy" "dd, cmp" "each block" of_wodim -tao
row CD-R "its copy" "wodim -toc" "track, lead-out" toc 1 $lout
row CD-R "burned by wodim -sao, discmux copy" "dd, cmp" "each block" of_wodim -sao

of_growisofs() { # TYPE [OPTION]
	blanks "$1" "$1" && growisofs ${2:+"$2"} -Z "$(dev 0)=$tmp/master.iso" </dev/null &&
		reload 0 && copied 1
}
row DVD+R "burned by growisofs, discmux copy" "dd, cmp" "each block" of_growisofs dvd+r -dvd-compat
row "DVD+R DL" "burned by growisofs, discmux copy" "dd, cmp" "each block" \
	of_growisofs dvd+r-dl -dvd-compat
row DVD+R "left open by growisofs, discmux copy" "dd, cmp" "each block" of_growisofs dvd+r
row DVD-R "left open by growisofs, discmux copy" "dd, cmp" "each block" of_growisofs dvd-r
row DVD-R "its copy" dvd+rw-mediainfo "left open, too" \
	says "11h, DVD-R Sequential" "Disc status: appendable" -- dvd+rw-mediainfo "$(dev 1)"
of_xorriso() {
	blanks dvd-r dvd-r && xorriso -as cdrecord dev="$(dev 0)" "$tmp/master.iso" &&
		discmux-sim ctl eject recorder0 --force >/dev/null &&
		discmux-sim ctl insert reader0 "r$(cat "$tmp/round")-0" >/dev/null &&
		copied 1 reader
}
row DVD-R "burned by xorriso, in the reader, discmux copy" "dd, cmp" "each block" of_xorriso
discmux-sim ctl eject reader0 --force >/dev/null

# Two sessions of a CD stay two; those of a DVD can't be had in one go
two_cd() {
	blanks cd-r cd-r && wodim -v gracetime=2 dev="$(dev 0)" -multi -tao -data \
		"$tmp/master.iso" && reload 0 && genisoimage -quiet -R -C "$(msinfo 0)" \
		-M "$(dev 0)" -o "$tmp/second.iso" "$tmp/more" &&
		wodim -v gracetime=2 dev="$(dev 0)" -tao -data "$tmp/second.iso" && reload 0 &&
		discmux copy --from recorder:0 --to 1 --verify --no-eject --quiet && both 1
}
row CD-R "two sessions of wodim, discmux copy" mount "files of both" two_cd
two_dvd() {
	blanks dvd+r dvd+r && growisofs -Z "$(dev 0)" -R -quiet "$tmp/files" </dev/null &&
		growisofs -M "$(dev 0)" -R -quiet "$tmp/more" </dev/null && reload 0 &&
		fails 1 "has 2 sessions: only CDs are copied with several" \
			discmux copy --from recorder:0 --to 1 --no-eject --quiet &&
		reload 1 && says "Disc status: blank" -- dvd+rw-mediainfo "$(dev 1)"
}
row DVD+R "two sessions of growisofs, discmux copy" dvd+rw-mediainfo "refused; still blank" \
	two_dvd

udev_go_on
rm -rf "$tmp"
done_testing
