# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # variables of tests/check and its other files
#
# For tests/check --test: the jobs of some names, and no more built than these want.

# every_test: jobs of all tests one by one: kselftest/PROGRAM, e2e/SCRIPT on KERNEL or where each
# runs anyway.
every_test() {
	local script program kver
	for program in $(tests/kselftest/run-in-guest --list); do
		in_vm "kselftest/$program" 1500 "${KERNEL:-6.12}" --timeout 1200 \
			-- tests/kselftest/run-in-guest "$program"
	done
	jobs_build
	jobs_style
	jobs_unit
	jobs_install
	jobs_machine
	jobs_roots
	jobs_vm
	read_scripts
	for script in tests/e2e/*.sh; do
		for kver in ${KERNEL:-${script_kernel[$script]:-$E2E_KERNELS}}; do
			job_e2e "$kver" "$script"
		done
	done
}

# known_as NAME: what it may be called: e2e/mtx is e2e/6.1/mtx or e2e/6.12/mtx, the first one.
known_as() {
	case $1 in
	e2e/*/*) echo "e2e/${1##*/}" ;;
	*) echo "$1" ;;
	esac
}

# near WORD: names that are like it, at most three.
near() {
	printf '%s\n' "${names[@]}" | sed 's#^e2e/[^/]*/#e2e/#' | sort -u | awk -v word="$1" '
		function least(a, b) { return a < b ? a : b }
		function distance(a, b,   i, j, d, new) {
			for (i = 0; i <= length(a); i++) d[i, 0] = i
			for (j = 0; j <= length(b); j++) d[0, j] = j
			for (i = 1; i <= length(a); i++)
				for (j = 1; j <= length(b); j++) {
					new = substr(a, i, 1) != substr(b, j, 1)
					d[i, j] = least(d[i - 1, j - 1] + new, least(d[i - 1, j], d[i, j - 1]) + 1)
				}
			return d[length(a), length(b)]
		}
		{ last = $0; sub(/.*\//, "", last)
		  d = distance(word, $0); e = word ~ /\// ? d : distance(word, last)
		  print (index($0, word) ? 0 : d < e ? d : e), $0 }' |
		sort -n -k1,1 | head -n 3 | cut -d' ' -f2 | paste -sd' ' | sed 's/ /, /g'
}

# chosen_jobs PATTERNS: leaves only these jobs.
chosen_jobs() {
	local pattern name chosen=() found word
	local -A seen
	case "${KERNEL:-6.1}" in 6.1 | 6.12 | newest | debug) ;; *)
		echo "tests/check: no kernel '$KERNEL': KERNEL= is 6.1, 6.12, newest or debug" >&2
		return 2 ;;
	esac
	every_test
	set -f	# patterns are for names
	for pattern in $1; do
		found=0
		for name in "${names[@]}"; do
			word=$(known_as "$name")
			# shellcheck disable=SC2053 # a pattern
			[[ $name = $pattern || $word = $pattern ]] || continue
			found=1
			[ -z "${seen[$name]-}${seen[$word]-}" ] || continue
			seen[$name]=1 seen[$word]=1
			chosen+=("$name")
		done
		if [ "$found" = 0 ]; then
			echo "tests/check: no test '$pattern': perhaps $(near "$pattern")" >&2
			set +f
			return 2
		fi
	done
	set +f
	names=("${chosen[@]}")
	needed_only
}

# needed_only: forgets the other jobs, and has as much built as the chosen ones want.
needed_only() {
	local name targets=userspace units=() needs=''
	for name in "${names[@]}"; do
		needs+=" ${job_needs[$name]}"
		case $name in
		unit/*) units+=("build/san/tests/${name}") ;;
		kselftest/*) targets="userspace kselftest" ;;
		build/twice) targets="userspace tests" ;;
		esac
	done
	case " ${names[*]} " in *" requirements "*) units=() ;; esac
	for name in "${!job_command[@]}"; do
		case " ${names[*]} " in *" $name "*) ;; *) unset "job_command[$name]" ;; esac
	done
	case $needs in *build/userspace*)
		[ -n "${job_command[build/userspace]-}" ] || {
			# shellcheck disable=SC2086 # a list of targets
			job_userspace $targets
		} ;;
	esac
	[ ${#units[@]} -eq 0 ] || job_sanitized UNIT="${units[*]}"
}
