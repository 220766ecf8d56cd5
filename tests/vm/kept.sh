# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154,SC2034 # variables of tests/vm/run
#
# For tests/vm/run. Half of what a short test costs in an emulated guest is its boot, and all guests
# of a kernel boot alike: what one run adds comes to its guest afterwards. So a machine is kept, as
# its memory is when it has booted, and each run goes on from there.

# kept_machine: prints the file of such a machine, made when there is none. Fails where there is to
# be none, or it cannot be made.
kept_machine()
{
	local file
	# With KVM it boots in a moment
	[ "$accel" = tcg ] && [ "$tty$icount" = 00 ] && [ ${#qemu_args[@]} -eq 0 ] &&
		[ "${DISCMUX_KEEP:-1}" = 1 ] || return
	file=$cache/guest/machine-$(kept_key)
	if [ ! -e "$file" ]; then
		(
			flock 9
			[ -e "$file" ] || keep_machine "$file" >&2
		) 9>"$file.lock" || return
	fi
	touch -c "$file"	# in use: not pruned
	echo "$file"
}

# kept_key: changes with all that has a part in what is in a machine's memory and devices.
kept_key()
{
	{
		qemu-system-x86_64 --version
		stat -L -c '%n %s %Y' "$image" "$(command -v qemu-system-x86_64)"
		cat "$tmp/initrd.parts" "$here/guest-init"
		echo "$kernel $mem $kmemleak"
		declare -f machine accel_args share serial
	} | sha256sum | cut -c1-16
}

# keep_machine FILE: boots one and keeps it in FILE. In a subshell: what is set here is of that
# machine.
keep_machine()
{
	local file=$1
	find "${file%/*}" -maxdepth 1 -name 'machine-*' -mtime +7 -delete
	mkdir "$tmp/keep"
	ln "$tmp/initrd" "$tmp/keep/initrd"
	tmp=$tmp/keep stdin=0
	log=$(mktemp "$tree/build/vm/log/$(date +%Y%m%d-%H%M%S)-$kernel-boot-XXXX.log")
	chmod 644 "$log"
	mkdir "$tmp/late"
	mkfifo "$tmp"/{go,stdout,stderr,monitor}.{in,out}
	: >"$tmp/ctl"
	exec 7<>"$tmp/monitor.in" 6<>"$tmp/monitor.out"
	machine
	timeout --foreground -k 10 600 "${qemu[@]}" -chardev "pipe,id=monitor,path=$tmp/monitor" \
		-mon chardev=monitor </dev/null >/dev/null 2>&1 6>&- 7>&- 9>&- &
	qemu_pid=$!
	trap 'kill "$qemu_pid" 2>/dev/null || :; rm -f "$file.tmp"' EXIT
	until grep -q '^booted' "$tmp/ctl"; do
		kill -0 "$qemu_pid" 2>/dev/null || return
		sleep 0.2
	done
	printf '%s\n' "migrate_set_parameter max-bandwidth 100G" "migrate \"exec:cat >'$file.tmp'\"" \
		"info migrate" quit >&7
	wait "$qemu_pid" || return
	# What the monitor said waits in its pipe, which has room for it
	report && timeout 10 grep -q -m 1 'status: completed' <&6 && mv "$file.tmp" "$file"
}
