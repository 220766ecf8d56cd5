# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# For the style checks; source it at the top of the tree.

# files PATHS...: the project's own files there, whether committed or not yet
files() {
	if [ -e .git ]; then
		git -c safe.directory='*' ls-files -co --exclude-standard -- "$@"
	else
		find "$@" -type f -not -path './build/*' | sed 's#^\./##'
	fi | while read -r f; do
		[ ! -f "$f" ] || echo "$f"
	done
}

kernel_files() { files kmod uapi | grep '\.[ch]$'; }

scripts() {
	local f
	files . | while read -r f; do
		case $f in
		*.sh) echo "$f" ;;
		*.[ch] | *.json) ;;
		*) ! head -n 1 "$f" | grep -aqE '^#!.*[/ ](ba|da)?sh( |$)' || echo "$f" ;;
		esac
	done
}
