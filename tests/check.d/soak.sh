# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# For tests/check --soak: tests that have no end of their own, with far bigger numbers than usual.
# They are the same tests as always: numbers and seeds reach them by their environment. Results go
# to a folder with the date, in build/soak. What is random follows from SOAK_SEED, which is printed:
# the same seed makes the same test.

SOAKS="fuzz	every decoder, fed with noise
ioctls	ioctls at random from many threads, on recorders and on a library (debug kernel)
unplug	devices taken away at random moments (debug kernel)
module	loaded and unloaded with devices there (debug kernel)
habits	each habit of virtual hardware with each task, and pairs of habits
discs	commands at random to a virtual drive, on every medium
daemon_kill	discmuxd killed at random moments
library_recover	a library's moves killed at random moments
images	storing of images killed at random moments
strangers	all rows of the table of others' programs"

# soak_vm NAME KERNEL VM-ARGUMENTS...: a day at most
soak_vm() {
	in_vm "soak/$1" 90000 "$2" --timeout 86400 "${@:3}"
}

soak_script() { # NAME VARIABLE=VALUE...
	# shellcheck disable=SC2086 # a list of arguments
	soak_vm "$1" 6.1 ${script_vm[tests/e2e/$1.sh]-} -- env "${@:2}" "tests/e2e/$1.sh"
}

soak_job() { # NAME
	local more=${SOAK_TIMES:-1} in_guest=tests/kselftest/run-in-guest script
	local long=(env TEST_SECONDS=80000)
	case $1 in
	fuzz)
		job soak/fuzz 90000 '' tests/tap-one "no input breaks a decoder" \
			make fuzz RUNS=$((10000000 * more)) SEED="$seed"
		;;
	ioctls)
		soak_vm ioctls debug --no-kmemleak -- "${long[@]}" FUZZ_CALLS=$((200000 * more)) \
			FUZZ_SEED="$seed" $in_guest fuzz fuzz.library
		;;
	unplug)
		soak_vm unplug debug -- "${long[@]}" UNPLUG_ROUNDS=$((200 * more)) UNPLUG_SEED="$seed" \
			$in_guest unplug drives library
		;;
	module) soak_vm module debug -- "${long[@]}" MODULE_ROUNDS=$((100 * more)) $in_guest module ;;
	habits)
		soak_script habit_matrix HABIT_TASKS=all HABIT_PAIRS=$((100 * more)) \
			HABIT_SEED="$seed"
		;;
	discs)
		job soak/discs 90000 build/sanitized env CMOCKA_MESSAGE_OUTPUT=TAP \
			RANDOM_DISCS=$((3600 * more)) RANDOM_SEED="$seed" \
			build/san/tests/unit/test_sim_drive_random
		;;
	daemon_kill) soak_script "$1" KILLS=$((200 * more)) SEED="$seed" ;;
	library_recover) soak_script "$1" DISCMUX_KILLS=$((200 * more)) ;;
	images) soak_script "$1" IMAGES_KILLS=$((500 * more)) ;;
	strangers)
		for script in tests/e2e/strangers_*.sh; do
			script=${script##*/}
			soak_script "${script%.sh}" STRANGERS=all
		done
		;;
	esac
}

# soak_jobs NAMES: "all", "list" (which only prints them), or some of them.
soak_jobs() {
	local name known seed=${SOAK_SEED:-$(date +%s)}
	known=" $(cut -f1 <<<"$SOAKS" | paste -sd' ') "
	case " $1 " in
	*" list "*)
		awk -F '\t' '{ printf "%-16s %s\n", $1, $2 }' <<<"$SOAKS"
		exit
		;;
	*" all "*) set -- "$known" ;;
	esac
	read_scripts
	for name in $1; do
		case $known in *" $name "*) ;; *)
			echo "tests/check: no '$name' among the long tests: give some of$known" >&2
			return 2 ;;
		esac
		soak_job "$name"
	done
	out=build/soak/$(date +%Y%m%d-%H%M%S)
	echo "seed $seed: make soak SOAK=\"$(xargs <<<"$1")\" SOAK_SEED=$seed does the same again"
	mkdir -p "$out"
	echo "$seed" >"$out/seed"
}
