#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim tower:2 --with jq,zsh
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
mkdir "$tmp/folder"
touch "$tmp/fox.iso"
cd "$tmp" || exit

# offers SHELL LINE: the words, sorted, on one line
offers() {
	case ${2%% *} in
	discmux-sim) program=discmux-sim ;;
	*) program=discmux ;;
	esac
	printf '%s|\n' "$2" | "$here/completion-$1" "$tmp/$program.$1" $program |
		sed 's/^[^|]*|//' | tr -s ' ' '\n' | grep . | LC_ALL=C sort | tr '\n' ' ' |
		sed 's/ $//'
}

# is SHELL LINE WORDS
is() {
	got=$(offers "$1" "$2")
	echo "offered: $got"
	echo "wanted:  $3"
	[ "$got" = "$3" ]
}

# has SHELL LINE WORD
has() {
	got=" $(offers "$1" "$2") "
	case $got in *" $3 "*) return 0 ;; esac
	echo "$2: $3 is not in$got"
	return 1
}

while IFS='|' read -r line words; do
	words=${words# }
	for shell in bash zsh; do
		check "$shell: $line" is $shell "$line" "$words"
	done
done <<END
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
discmux copy --to 0,| 0, 0,0 0,1 0,sr1 0,sr2
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

check "bash: a file or a master" is bash "discmux copy --from " \
	"HDD1 discmux-sim.bash discmux-sim.zsh discmux.bash discmux.zsh folder fox.iso m.iso reader:0 recorder:0 recorder:1 song sr0 sr1 sr2"
check "bash: a file" is bash "discmux copy --log fo" "folder fox.iso"
check "bash: a folder" is bash "discmux images list --store fo" "folder"
check "bash: --option=value" is bash "discmux copy --method=d" "dao"
# What is in front of the colon stands on the command line already
check "bash: behind a colon" is bash "discmux drives recorder:" "0 1"
check "bash: as a source" is bash "discmux copy --from reader:" "0"
check "zsh: a file or a master" has zsh "discmux copy --from " FILES
check "zsh: a master" has zsh "discmux copy --from " song
check "zsh: a folder" is zsh "discmux images list --store " FOLDERS

# Everything that the help names
for shell in bash zsh; do
	discmux help | sed -n 's/^  \([a-z][a-z-]*\)  *[^ ].*/\1/p' >"$tmp/commands"
	check "$shell: the help has commands" [ "$(wc -l <"$tmp/commands")" -gt 30 ]
	while read -r command; do
		check "$shell: $command" has $shell "discmux " "$command"
		discmux help "$command" | grep -o -e '--[a-z][a-z0-9-]*' | sort -u >"$tmp/options"
		while read -r option; do
			check "$shell: $command $option" has $shell "discmux $command --" "$option"
		done <"$tmp/options"
	done <"$tmp/commands"
done
discmux-sim --help | sed -n '/^start:/,/^ctl:/s/^  \(--[a-z-]*\).*/\1/p' >"$tmp/options"
check "discmux-sim: the help has options" [ "$(wc -l <"$tmp/options")" -gt 8 ]
while read -r option; do
	check "discmux-sim start $option" has bash "discmux-sim start --" "$option"
done <"$tmp/options"
discmux-sim --help | sed -n '/^ctl:/,$s/^  \([a-z]*\) .*/\1/p' | grep . | sort -u >"$tmp/words"
check "discmux-sim: the help has words" [ "$(wc -l <"$tmp/words")" -gt 15 ]
while read -r word; do
	check "discmux-sim ctl $word" has bash "discmux-sim ctl " "$word"
done <"$tmp/words"

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
for request in $(offers bash "discmux daemon "); do
	check "a request: $request" knows "$request"
done
kill "$daemon"
wait "$daemon"

# Without a driver, and without discmux-sim, nothing is said, and nothing hangs
discmux-sim stop >/dev/null
udevadm settle
check "without virtual drives" is bash "discmux-sim ctl eject recorder" ""
rmmod discmux
check "without a driver" is bash "discmux drives " ""
check "not a word on standard error" sh -c "[ -z \"\$(discmux completion drives 2>&1)\" ]"

rm -rf "$tmp"
done_testing
