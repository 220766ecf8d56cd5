# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154,SC2034 # variables of tests/check and its other files
#
# For tests/check: which jobs there are, what each one runs and what has to be built before.

# Kernels for the driver's own tests (debug is 6.1), and for the end-to-end tests. Those that the
# driver does not build for yet are in tests/not-yet.
KSELFTEST_KERNELS="debug 6.12 newest"
E2E_KERNELS="6.1 6.12"

names=()
declare -A job_limit=() job_needs=() job_command=()

# job NAME SECONDS NEEDS COMMAND...: NEEDS are jobs that must be over before
job() {
	names+=("$1")
	job_limit[$1]=$2
	job_needs[$1]=$3
	printf -v "job_command[$1]" '%q ' "${@:4}"
}

in_vm() { # NAME SECONDS KERNEL VM-ARGUMENTS...
	job "$1" "$2" "build/userspace build/module-$3" tests/not-yet "$3" tests/vm/run --kernel "$3" \
		"${@:4}"
}

# A kernel that is not there yet is fetched or built, too, and that takes a while
job_module() { # KERNEL
	job "build/module-$1" 3600 '' tests/not-yet "$1" tests/tap-one "make modules KVER=$1" \
		make modules KVER="$1"
}

job_userspace() { # TARGET...
	job build/userspace 900 '' tests/tap-one "make $*" make -k "$@"
}

# shellcheck disable=SC2120 # see choose.sh
job_sanitized() { # MAKE-ARGUMENT...
	job build/sanitized 1200 '' tests/tap-one "make unit SAN=1" make -k unit SAN=1 "$@"
}

# add_needed: what the jobs so far need to be built.
# shellcheck disable=SC2119 # all of it
add_needed() {
	local name need
	for name in "${names[@]}"; do
		for need in ${job_needs[$name]}; do
			[ -z "${job_command[$need]-}" ] || continue
			case $need in
			build/module-*) job_module "${need#build/module-}" ;;
			build/sanitized) job_sanitized ;;
			build/userspace) job_userspace userspace tests ;;
			esac
		done
	done
}

# groups: the groups of packages (packaging/deps) that the jobs want.
groups() {
	case " ${names[*]} " in *" build/module-"*) echo module ;; esac
	case " ${names[*]} " in *" style/"* | *" unit/"* | *" install "* | *" machine/"*) echo check ;; esac
	case " ${names[*]} " in *" fuzz "* | *" soak/fuzz "*) echo fuzz ;; esac
	case " ${names[*]} " in *" e2e/"* | *" kselftest/"* | *" vm/"* | *" soak/"*) echo vm ;; esac
	case " ${names[*]} " in *" build/module-debug "*) echo debug ;; esac
	case " ${names[*]} " in *" roots "*) echo roots ;; esac
}

jobs_build() {
	local kver
	job_userspace userspace tests
	for kver in $(tr ' ' '\n' <<<"$KSELFTEST_KERNELS $E2E_KERNELS" | sort -u); do
		job_module "$kver"
	done
	job build/twice 300 "build/userspace build/module-6.1 build/module-6.12" tests/build/twice
	job build/tap 120 '' tests/build/tap
	job build/mirrors 120 '' tests/build/mirrors
	job build/runner 300 '' tests/build/runner
}

# With sanitizers only: what fails without them fails with them.
jobs_unit() {
	local source test tests=''
	for source in tests/unit/test_*.c; do
		test=${source#tests/unit/} test=${test%.c}
		tests+=" unit/$test"
		job "unit/$test" 600 build/sanitized env CMOCKA_MESSAGE_OUTPUT=TAP \
			"build/san/tests/unit/$test"
	done
	job fuzz 1800 '' tests/tap-one "no input breaks a decoder" make fuzz RUNS=20000
	job requirements 120 "$tests" tests/requirements/report "$out"
}

jobs_install() {
	job install 600 build/userspace tests/install/run
}

jobs_style() {
	local check
	for check in tests/style/*; do
		[ -x "$check" ] || continue
		case ${check##*/} in
		sparse) job style/sparse 1200 build/module-6.1 "$check" ;;
		*) job "style/${check##*/}" 1200 '' "$check" ;;
		esac
	done
}

jobs_machine() {
	job machine/in-root 3600 build/userspace tests/install/machine
	job machine/booted 7200 build/userspace tests/install/machine --boot
}

jobs_roots() {
	job roots 7200 '' tests/roots/run
}

jobs_vm() {
	local kver
	for kver in $KSELFTEST_KERNELS; do
		in_vm "kselftest/$kver" 2400 "$kver" --timeout 1200 -- tests/kselftest/run-in-guest
	done
	job vm/newest 900 build/userspace tests/tap-one "the newest kernel boots" \
		tests/vm/run --kernel newest --no-module --no-build -- true
	job vm/selftest 1800 build/userspace tests/vm/selftest
}

# Each script says with a line "# vm: ARGUMENTS" what machine it needs. Where the kernel makes no
# difference that the driver's tests or another script would not show, one is enough: "# kernel: 6.1"
declare -A script_vm=() script_kernel=()
read_scripts() {
	local script rest
	while IFS=: read -r script _ rest; do
		case $script in *.sh) script_vm[$script]=$rest ;; esac
	done < <(grep '^# vm:' tests/e2e/*.sh)
	while IFS=: read -r script _ rest; do
		script_kernel[$script]=${rest# }
	done < <(grep '^# kernel:' tests/e2e/*.sh /dev/null)
}

job_e2e() { # KERNEL SCRIPT
	local name=${2##*/}
	# shellcheck disable=SC2086 # a list of arguments
	in_vm "e2e/$1/${name%.sh}" 1500 "$1" --timeout 1200 ${script_vm[$2]-} -- "$2"
}

jobs_e2e() {
	local kver script
	rm -rf build/vm/out/strangers build/vm/out/discs
	read_scripts
	for kver in $E2E_KERNELS; do
		for script in tests/e2e/*.sh; do
			[ "${script_kernel[$script]:-$kver}" != "$kver" ] || job_e2e "$kver" "$script"
		done
	done
}
