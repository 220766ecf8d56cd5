#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim tower:2 --with gojq,xorriso
#
# A disc that goes into a marked reader begins a run: real uevents, and nothing is
# done here but to put discs in.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"
# shellcheck source=tests/panel.sh
. "${0%/*}/../panel.sh"

tree=${0%/*}/../..
cp "$tree"/udev/*.rules /etc/udev/rules.d/
cp "$tree/udev/discmux_claimed" /usr/lib/udev/
udevadm control --reload

# runs N STATE: so many jobs, the last one is in this state
runs() {
	ask jobs | jq -e "(.jobs | length == $1) and (.jobs[0].state == \"$2\")"
}

# reader_empty: discmuxd has seen that, and so has the kernel, which asks every two seconds: else
# it may not see that a disc came
reader_empty() {
	! udevadm info /dev/sr0 | grep -q ID_CDROM_MEDIA=1 && ask status | jq -e '.drives[] | select(.drive == "reader 0") | .disc == "none"'
}

# insert NAME: as a person does
insert() {
	discmux-sim ctl eject reader0 --force >/dev/null 2>&1
	wait_for 20 reader_empty
	discmux-sim ctl insert reader0 "$1" >/dev/null
}

# A label that would do harm where it reached a shell
dd if=/dev/zero of="$tmp/evil.iso" bs=2048 count=300 2>/dev/null
# shellcheck disable=SC2016 # as it stands
printf '\001CD001\001\000%-32s%-32s' LINUX '$(touch /tmp/owned);`reboot`' |
	dd of="$tmp/evil.iso" bs=2048 seek=16 conv=notrunc 2>/dev/null
printf '\377CD001\001' | dd of="$tmp/evil.iso" bs=2048 seek=17 conv=notrunc 2>/dev/null
dd if=/dev/urandom of="$tmp/other.iso" bs=2048 count=300 2>/dev/null

discmux-sim ctl insert reader0 "$tmp/evil.iso" >/dev/null
panel_start
check "a tower has no library" fails 1 'mux 0 has no library' discmux auto on --library --slots 1-4
check "nor a second reader" fails 1 'mux 0 has no reader 1' discmux auto on --reader 1
check "neither is kept" sh -c 'discmux auto show --json | jq -e ". == []"'
check "what is not there can be switched off" discmux auto off --library
check "marked: on" discmux auto on --reader 0 --verify --again skip
check "it is kept" sh -c 'discmux auto show --json | jq -e ".[0].verify and .[0].on"'
sleep 3
udevadm trigger --action=add --subsystem-match=block --settle
check "a disc that was there before begins nothing, coldplug neither" sh -c \
	'discmux daemon jobs | jq -e ".jobs == []"'

blanks dvd+r dvd+r
discmux-sim ctl eject reader0 --force >/dev/null
wait_for 20 reader_empty
discmux-sim ctl insert reader0 evil >/dev/null
check "a disc that goes in begins a run" wait_for 60 runs 1 "done"
check "its copies are good" same "$tmp/evil.iso" disc0 disc1
check "its label did nothing" [ ! -e /tmp/owned ]
udevadm trigger --action=change --subsystem-match=block --settle
sleep 2
check "more events begin no second run" runs 1 "done"

blanks dvd+r dvd+r
discmux-sim ctl eject reader0 --force >/dev/null
wait_for 20 reader_empty
discmux-sim ctl insert reader0 evil >/dev/null
check "the same disc again is skipped" wait_for 60 runs 2 cancelled
check "the blanks are blank" discs_are blank disc0 disc1

# open_and_close: the tray of the reader, which shuts again with its disc in it. Its button is
# pressed once: where udev has locked the tray it ejects as the kernel tells it, and a second press
# could come to it when the tray is shut again.
open_and_close() {
	discmux-sim ctl tray reader0 open >/dev/null 2>&1
	wait_for 40 tray_is open reader0
	wait_for 20 reader_empty
	discmux-sim ctl tray reader0 close >/dev/null
}

open_and_close
check "a tray that closes with the same disc is skipped, too" wait_for 60 runs 3 cancelled
check "the blanks are blank" discs_are blank disc0 disc1
play "the panel says so" <<'END'
show
|COPY+V CANCELLED    |OK 0 NG 0           |
yes
|COPY START?         |(DISC to DISC)      |
END
check "the same disc again may be copied again" discmux auto on --reader 0 --again run
open_and_close
check "that is a run" wait_for 60 runs 4 "done"
check "its copies are good" same "$tmp/evil.iso" disc0 disc1
udevadm trigger --action=change --subsystem-match=block --settle
sleep 3
check "and one only" runs 4 "done"
blanks dvd+r dvd+r

check "the same disc again may be asked about" discmux auto on --reader 0 --again ask
discmux-sim ctl eject reader0 --force >/dev/null
wait_for 20 reader_empty
discmux-sim ctl insert reader0 evil >/dev/null
play "the panel asks" <<'END'
wait SAME MASTER AGAIN
|SAME MASTER AGAIN   |COPY IT?            |
yes
wait COPY COMPLETE
|COPY COMPLETE       |OK 2 NG 0           |
yes
END

blanks dvd+r dvd+r
insert "$tmp/other.iso"
check "another disc" wait_for 60 runs 6 "done"

# A disc that is mounted before discmuxd has looked at it
mkdir "$tmp/files" "$tmp/mnt"
cp "$0" "$tmp/files/"
xorriso -as mkisofs -quiet -o "$tmp/mounted.iso" "$tmp/files" 2>/dev/null
modprobe isofs 2>/dev/null
blanks dvd+r dvd+r
discmux-sim ctl eject reader0 --force >/dev/null
check "the reader is seen empty" wait_for 20 reader_empty
kill -STOP "$daemon"
discmux-sim ctl insert reader0 "$tmp/mounted.iso" >/dev/null
check "a disc is mounted" wait_for 20 mount -o ro /dev/sr0 "$tmp/mnt"
kill -CONT "$daemon"
check "it is not copied, and the log says why" wait_for 20 \
	grep -q 'reader 0: its disc is mounted, so it is not copied' "$tmp/log"
umount "$tmp/mnt"
sleep 3
check "nor when it is no longer mounted" runs 6 "done"

check "off" discmux auto off --reader 0
discmux-sim ctl eject reader0 --force >/dev/null
wait_for 20 reader_empty
discmux-sim ctl insert reader0 evil >/dev/null
sleep 3
check "begins nothing" runs 6 "done"

panel_stop
check "without discmuxd nothing can be marked" fails 1 'discmuxd does not run' \
	discmux auto on --reader 0
daemon_options='--mux 7'
panel_start
check "nor on a mux that is not there" fails 1 'there is no /dev/discmux7' \
	discmux auto on --library --slots 1-4
panel_stop
rm -rf "$tmp"
done_testing
