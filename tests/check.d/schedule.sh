# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # variables of tests/check and its other files
#
# For tests/check: runs the jobs side by side, the longest first: by the times they took the last
# time on this machine, or else by those in the table "weights".

remembered=${DISCMUX_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/discmux}/check-seconds
# Two for each processor: guests wait for their discs most of the time
slots=${CHECK_JOBS:-$(($(nproc) * 2))}
declare -A job_state=()	# nothing: not begun; else running, passed or failed
declare -A job_of_pid=()

file_of() { # NAME
	echo "$out/${1//\//-}"
}

# in_order: the jobs, the longest first, but the builds that other jobs need before all.
in_order() {
	printf '%s\n' "${names[@]}" | awk '
		FILENAME != "-" { if (!/^#/ && NF == 2) seconds[$1] = $2; next }
		{ time = $1 in seconds ? seconds[$1] : 45
		  if ($1 ~ /^build\/(module-|userspace|sanitized)/) time += 100000
		  print time, $1 }' tests/check.d/weights "$remembered_or_none" - |
		sort -rn -k1,1 | cut -d' ' -f2
}

# ready NAME: what it needs is over; sets $missing to what of that failed.
ready() {
	local need
	missing=''
	for need in ${job_needs[$1]}; do
		case ${job_state[$need]-} in
		passed) ;;
		failed) missing=$need ;;
		*) return 1 ;;
		esac
	done
}

start_job() { # NAME
	local command=${job_command[$1]}
	if [ -n "$missing" ] && [ "$1" != requirements ]; then
		command=$(printf '%q ' tests/tap-one "$1 needs $missing" false)
	fi
	job_state[$1]=running
	# The & inside: what is killed when we are is the job itself. The lock is ours alone
	eval "tests/tap-run \"\$1\" \"\$out\" \"\${job_limit[\$1]}\" $command ${lock:+$lock>&-} &"
	job_of_pid[$!]=$1
}

# await_jobs: until one is over, or more.
await_jobs() {
	local pid name failed
	wait -n
	for pid in "${!job_of_pid[@]}"; do
		kill -0 "$pid" 2>/dev/null && continue
		name=${job_of_pid[$pid]}
		unset "job_of_pid[$pid]"
		job_state[$name]=failed
		if read -r _ failed _ 2>/dev/null <"$(file_of "$name").count" && [ "$failed" -eq 0 ]; then
			job_state[$name]=passed
		fi
	done
}

end_jobs() {
	trap - INT TERM
	kill "${!job_of_pid[@]}" 2>/dev/null
	wait
	exit 1
}

run_jobs() {
	local order name missing remembered_or_none=/dev/null
	[ ! -f "$remembered" ] || remembered_or_none=$remembered
	mapfile -t order < <(in_order)
	trap end_jobs INT TERM
	while :; do
		for name in "${order[@]}"; do
			[ ${#job_of_pid[@]} -lt "$slots" ] || break
			[ -z "${job_state[$name]-}" ] && ready "$name" && start_job "$name"
		done
		[ ${#job_of_pid[@]} -gt 0 ] || break
		await_jobs
	done
	trap - INT TERM
}

# remember_times: of the jobs that passed, for the next run.
remember_times() {
	local name wall file=$remembered.$$
	mkdir -p "${remembered%/*}"
	{
		[ ! -f "$remembered" ] || cat "$remembered"
		for name in "${names[@]}"; do
			[ "${job_state[$name]-}" != passed ] || {
				read -r wall _ <"$(file_of "$name").seconds"
				echo "$name $wall"
			}
		done
	} 2>/dev/null | awk 'NF == 2 { seconds[$1] = $2 } END { for (n in seconds) print n, seconds[n] }' |
		sort >"$file" && mv "$file" "$remembered"
}
