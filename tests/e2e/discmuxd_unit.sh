#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim tower:2 --with gojq,systemd --timeout 900
# kernel: 6.1
#
# discmuxd as systemd runs it: installed by packaging/install, started by its unit in a
# real systemd (the first process of a PID namespace of its own), with all that the unit
# keeps it from.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"
# shellcheck source=tests/panel.sh
. "${0%/*}/../panel.sh"

unset DISCMUXD_SOCKET
prefix=/usr/local
unit=$prefix/lib/systemd/system/discmuxd.service

# installed: what make install does; the tree itself is read-only here
installed() {
	mkdir -p "$tmp/tree/build" "$tmp/tree/userspace"
	cp -r Kbuild dkms.conf packaging man udev uapi kmod "$tmp/tree/" &&
		cp -r build/bin build/lib build/completion "$tmp/tree/build/" &&
		cp -r userspace/lib "$tmp/tree/userspace/" &&
		(cd "$tmp/tree" && PREFIX=$prefix DESTDIR='' \
			VERSION="$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)" \
			packaging/install install --no-module)
}

# in_systemd command...: as a process of that systemd's world
in_systemd() {
	nsenter --mount="/proc/$holder/ns/mnt" --pid="/proc/$holder/ns/pid_for_children" -- "$@"
}

ctl() {
	in_systemd systemctl "$@"
}

# boot: without the units that would set up the machine, which the guest shares with it,
# or empty /tmp
boot() {
	mkdir -p /etc/systemd/system /run/systemd /sys/fs/cgroup
	for name in systemd-udevd.service systemd-udevd-control.socket systemd-udevd-kernel.socket \
		systemd-udev-trigger.service systemd-modules-load.service systemd-sysctl.service \
		systemd-sysusers.service systemd-firstboot.service systemd-random-seed.service \
		systemd-update-utmp.service systemd-tmpfiles-setup-dev.service \
		systemd-tmpfiles-setup.service systemd-tmpfiles-clean.timer \
		systemd-machine-id-commit.service systemd-binfmt.service systemd-repart.service \
		systemd-pcrphase.service systemd-pcrphase-sysinit.service \
		kmod-static-nodes.service tmp.mount dev-hugepages.mount dev-mqueue.mount \
		sys-kernel-config.mount sys-kernel-debug.mount sys-kernel-tracing.mount \
		sys-fs-fuse-connections.mount proc-sys-fs-binfmt_misc.automount; do
		ln -sf /dev/null "/etc/systemd/system/$name"
	done
	printf '[Unit]\nRequires=basic.target\nAfter=basic.target\n' \
		>/etc/systemd/system/tower.target
	: >/etc/fstab
	dd if=/dev/urandom bs=16 count=1 2>/dev/null | od -An -tx1 | tr -d ' \n' >/etc/machine-id
	grep -q ' /sys/fs/cgroup ' /proc/mounts || mount -t cgroup2 cgroup2 /sys/fs/cgroup
	unshare --fork --pid --mount --mount-proc --kill-child \
		env -i container=discmux-vm PATH="$PATH" SYSTEMD_LOG_TARGET=console \
		/usr/lib/systemd/systemd --system --unit=tower.target >"$tmp/systemd" 2>&1 &
	holder=$!
	wait_for 120 ctl is-active tower.target
}

# property NAME: of the unit
property() {
	ctl show -P "$1" discmuxd
}

is() { # NAME VALUE
	echo "$1: $(property "$1")"
	[ "$(property "$1")" = "$2" ]
}

later() { # NAME VALUE: more than that
	[ "$(property "$1")" -gt "$2" ]
}

# job SPEC: begins one, waits until it has ended, and says how it stands
job() {
	in_systemd discmux daemon start job="$1" >"$tmp/started" || return
	wait_for 120 sh -c "! discmux daemon job job=0 | grep -q '\"state\": *\"running\"'"
	ask job job=0 >"$tmp/job"
	cat "$tmp/job"
	jq -e '.state == "done"' "$tmp/job"
}

counted() {
	jq -e "[.discs[] | select(.fate == \"good\")] | length == $1" "$tmp/job"
}

# stopped_process: the process of the unit stands still, as one that hangs
stopped_process() {
	ctl kill --kill-whom=main --signal=STOP discmuxd
}

again() { # N: it was started again N times, and is up
	is NRestarts "$1" && is ActiveState active
}

clean_stop() {
	is Result success && is ExecMainStatus 0 && is ActiveState inactive
}

# speed TIMES: of both recorders
speed() {
	for n in 0 1; do
		discmux-sim ctl speed recorder$n "$1" >/dev/null
	done
}

# fates FATE...: of the discs of the last job, two of each
fates() {
	pairs=
	for fate; do
		pairs="$pairs$fate $fate "
	done
	fates=$(ask job job=0 | jq -r '[.discs[].fate + " "] | add')
	echo "$fates"
	[ "$fates" = "$pairs" ]
}

# counters GOOD BAD UNKNOWN
counters() {
	ask counters | jq -e ".counters | .[\"discs-good\"] == $1 and .[\"discs-bad\"] == $2 and
		(.[\"discs-unknown\"] // 0) == $3"
}

writes() {
	ask status | jq -e '.jobs[-1].discs | length == 2 and all(.state == "writing" and .bytes > 0)'
}

erases() {
	ask status | jq -e '.jobs[-1].discs | length == 2 and all(.state == "erasing")'
}

waits() {
	ask status | jq -e '.jobs[-1].phase == "waiting-for-discs"'
}

run_waits_for_driver() {
	ask status | jq -e '.jobs[-1].message == "waiting for the driver: run modprobe discmux"'
}

# says_why TEXT: the last job, of its failure
says_why() {
	ask job job=0 >"$tmp/job"
	cat "$tmp/job"
	grep -qF "$1" "$tmp/job"
}

# still_waits: after the daemon has looked at the recorders
still_waits() {
	wait_for 20 sees_discs && waits
}

sees_discs() {
	ask status | jq -e '[.drives[] | select(.drive | startswith("recorder")) | .disc] |
		length == 2 and all(. != "none" and . != "unknown")'
}

# ended [STATE]: the last job
ended() {
	ask job job=0 | jq -e ".state == \"${1-done}\""
}

idle() {
	discmux status --json --no-media |
		jq -e '.streams == 0 and all(.members[]; .state == "idle")'
}

# waits_for_driver: it is up and says what it waits for
waits_for_driver() {
	is ActiveState active &&
		is StatusText 'waiting for the driver: no /dev/discmux0: run modprobe discmux'
}

has_drives() {
	ask status | jq -e ".drives | length == $1"
}

# unloaded: discmuxd, which looks at the drives now and then, may just have it open
unloaded() {
	wait_for 20 rmmod discmux
}

# logged N TEXT: in so many lines
logged() {
	cat "$tmp/log"
	[ "$(grep -cF -- "$2" "$tmp/log")" -eq "$1" ]
}

check "make install" installed
check "its folders" systemd-tmpfiles --create "$prefix/lib/tmpfiles.d/discmux.conf"
boot
result $? "systemd is up"
[ "$tap_failed" -eq 0 ] || { sed "s/^/# /" "$tmp/systemd"; done_testing; }
check "the unit is sound" sh -c "in=\$(nsenter --mount=/proc/$holder/ns/mnt \
	--pid=/proc/$holder/ns/pid_for_children -- systemd-analyze verify --man=no $unit 2>&1)
	echo \"\$in\"; ! echo \"\$in\" | grep -i discmuxd"
check "it can be enabled" ctl enable discmuxd
check "for the machine's start" [ -L /etc/systemd/system/multi-user.target.wants/discmuxd.service ]

# A watchdog that a test can wait for
mkdir -p /etc/systemd/system/discmuxd.service.d
printf '[Service]\nWatchdogSec=20\nStandardError=append:%s/log\n' "$tmp" \
	>/etc/systemd/system/discmuxd.service.d/test.conf
ctl daemon-reload
check "start returns when it is ready" ctl start discmuxd
ctl status discmuxd 2>&1 | sed 's/^/# /'
check "it is active" is ActiveState active
check "it has said that it is ready" is StatusText ready
check "it answers" ask status
check "those of cdrom may use it" as burner discmux daemon status
check "others may not" fails 1 'the group of its socket (cdrom)' as user discmux daemon status
pid=$(property MainPID)
check "with no new privileges" in_systemd grep -q '^NoNewPrivs:[[:space:]]*1' "/proc/$pid/status"
check "the system is read-only to it" in_systemd nsenter --mount="/proc/$pid/ns/mnt" -- \
	sh -c '! touch /usr/there && ! touch /etc/there && ! touch /media-sim/there'
check "but not its folder" in_systemd nsenter --mount="/proc/$pid/ns/mnt" -- \
	touch /var/lib/discmux/there
pinged=$(property WatchdogTimestampMonotonic)
check "it pings the watchdog" wait_for 60 later WatchdogTimestampMonotonic "$pinged"

# What it has to do, with all that: read, register, burn, verify.
dd if=/dev/urandom of="$tmp/master.iso" bs=2048 count=4000 2>/dev/null
dvd_master
blanks dvd+r dvd+r
check "a copy" job '{"work":"copy+verify","quantity":2,"source":"reader"}'
check "both are good" counted 2
check "they are what the master is" same "$tmp/master.iso" disc0 disc1
check "a master on the hard disk" job '{"work":"register","source":"reader","image":"HDD1"}'
blanks dvd+r -
check "a copy of that" job '{"work":"copy+verify","quantity":1,"source":"HDD1"}'
check "it is what the master is" same "$tmp/master.iso" disc0

# Processes that hang or die
check "it was not started again so far" again 0
check "it hangs" stopped_process
check "systemd starts it again" wait_for 120 again 1
check "it answers" wait_for 20 ask status
check "it is killed" ctl kill --signal=KILL discmuxd
check "systemd starts it again" wait_for 60 again 2
check "it knows what it did" counter discs-good 3

# The driver goes and comes, as with its upgrade
pid=$(property MainPID)
waited='waiting for the driver: no /dev/discmux0'
check "the driver is unloaded" unloaded
check "it says so" wait_for 20 waits_for_driver
check "it answers, without drives" wait_for 20 has_drives 0
ask start job='{"work":"copy+verify","quantity":1,"source":"reader"}' >"$tmp/started"
check "a job fails" wait_for 20 ended failed
check "and says why" says_why 'the driver is not loaded: run modprobe discmux'
check "it has logged it once" logged 1 "$waited"
check "the driver is loaded" modprobe discmux
check "it says that it is ready" wait_for 20 is StatusText ready
check "it sees the drives" wait_for 30 has_drives 3
check "it is unloaded again" unloaded
check "it says so again" wait_for 20 waits_for_driver
check "and loaded" modprobe discmux
check "it is ready again" wait_for 20 is StatusText ready
check "all that in one life" is MainPID "$pid"

# Stop at rest
check "stop" ctl stop discmuxd
check "is clean" clean_stop
check "nothing is left of it" sh -c '! ls /run/discmux/discmuxd.sock'
check "start" ctl start discmuxd

# Stop at work: a run of two discs, then two others, on slow recorders.  The master came
# out when it was registered.
discmux-sim ctl tray reader0 close >/dev/null
blanks dvd+r dvd+r
speed 0.02
ask start job='{"work":"copy+verify","quantity":2,"source":"reader"}' >"$tmp/started"
check "it writes" wait_for 120 writes
check "stop at work" ctl stop discmuxd
check "is clean" clean_stop
check "no stream is left, and no claim" wait_for 20 idle
check "the log has both discs" logged 2 'discmuxd or the machine stopped while it was written; DISC IS BAD'
check "and that the run is not over" logged 1 'copy+verify stops with discmuxd: 0 good, 2 bad, 0 unknown; the next start goes on'
check "the driver is unloaded" unloaded
check "start, sooner than the driver" ctl start discmuxd
check "it waits" waits_for_driver
check "it knows what became of them" fates bad
check "they are counted" counter discs-bad 2
check "the run waits, too" wait_for 20 run_waits_for_driver
check "the driver comes" modprobe discmux
check "it is ready" wait_for 20 is StatusText ready
check "the run goes on" wait_for 60 waits
check "with other discs: the trays open" wait_for 60 trays open 0 1
for n in 0 1; do
	discmux-sim ctl tray recorder$n close >/dev/null
done
check "what was begun is taken for no blank" still_waits
blanks dvd+r dvd+r
check "others are" wait_for 120 fates bad writing
check "restart at work" ctl restart discmuxd
check "it knows of these, too" fates bad bad
speed unlimited
blanks dvd+r dvd+r
check "the run comes to its end" wait_for 120 ended
check "with two good discs" fates bad bad good
check "they are what the master is" same "$tmp/master.iso" disc0 disc1
check "each was counted once" counters 5 4 0

# Discs that are written and not compared yet are worth what nobody knows
blanks dvd+r dvd+r
speed 0.02
ask start job='{"work":"copy+verify","source":"reader"}' >"$tmp/started"
check "it verifies" wait_for 300 fates written
check "restart" ctl restart discmuxd
check "both are unknown" fates unknown
check "this run is over" ended interrupted
check "they are counted" counters 5 4 2

# No recorder can be stopped while it erases, which may take longer than a stop
blanks cd-rw cd-rw
ask start job='{"work":"erase","full":true}' >"$tmp/started"
check "it erases" wait_for 120 erases
check "stop" ctl stop discmuxd
check "is clean" clean_stop
check "no claim is left" wait_for 20 idle
check "the log has both discs" logged 2 'the recorder goes on with that by itself'
check "start" ctl start discmuxd
check "this job is over" ended interrupted
speed unlimited

ctl stop discmuxd
check "nothing failed" sh -c "! nsenter --mount=/proc/$holder/ns/mnt \
	--pid=/proc/$holder/ns/pid_for_children -- systemctl --failed --plain --no-legend | grep discmux"
in_systemd systemctl exit 2>/dev/null
wait_for 60 sh -c "! kill -0 $holder"
rm -rf "$tmp"
done_testing
