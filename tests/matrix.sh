# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# For scripts whose checks are rows of a table, too (see tests/strangers-matrix);
# source it after tests/tap.sh.
#
#	matrix FOLDER
#	row MEDIUM METHOD PROGRAM COMPARED command...
#
# The rows go to build/vm/out/FOLDER, a file for each script and kernel.

matrix() {
	mkdir -p "build/vm/out/$1"
	matrix_rows=$PWD/build/vm/out/$1/$(basename "$0" .sh)-$(uname -r | cut -d. -f1-2)
	: >"$matrix_rows"
}

row() {
	matrix_row="$1|$2|$3|$4"
	matrix_name="$1, $2, $3: $4"
	shift 4
	# shellcheck disable=SC2154 # of tap.sh
	matrix_failed=$tap_failed
	check "$matrix_name" "$@"
	if [ "$tap_failed" -eq "$matrix_failed" ]; then
		echo "$matrix_row|yes" >>"$matrix_rows"
	else
		echo "$matrix_row|NO" >>"$matrix_rows"
	fi
}
