#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --with gojq,mtx,sg3-utils
# kernel: 6.1
#
# discmux-sim by itself: devices come, work, fail as they are told to, and go,
# also when it is killed.  Its commands' words are tested in tests/unit.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"

tmp=$(mktemp -d)
media=$tmp/media
config=/sys/kernel/config/target

sim() {
	discmux-sim ctl "$@"
}

# start PROFILE [OPTION]...
start() {
	profile=$1
	shift
	discmux-sim start --profile "$profile" --media "$media" "$@"
}

# list FILTER: of the list as JSON
list() {
	sim list --json | jq -e "$1"
}

# node DEVICE node|sg: its path
node() {
	sim list --json | jq -r ".devices[] | select(.name == \"$1\") | .$2"
}

# counted DEVICE KEY
counted() {
	sim count "$1" --json | jq ".devices[].$2"
}

nothing_left() {
	! discmux-sim status || return 1
	! ls /dev/sr[0-9]* /dev/sch[0-9]* 2>/dev/null || return 1
	[ -z "$(find "$config" -name 'user_17481' -o -name 'naa.5001405d15c*')" ]
}

# The drives have seen udev's questions and are ready.
settle() {
	udevadm settle
	sleep 0.2
}

pid() {
	discmux-sim status --json | jq .pid
}

# within SECONDS command...: takes no longer
within() {
	limit=$1 begin=$(date +%s)
	shift
	"$@"
	got=$?
	[ $(($(date +%s) - begin)) -le "$limit" ] && return "$got"
	echo "took $(($(date +%s) - begin)) s"
	return 1
}

# --- start and stop ---------------------------------------------------------------------

check "nothing runs yet" fails 1 "discmux-sim start" sim list
check "status says so" sh -c 'discmux-sim status | grep -qx "not running"'
check "stop has nothing to do" discmux-sim stop
check "bad profile" fails 2 "1 to 16" start tower:17
check "unknown profile" fails 2 "unknown profile 'shelf'" start shelf:3
check "media folder can't be made" \
	fails 1 "/nowhere/at/all" discmux-sim start --profile tower:1 --media /nowhere/at/all
check "media folder can't be written" \
	fails 1 "media folder /proc" discmux-sim start --profile tower:1 --media /proc
check "socket can't be made" fails 1 "/nowhere/s" start tower:1 --control /nowhere/s
check "no such device to set" fails 2 "no device 'recorder9'" \
	start tower:1 --set recorder9.vendor=X
check "not root" fails 1 "needs root" \
	setpriv --reuid=user --regid=user --clear-groups \
	discmux-sim start --profile tower:1 --media "$tmp/user"
check "what failed left nothing" nothing_left

check "a tower starts" start tower:2 --set recorder0.vendor=ACME,product=BURNER,serial=S1
check "status" sh -c 'discmux-sim status --json | jq -e .running'
check "only root can open its lock" [ "$(stat -c %a /run/discmux-sim.lock)" = 600 ]
check "it runs once" fails 1 "already running" start tower:1
check "three devices with their nodes" \
	list '[.devices[] | select(.present and .node and .sg) | .name] ==
		["reader0", "recorder0", "recorder1"]'
check "in order" list '[.devices[].node] == ["/dev/sr0", "/dev/sr1", "/dev/sr2"]'
check "each on a host of its own" \
	list '[.devices[].address | split(":")[0]] | unique | length == 3'
check "the kernel has the identity" \
	sh -c "sg_inq $(node recorder0 sg) | grep -q 'Vendor identification: ACME'"
check "serial number" sh -c "sg_inq $(node recorder0 sg) | grep -q 'serial number: S1'"

# --- data -------------------------------------------------------------------------------

dd if=/dev/urandom of="$tmp/master.iso" bs=1M count=48 2>/dev/null
check "an image goes into the reader" sim insert reader0 "$tmp/master.iso"
settle
sim count --reset >/dev/null
check "it reads as it is" cmp /dev/sr0 "$tmp/master.iso"
check "all blocks were read" [ "$(counted reader0 blocks_read_distinct)" -eq 24576 ]
check "and hardly any twice" [ "$(counted reader0 blocks_read)" -lt 25000 ]
sg=$(node reader0 sg)
check "512 KiB a command" sg_dd if="$sg" of=/dev/null bs=2048 bpt=256 count=24576 time=1
sg_dd if="$sg" of=/dev/null bs=2048 bpt=256 count=24576 time=1 2>&1 | sed -n 's/^time/# &/p'
check "1 MiB a command" sg_dd if="$sg" of=/dev/null bs=2048 bpt=512 count=24576
check "short answers have a residual" sh -c "sg_raw -r 512 $sg 12 00 00 00 ff 00 2>&1 |
	grep -q 'Received 96 bytes'"
check "a blank for each recorder" [ "$(sim blank dvd+r all | wc -l)" -eq 2 ]
check "then there is no empty one" fails 1 "no empty recorder" sim blank dvd+r all
check "a disc goes into one drive only" fails 1 "" sim insert recorder0 master

# --- faults -----------------------------------------------------------------------------

check "fault: bad block" sim fault reader0 sense 3/11/00 lba 500-509
check "sense with the block" sh -c "sg_raw -r 32768 $sg 28 00 00 00 01 ec 00 00 10 00 2>&1 |
	grep -q '0x1f4'"
check "the blocks before are fine" sg_raw -r 2048 "$sg" 28 00 00 00 01 f3 00 00 01 00
check "it hit once" list '.devices[0].faults[0].hits == 1'
check "cleared" sim clear reader0
check "the block is fine again" sg_raw -r 2048 "$sg" 28 00 00 00 01 f4 00 00 01 00
check "bad fault" fails 1 "bad fault" sim fault reader0 explode

sim fault reader0 hang op 1b >/dev/null
check "hang: the host gives up in time" \
	within 20 sh -c "! sg_raw -t 2 $sg 1b 00 00 00 00 00"
check "hang: the drive answers other commands" sg_inq "$sg"
check "hang: and so do others" sg_inq "$(node recorder0 sg)"
sim clear reader0 >/dev/null
check "hang: it is back" sg_raw "$sg" 00 00 00 00 00 00

sim fault reader0 hang deaf op 1b >/dev/null
sg_raw -t 2 "$sg" 1b 00 00 00 00 00 >/dev/null 2>&1 &
sleep 5
check "deaf: others answer while the kernel tries to recover" \
	within 5 sg_inq "$(node recorder0 sg)"
check "deaf: the command still waits" kill -0 $!
sim clear reader0 >/dev/null
wait $!
check "deaf: it is back" within 10 sg_raw "$sg" 00 00 00 00 00 00

sg_reset -d "$sg" >/dev/null 2>&1
check "reset: unit attention" sh -c "sg_raw $sg 00 00 00 00 00 00 2>&1 |
	grep -qi 'unit attention'"

# --- a cable is pulled ------------------------------------------------------------------

settle
sim fault reader0 slow 50 op read >/dev/null
dd if=/dev/sr0 of=/dev/null bs=64k iflag=direct 2>/dev/null &
sleep 0.5
check "vanish while it is read" within 10 sim vanish reader0
wait $!
check "the reading program ends with an error" [ $? -ne 0 ]
check "its nodes are gone" list '.devices[0] | (.present or .node or .sg) | not'
check "only once" fails 1 "vanished already" sim vanish reader0
sim clear reader0 >/dev/null
sim fault reader0 hang >/dev/null
check "a dead one does not appear" fails 1 "reader0 hangs" sim appear reader0
sim clear reader0 >/dev/null
check "appear" sim appear reader0
settle
check "it reads as before" cmp "$(node reader0 node)" "$tmp/master.iso"
sim vanish recorder1
sim fault recorder1 sense 5/20/00 op 12 times always >/dev/null
check "nor one that does not say who it is" fails 1 "did not find" sim appear recorder1
sim clear recorder1 >/dev/null
check "until that is over" sim appear recorder1
check "set pulls and plugs" sim set recorder1 vendor=NEW revision=9.99
check "the kernel has the new identity" \
	sh -c "sg_inq $(node recorder1 sg) | grep -q 'Vendor identification: NEW'"

# --- killed -----------------------------------------------------------------------------

sim fault recorder0 hang >/dev/null
sg_raw -t 100 "$(node recorder0 sg)" 00 00 00 00 00 00 >/dev/null 2>&1 &
sleep 0.5
kill -9 "$(pid)"
check "killed with a command in flight" sh -c '! discmux-sim status'
check "starts again" start tower:1
check "with the new devices only" list '.devices | length == 2'
kill -9 "$(pid)"
check "stop after a kill" discmux-sim stop
check "nothing is left" nothing_left

# --- a library --------------------------------------------------------------------------

check "a library starts" start mc8600:3:20
ch=$(node changer sg)
check "SCSI ids of its drives" \
	list '[.devices[].address | split(":")[2]] == ["0", "1", "2", "3"]'
check "blanks for slots" [ "$(sim blank dvd+r slots --count 2 | wc -l)" -eq 2 ]
check "mtx sees them" sh -c "[ \$(mtx -f $ch status | grep -c 'Storage Element.*Full') -eq 2 ]"
check "mtx loads one" mtx -f "$ch" load 2 1
check "it is in the drive" list '.devices[2].state.disc != null'
check "no such slot" fails 1 "slots 1 to 20" sim slot 21 dvd+r-001
check "mail slot opens" sim mail open
check "mail slot closes" sim mail close
check "stop" discmux-sim stop
check "nothing is left of it" nothing_left
check "the same folder is the same library" start mc8600:3:20
check "the disc is where it was" list '.devices[2].state.disc != null'
check "stop again" discmux-sim stop

check "all on one host" start tower:3 --shared-host
check "three recorders, three ids" \
	list '[.devices[].address | split(":")[0]] | unique | length == 1'
check "a drive there works" sg_inq "$(node recorder2 sg)"
check "stop once more" discmux-sim stop
discmux-sim start --profile tower:1 --media "$media" --foreground >"$tmp/ready" &
until grep -q ready "$tmp/ready" || ! kill -0 $!; do
	sleep 0.2
done
check "it runs in the foreground" list '.devices | length == 2'
kill $!
wait $!
check "a signal stops it, and that is no error" [ $? -eq 0 ]
check "nothing is left in the end" nothing_left

done_testing
