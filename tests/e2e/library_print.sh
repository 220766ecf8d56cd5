#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim mc8600:2:20+printer --with gojq
# kernel: 6.1
#
# discmux print: labels, and discs that come back whatever the printer does.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"

tmp=$(mktemp -d)
media=${DISCMUX_MEDIA:-/media-sim}
port=$media/changer.port
export tmp media

for n in 1 2; do
	discmux-sim ctl blank dvd+r "disc$n" >/dev/null
	discmux-sim ctl slot $n "disc$n" >/dev/null
done
echo "a label" >"$tmp/label"
printf '' >"$tmp/empty"

# json FILTER: of the inventory
json() {
	discmux inventory --refresh --json | jq -e "$1"
}
home() { # both discs are in their slots, the printer and the arm are empty
	json '(.slots[0].full and .slots[1].full) and (.printers[0].full or .arms[0].full | not)'
}
label() { # DISC: the label that was printed on it
	cat "$media/$1.label"
}
print() {
	discmux print --slot 1 --label "$tmp/label" --to "socket:$port" "$@"
}

check "a printer" json '.printers[0] | .ready and (.full or .busy)  == false'
check "the port" [ -S "$port" ]

# The machine's settings say where labels go.
check "nobody knows where to" fails 1 'where do labels go?' \
	discmux print --slot 1 --label "$tmp/label"
echo "printer = command:discmux-sim print" >/etc/discmux.conf
check "by the settings, a command" discmux print --slot 1 --label "$tmp/label"
check "it is printed" [ "$(label disc1)" = "a label" ]
check "the disc is back" home
echo "another" >"$tmp/label"
check "by the command line, a socket" print
check "it is printed" [ "$(label disc1)" = "another" ]
check "the disc is back" home

# A queue: lp takes the label, and cancel takes it back.
mkdir "$tmp/bin"
cat >"$tmp/bin/lp" <<'EOF'
#!/bin/sh
echo "$*" >>"$tmp/lp"
[ "$2" != late ] || { echo "request id is late-7 (0 file(s))"; exit 0; }
[ "$2" != gone ] || { echo "lp: The printer or class does not exist." >&2; exit 1; }
discmux-sim print && echo "request id is labels-1 (0 file(s))"
EOF
cat >"$tmp/bin/cancel" <<'EOF'
#!/bin/sh
echo "$*" >"$tmp/cancelled"
EOF
chmod +x "$tmp/bin/lp" "$tmp/bin/cancel"
PATH=$tmp/bin:$PATH
queue() { # QUEUE
	discmux print --slot 2 --label "$tmp/label" --to "lp:$1" --wait 3
}
check "a print queue" queue labels
check "lp was told which" grep -qx -- '-d labels' "$tmp/lp"
check "it is printed" [ "$(label disc2)" = "another" ]
refused() { # TEXT command...: exit status 1, and the last line says so
	text=$1
	shift
	"$@" >"$tmp/out" 2>"$tmp/err" && return 1
	cat "$tmp/err"
	tail -n 1 "$tmp/err" | grep -qF -- "$text"
}
check "no such queue" refused 'lp ended with status 1: lp: The printer or class' queue gone
check "the disc is back" home
check "a queue that does not print" refused 'the printer does not begin; the disc is in slot 2' \
	queue late
check "the job is taken back" grep -qx late-7 "$tmp/cancelled"
check "the disc is back" home

# What is seen before the disc is moved
check "no such slot" fails 1 'there is no slot 21' \
	discmux print --slot 21 --label "$tmp/label" --to "socket:$port"
check "no disc" fails 1 'slot 5 holds a tray with no disc' \
	discmux print --slot 5 --label "$tmp/label" --to "socket:$port"
check "no label" fails 1 'No such file' \
	discmux print --slot 1 --label "$tmp/nothing" --to "socket:$port"
check "an empty label" fails 1 'the label is empty' \
	discmux print --slot 1 --label "$tmp/empty" --to "socket:$port"
check "no port" fails 1 "$tmp/nothing: No such file" \
	discmux print --slot 1 --label "$tmp/label" --to "socket:$tmp/nothing"
check "no such way" fails 1 'labels go to lp:QUEUE' \
	discmux print --slot 1 --label "$tmp/label" --to "usb:0"
check "no slot given" fails 2 '--slot N' discmux print --label "$tmp/label"
check "no label given" fails 2 '--label FILE' discmux print --slot 1
check "nothing has moved" home

# Ink: no unit attention, the element's status tells (3.13), and it goes on printing.
discmux-sim ctl printer out black
check "ink runs out" refused 'the ink has run out while printing: black' print
check "the disc is back" home
check "the inventory tells" json '.printers[0] | .ink_empty == ["black"] and .exception == "81/22"'
discmux-sim ctl printer new black
check "a new cartridge" print
check "the disc is back" home
discmux-sim ctl raise 81/21
check "a warning is no failure" print
check "the disc is back" home

# Errors that stop it
discmux-sim ctl raise 81/20
check "jam" refused 'rinter error (no CD or CD jam); the disc is in slot 1' print
check "the disc is back" home
discmux-sim ctl raise 81/36
check "temperature" refused 'rinter error (temperature); the disc is in slot 1' print
check "the disc is back" home
check "it is not ready" fails 1 'the label printer is not ready' print
discmux-sim ctl printer off
check "switched off" fails 1 'the label printer is not ready' print
discmux-sim ctl printer on
check "and on again" print
discmux-sim ctl raise 81/05
check "it keeps the disc" refused 'discmux inventory --recover puts it back to slot 1' print
check "the disc is put back" discmux inventory --recover
check "the disc is back" home

# A printer that takes its time: it is busy until all data have come, which is when the
# test says so.
cat >"$tmp/bin/slow" <<'EOF'
#!/bin/sh
cat >"$tmp/data"
{
	(cat "$tmp/data"; until [ -e "$tmp/dry" ]; do sleep 0.2; done) | discmux-sim print
} >/dev/null 2>&1 &
EOF
chmod +x "$tmp/bin/slow"
slowly() {
	sh -c 'echo $$ >"$tmp/pid"
		exec discmux print --slot 1 --label "$tmp/label" --to command:slow' >"$tmp/out" 2>&1
}
printing() {
	i=0
	until json '.printers[0].busy' >/dev/null; do
		i=$((i + 1))
		[ $i -lt 50 ] || return 1
		sleep 0.1
	done
}
slowly &
printer=$!
check "it prints" printing
check "it is in good hands" json '.strays == []'
check "another disc can be moved" discmux load 2 0
check "and back" discmux unload 0
check "the printer is taken" refused 'the label printer is printing' \
	discmux print --slot 2 --label "$tmp/label" --to "socket:$port"
touch "$tmp/dry"
wait $printer
check "it has printed" grep -q '^printed' "$tmp/out"

# ^C does not stop a printer that prints.  (A job in the background ignores it.)
rm "$tmp/dry"
(printing && kill -INT "$(cat "$tmp/pid")"; touch "$tmp/dry") &
slowly
check "an interrupted label is brought to its end" grep -q '^printed' "$tmp/out"
check "the disc is back" home

# Killed while it prints: the next command puts the disc back.
rm "$tmp/dry"
slowly &
printing
for p in /proc/[0-9]*; do
	read -r comm 2>/dev/null <"$p/comm" || continue
	[ "$comm" != discmux ] || kill -9 "${p#/proc/}"
done
astray() { # the kernel may take a moment to end them
	i=0
	until json '.strays[0] | .address == 20480 and .home == 1'; do
		i=$((i + 1))
		[ "$i" -lt 20 ] || return 1
		sleep 0.1
	done
}
check "it is astray" astray
(sleep 1; touch "$tmp/dry") &
check "the next command waits for the printer and puts it back" discmux load 2 0
check "it is back" json '.slots[0].full and (.printers[0].full | not)'
discmux unload 0 >/dev/null
rm -r "$tmp"
done_testing
