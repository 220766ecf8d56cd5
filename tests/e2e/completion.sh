#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim tower:2 --with gojq,zsh
# kernel: 6.1
#
# What bash and zsh offer at the tab key.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"

tmp=$(mktemp -d)
here=$(cd "${0%/*}/.." && pwd)
discmux-sim ctl blank dvd+r someblank >/dev/null
for shell in bash zsh; do
	for program in discmux discmux-sim; do
		$program completion $shell >"$tmp/$program.$shell"
	done
done
dd if=/dev/urandom of="$tmp/m.iso" bs=2048 count=20 2>/dev/null
discmux images add HDD1 --from "$tmp/m.iso" >/dev/null
discmux images add song --from "$tmp/m.iso" >/dev/null
mkdir -p "$tmp/here/folder"
touch "$tmp/here/fox.iso" "$tmp/here/my.cue"
cd "$tmp/here" || exit

# A guest on a busy machine may need longer than the limit of a completion
export DISCMUX_COMPLETION_S=60

# offers SHELL PROGRAM <LINES: "LINE| WORDS", the words sorted
offers() {
	"$here/completion-$1" "$tmp/$2.$1" "$2" | awk '{
		line = $0
		sub(/\|.*/, "", line)
		sub(/^[^|]*\|/, "")
		for (i = 2; i <= NF; i++)
			for (j = i; j > 1 && $(j - 1) "" > $j ""; j--) {
				t = $j; $j = $(j - 1); $(j - 1) = t
			}
		words = ""
		for (i = 1; i <= NF; i++)
			words = words " " $i
		print line "|" words
	}'
}

# is FILE LINE WORDS: what was offered for the line
is() {
	grep -F "$2|" "$1"
	grep -qxF "$2|${3:+ }$3" "$1"
}

# has FILE LINE <WORDS: all of these
has() {
	got=" $(sed -n "s/^$2|//p" "$1") "
	n=0 missing=
	while read -r word; do
		n=$((n + 1))
		case $got in *" $word "*) ;; *) missing="$missing $word" ;; esac
	done
	echo "$2: $n words, missing:$missing"
	[ "$n" -gt 0 ] && [ -z "$missing" ]
}

cat >"$tmp/table" <<'END'
discmux sta| status
discmux cop| copy
discmux unlo| unload unlock
discmux -m 1 cop| copy
discmux --mux 1 cop| copy
discmux --ver| --version
discmux frob| 
discmux copy --qu| --quantity --quiet
discmux copy --method | auto dao incremental overwrite sao tao
discmux copy --method d| dao
discmux copy --quantity | 
discmux copy --verify --qui| --quiet
discmux copy --method dao --qui| --quiet
discmux copy --to | 0 1 all sr1 sr2
discmux erase --in s| sr1 sr2
discmux images | add check export list remove
discmux images ex| export
discmux images check | HDD1 song
discmux images remove s| song
discmux drives | reader:0 recorder:0 recorder:1 sr0 sr1 sr2
discmux media sr| sr0 sr1 sr2
discmux auto | off on show
discmux auto on --again | ask run skip
discmux auto on --reader | 0 sr0
discmux sense --table l| library
discmux mail-slot | export import open
discmux load 5 sr| sr0 sr1 sr2
discmux help cop| copy
discmux daemon sta| start status
discmux extract --from sr| sr0 sr1 sr2
discmux extract --tracks | all
discmux-sim st| start status stop
discmux-sim start --pro| --profile
discmux-sim start --profile tow| tower:4
discmux-sim ctl bl| blank
discmux-sim ctl eject recorder| recorder0 recorder1
discmux-sim ctl insert recorder0 someb| someblank
discmux-sim ctl blank dvd+r x --bl| --blocks
END
grep '^discmux ' "$tmp/table" >"$tmp/lines.discmux"
grep '^discmux-sim ' "$tmp/table" >"$tmp/lines.discmux-sim"
for shell in bash zsh; do
	for program in discmux discmux-sim; do
		offers $shell $program <"$tmp/lines.$program"
	done | sed 's/ FILES\>//' >"$tmp/offered.$shell"
	while IFS='|' read -r line words; do
		check "$shell: $line" is "$tmp/offered.$shell" "$line" "${words# }"
	done <"$tmp/table"
done

# What the shells do each in their own way
cat >"$tmp/own" <<'END'
discmux copy --from |
discmux copy --log fo|
discmux images list --store fo|
discmux copy --method=d|
discmux copy --to 0,|
discmux drives recorder:|
discmux copy --from reader:|
END
offers bash discmux <"$tmp/own" >"$tmp/bash"
offers zsh discmux <"$tmp/own" >"$tmp/zsh"
check "bash: a drive, a master or a file" is "$tmp/bash" "discmux copy --from " \
	"HDD1 folder fox.iso my.cue reader:0 recorder:0 recorder:1 song sr0 sr1 sr2"
check "bash: a file" is "$tmp/bash" "discmux copy --log fo" "folder fox.iso"
check "bash: a folder" is "$tmp/bash" "discmux images list --store fo" "folder"
check "bash: one more recorder" is "$tmp/bash" "discmux copy --to 0," "0,0 0,1 0,sr1 0,sr2"
check "bash: --option=value" is "$tmp/bash" "discmux copy --method=d" "dao"
# The word in front of the colon is on the command line already
check "bash: behind a colon" is "$tmp/bash" "discmux drives recorder:" "0 1"
check "bash: as a source" is "$tmp/bash" "discmux copy --from reader:" "0"
check "zsh: a drive, a master or a file" is "$tmp/zsh" "discmux copy --from " \
	"FILES HDD1 reader:0 recorder:0 recorder:1 song sr0 sr1 sr2"
check "zsh: a file" is "$tmp/zsh" "discmux copy --log fo" "FILES"
check "zsh: a folder" is "$tmp/zsh" "discmux images list --store fo" "FOLDERS"
# Nor is what is in front of the comma offered again
check "zsh: one more recorder" is "$tmp/zsh" "discmux copy --to 0," "0 1 sr1 sr2"
check "zsh: --option=value" is "$tmp/zsh" "discmux copy --method=d" "dao"

# Everything that the help names
discmux help | sed -n 's/^  \([a-z][a-z-]*\)  *[^ ].*/\1/p' >"$tmp/commands"
check "the help has commands" [ "$(wc -l <"$tmp/commands")" -gt 30 ]
{
	sed 's/.*/discmux & --|/' "$tmp/commands"
	echo "discmux |"
} >"$tmp/own"
for shell in bash zsh; do
	offers $shell discmux <"$tmp/own" >"$tmp/$shell"
	check "$shell: every command" has "$tmp/$shell" "discmux " <"$tmp/commands"
	# "discmux help help" is the help of all, whose options are not those of "help"
	grep -vx help "$tmp/commands" >"$tmp/with-options"
	while read -r command; do
		discmux help "$command" | sed -n '/--/p' | tr -c 'a-z0-9-' '\n' |
			grep '^--[a-z]' >"$tmp/options" || continue
		check "$shell: every option of $command" \
			has "$tmp/$shell" "discmux $command --" <"$tmp/options"
	done <"$tmp/with-options"
done
discmux-sim --help | sed -n '/^start:/,/^ctl:/s/^  \(--[a-z-]*\).*/\1/p' >"$tmp/options"
discmux-sim --help | sed -n '/^ctl:/,$s/^  \([a-z]*\) .*/\1/p' | grep . >"$tmp/words"
printf '%s|\n' "discmux-sim start --" "discmux-sim ctl " | offers bash discmux-sim >"$tmp/bash"
check "discmux-sim: every option of start" has "$tmp/bash" "discmux-sim start --" <"$tmp/options"
check "discmux-sim: every word of ctl" has "$tmp/bash" "discmux-sim ctl " <"$tmp/words"

# Each request that is offered is one
discmuxd --dir "$tmp/lib" --socket "$tmp/socket" 2>"$tmp/log" &
daemon=$!
export DISCMUXD_SOCKET="$tmp/socket"
n=0
until discmux daemon status >/dev/null 2>&1 || [ $((n += 1)) -gt 100 ]; do
	sleep 0.1
done
# knows REQUEST
knows() {
	discmux daemon "$1" job=-1 >"$tmp/answer" 2>&1
	! grep 'there is no request' "$tmp/answer"
}
for request in $(echo "discmux daemon |" | offers bash discmux | sed 's/.*|//'); do
	check "a request: $request" knows "$request"
done
kill "$daemon"
wait "$daemon"

# Without a driver, and without discmux-sim, completion offers nothing and does not hang
discmux-sim stop >/dev/null
udevadm settle
echo "discmux-sim ctl eject recorder|" | offers bash discmux-sim >"$tmp/bash"
check "without virtual drives" is "$tmp/bash" "discmux-sim ctl eject recorder" ""
rmmod discmux
echo "discmux drives |" | offers bash discmux >"$tmp/bash"
check "without a driver" is "$tmp/bash" "discmux drives " ""
check "not a word on standard error" sh -c "[ -z \"\$(discmux completion drives 2>&1)\" ]"

rm -rf "$tmp"
done_testing
