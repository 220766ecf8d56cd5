#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim tower:2 --with gojq,xorriso
# kernel: 6.1
#
# discmux copy refuses what cannot be, in one line, and touches no disc.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"

tmp=$(mktemp -d)
chmod 755 "$tmp"

untouched() {
	discmux-sim ctl count --json | jq -e '[.. | .blocks_written? // empty] | add == 0'
}

mkdir "$tmp/files"
echo hello >"$tmp/files/hello"
xorriso -as mkisofs -quiet -R -o "$tmp/m.iso" "$tmp/files" 2>/dev/null
dd if=/dev/zero of="$tmp/big.iso" bs=2048 count=4097 2>/dev/null
: >"$tmp/empty.iso"
echo >"$tmp/odd.iso"
discmux-sim ctl blank dvd+r blank0 recorder0 >/dev/null
discmux-sim ctl blank dvd-r blank1 recorder1 >/dev/null
discmux-sim ctl count --reset >/dev/null
m="$tmp/m.iso"

check "no options" fails 2 'copy needs --from and --to' discmux copy
check "no --to" fails 2 'copy needs --to (' discmux copy --from "$m"
check "unknown option" fails 2 'unknown option --frob' discmux copy --from "$m" --to all --frob
check "option without value" fails 2 'option --to needs a value' discmux copy --from "$m" --to
check "an operand" fails 2 'x is one word too many' discmux copy --from "$m" --to all x

for list in '' ',' '0,' ',0' '0,,1'; do
	check "--to '$list'" fails 2 "--to $list is no list of recorders" \
		discmux copy --from "$m" --to "$list"
done
# Each of these could be the serial number of a drive
for list in a 0-1 ' 0' -1 0x1 'all,0' 0.1; do
	check "--to '$list'" fails 1 "--to $list is no list of recorders" \
		discmux copy --from "$m" --to "$list"
done
check "--to twice the same" fails 2 '--to 1,0,1 names recorder 1 twice' \
	discmux copy --from "$m" --to 1,0,1
check "--to no such recorder" fails 1 'there is no recorder 2: discmux status lists them' \
	discmux copy --from "$m" --to 0,2
check "--to far beyond" fails 1 'there is no recorder 99999999999999999999' \
	discmux copy --from "$m" --to 99999999999999999999
check "--quantity 0" fails 2 '--quantity 0: a number from 1 to' \
	discmux copy --from "$m" --to all --quantity 0
check "--speed" fails 2 '--speed fast: a number' discmux copy --from "$m" --to all --speed fast
check "--speed -1" fails 2 '--speed -1: a number' discmux copy --from "$m" --to all --speed -1
check "--wait" fails 2 '--wait x: a number' discmux copy --from "$m" --to all --wait x
check "--method" fails 2 '--method raw: auto, dao, incremental, overwrite, tao or sao' \
	discmux copy --from "$m" --to all --method raw
check "-m 7" fails 1 'discmux7' discmux -m 7 copy --from "$m" --to all

check "no master is stored" fails 1 \
	'HDD1 holds no master (none is stored): discmux images add HDD1 --from reader' \
	discmux copy --from HDD1 --to all
check "nor under another name" fails 1 'there is no file song, and no master of that name is stored' \
	discmux copy --from song --to all
check "no image" fails 1 'missing.iso: No such file or directory: name an image' \
	discmux copy --from "$tmp/missing.iso" --to all
check "a directory" fails 1 'is not a file: name an image, or a reader' \
	discmux copy --from "$tmp" --to all
check "a device" fails 1 '/dev/null is not a file' discmux copy --from /dev/null --to all
check "an empty image" fails 1 'empty.iso is empty' discmux copy --from "$tmp/empty.iso" --to all
check "no multiple of 2048" fails 1 'odd.iso is 1 bytes, not a multiple of 2048' \
	discmux copy --from "$tmp/odd.iso" --to all
head -c $((20 * 2048)) "$m" >"$tmp/cut.iso"
check "an image that is cut off" fails 1 'cut.iso ends before its volume does: 20 of' \
	discmux copy --from "$tmp/cut.iso" --to all
check "no such reader" fails 1 'there is no reader 1: discmux status lists the drives' \
	discmux copy --from reader:1 --to all
check "no master" fails 1 'no disc in reader 0: insert the master' \
	discmux copy --from reader --to all
check "master and copy in one drive" fails 1 'recorder 1 holds the master' \
	discmux copy --from recorder:1 --to 1
check "a blank master" fails 1 'the disc in recorder 1 is blank: insert the master' \
	discmux copy --from recorder:1 --to 0
check "a log that cannot be" fails 1 '/nonexistent/a/log: No such file or directory' \
	discmux copy --from "$m" --to all --log /nonexistent/a/log

check "not root" fails 1 'ermission' as user discmux copy --from "$m" --to all

discmux-sim ctl eject recorder1 --force >/dev/null
check "the tray is open and has nothing on it" fails 1 'in recorder 1' \
	discmux copy --from "$m" --to all
check "no disc" fails 1 'no disc in recorder 1: insert a blank' discmux copy --from "$m" --to all
discmux-sim ctl blank dvd-r small recorder1 --blocks 4096 >/dev/null
check "image larger than the disc" fails 1 \
	'the master is larger than the disc in recorder 1 (4097 blocks, the DVD-R takes 4096)' \
	discmux copy --from "$tmp/big.iso" --to all
discmux-sim ctl eject recorder1 --force >/dev/null
discmux-sim ctl blank cd-r cd recorder1 >/dev/null
check "CD beside DVD" fails 1 'use CDs or DVDs, not both in one job' \
	discmux copy --from "$m" --to all
discmux-sim ctl eject recorder1 --force >/dev/null
discmux-sim ctl insert recorder1 "$m" >/dev/null
check "a pressed disc" fails 1 'the disc in recorder 1 is a CD-ROM, which can'\''t be written' \
	discmux copy --from "$m" --to all

modprobe isofs 2>/dev/null
check "a disc is mounted" sh -c "mkdir $tmp/mnt &&
	mount -o ro /dev/\$(discmux status --json | jq -r '.members[] |
	select(.role == \"recorder\" and .unit == 1) | .block') $tmp/mnt"
check "recorder mounted" fails 1 'recorder 1 is busy: unmount its disc in /dev/sr2' \
	discmux copy --from "$m" --to all
umount "$tmp/mnt"

check "no disc was touched" untouched
check "a blank is still blank" sh -c "discmux-sim ctl list --json |
	jq -e '.discs[] | select(.name == \"blank0\") | .state == \"blank\"'"
check "and takes a copy" discmux copy --from "$m" --to 0 --verify
check "which is then no blank" fails 1 'the disc in recorder 0 is not blank: insert a blank disc' \
	discmux copy --from "$m" --to 0

discmux-sim ctl vanish recorder0 >/dev/null
discmux-sim ctl vanish recorder1 >/dev/null
sleep 1
check "no recorders" fails 1 'no recorders: connect one' discmux copy --from "$m" --to all
discmux-sim stop >/dev/null
rmmod discmux
check "no module" fails 1 'modprobe discmux' discmux copy --from "$m" --to all

rm -rf "$tmp"
done_testing
