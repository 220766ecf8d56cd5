# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # variables of tests/check and its other files
#
# For tests/check: what came of the jobs: what failed, the slowest, junit.xml, the sum.

# What became of discs with devices of one habit each: a line for a habit, or a pair, and a column
# for a task.
habit_table() { # ROWS
	echo "# Habits of devices, and what became of the disc"
	echo
	echo "What tests/e2e/habit_matrix.sh saw: discmux with the devices of discmux-sim that have the habit."
	echo
	awk -F '|' '
		BEGIN { n = split("copy verify append erase read extract load unload inventory", task, " ") }
		!($1 in seen) { seen[$1] = ++rows; name[rows] = $1 }
		{ cell[$1, $2] = $3 }
		END {
			line = "| Habit |"; rule = "|---|"
			for (i = 1; i <= n; i++) { line = line " " task[i] " |"; rule = rule "---|" }
			print line "\n" rule
			for (r = 1; r <= rows; r++) {
				line = "| " name[r] " |"
				for (i = 1; i <= n; i++)
					line = line " " (cell[name[r], task[i]] == "" ? "-" : cell[name[r], task[i]]) " |"
				print line
			}
		}' "$1"
}

# habits: as a table, if its script ran
habits() {
	case " ${names[*]} " in *"/habit_matrix "*) ;; *) return ;; esac
	[ ! -f build/vm/out/habits ] || habit_table build/vm/out/habits >build/habits.md
}

# What programs of others made of the virtual recorders, as a table
matrix() {
	[ -d build/vm/out/strangers ] || return
	tests/strangers-matrix build/vm/out/strangers >build/strangers-matrix.md
	cat build/strangers-matrix.md
	[ -d build/vm/out/discs ] || return
	tests/strangers-matrix build/vm/out/discs "Discs of discmux and programs of others" \
		"What discmux wrote or read, how, and who compared what." >build/discmux-matrix.md
	cat build/discmux-matrix.md
}

# failures NAME N: which tests failed, with the place of each one's first
# complaint, or where it waited: a CI that keeps only the end of our output must
# be enough.
failures() {
	echo "failed: $1 ($2):$(awk -F '\t' '
		/^C\t# [^ ]+\.[ch]:[0-9]+:/ && place == "" { split($2, at, /[ :]/); place = at[2] ":" at[3] }
		/^C\t# waits in / && place == "" { place = substr($2, 3) }
		/^T/ {
			if ($2 == "FAIL")
				printf " %s%s;", $4, place == "" ? "" : " (" place ")"
			place = ""
		}' "$(file_of "$1").tests" | cut -c1-700)"
}

# seconds_of_parts: passed, failed, skipped, seconds of all jobs of a part, and of their processors
seconds_of_parts() {
	local name wall cpu p f s
	for name in "${names[@]}"; do
		read -r wall cpu 2>/dev/null <"$(file_of "$name").seconds" || continue
		read -r p f s 2>/dev/null <"$(file_of "$name").count" || continue
		echo "${name%%/*} $p $f $s $wall $cpu"
	done | awk '
		{ for (i = 2; i <= 6; i++) { sum[$1, i] += $i; all[i] += $i }
		  if (!($1 in jobs)) part[++n] = $1
		  jobs[$1]++; total++ }
		function row(name, jobs, a, b, c, d, e) {
			printf "%-14s %5d %7d %7d %8d %9.1f %9.1f\n", name, jobs, a, b, c, d, e }
		END { printf "%-14s %5s %7s %7s %8s %9s %9s\n", "part", "jobs", "passed", "failed", "skipped",
				"seconds", "CPU"
			for (i = 1; i <= n; i++) { p = part[i]
				row(p, jobs[p], sum[p, 2], sum[p, 3], sum[p, 4], sum[p, 5], sum[p, 6]) }
			row("all", total, all[2], all[3], all[4], all[5], all[6]) }'
}

slowest() { # N
	local name wall cpu
	for name in "${names[@]}"; do
		read -r wall cpu 2>/dev/null <"$(file_of "$name").seconds" || continue
		echo "$wall $cpu $name"
	done | sort -rn | head -n "$1" |
		awk 'BEGIN { print "the slowest: seconds, of processors, job" } { printf "%9.1f %9.1f  %s\n", $1, $2, $3 }'
}

report() {
	local passed=0 failed=0 skipped=0 name p f s
	tests/check.d/junit "$out" "${names[@]}" >"$out/junit.xml"
	echo
	seconds_of_parts
	slowest 20
	echo "$((SECONDS / 60)) min $((SECONDS % 60)) s in all, $slots jobs at a time"
	for name in "${names[@]}"; do
		if ! read -r p f s 2>/dev/null <"$(file_of "$name").count"; then
			p=0 f=1 s=0
			echo "FAIL $name: crashed, see $(file_of "$name").log"
		fi
		[ "$f" -eq 0 ] || failures "$name" "$f"
		passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	done
	[ $((passed + failed)) -gt 0 ] || echo "nothing ran"
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
