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

# keep_machine FILE: boots one and keeps it in FILE.
keep_machine()
{
	local file=$1 pid
	find "${file%/*}" -maxdepth 1 -name 'machine-*' -mtime +7 -delete
	# shellcheck disable=SC2030 # another machine's files
	tmp=$tmp/keep
	mkdir -p "$tmp/late"
	ln "$tmp/../initrd" "$tmp/initrd"
	mkfifo "$tmp"/{go,stdout,stderr,monitor}.{in,out}
	: >"$tmp/ctl"
	exec 7<>"$tmp/monitor.in"
	cat "$tmp/monitor.out" >"$tmp/said" &
	log=${log%.log}-boot.log stdin=0
	machine
	timeout --foreground -k 10 600 "${qemu[@]}" -chardev "pipe,id=monitor,path=$tmp/monitor" \
		-mon chardev=monitor </dev/null >/dev/null 2>&1 &
	pid=$!
	until grep -q '^booted' "$tmp/ctl"; do
		kill -0 "$pid" 2>/dev/null || return
		sleep 0.2
	done
	printf '%s\n' "migrate_set_parameter max-bandwidth 100G" \
		"migrate \"exec:cat >'$file.tmp'\"" "info migrate" quit >&7
	wait "$pid"
	report && grep -q 'status: completed' "$tmp/said" && mv "$file.tmp" "$file"
}
