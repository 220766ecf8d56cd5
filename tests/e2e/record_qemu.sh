#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --with gojq,sg3-utils --qemu -device --qemu virtio-scsi-pci,id=scsi0 --qemu -drive --qemu if=none,id=cd,driver=null-co,size=1048576,read-zeroes=on,media=cdrom,readonly=on --qemu -device --qemu scsi-cd,drive=cd,bus=scsi0.0,serial=QM00017
# kernel: 6.1
#
# A drive from another project: QEMU's own.  Its recording is in the tree; it is made anew and
# compared, and played beside the real drive.  A new recording for the tree, after QEMU has
# changed:
#	tests/vm/run (these arguments) -- sh -c 'discmux record reader:0 -' >tests/recordings/qemu-cd.rec
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"

tmp=$(mktemp -d)
kept=${0%/*}/../recordings/qemu-cd.rec

# Questions and answers, without comments and times.  A virtual device can't fail as a
# transport does: what got no answer is aborted, and is the same here.
meaning() {
	sed 's/ [0-9]* us$//; s/ *#.*//; /^$/d' "$1" | awk '
		/^(data|zeros|blank)/ { data = data $0 "\n"; next }
		/^(lost|status 40)/ { print "no answer"; data = ""; next }
		{ printf "%s%s\n", data, $0; data = "" }'
}
same() { # FILE FILE: the same questions with the same answers
	meaning "$1" >"$tmp/a"
	meaning "$2" >"$tmp/b"
	diff "$tmp/a" "$tmp/b"
}
sg_of() { # reader N: its sg device
	echo "/dev/$(discmux status --json |
		jq -r ".members[] | select(.role == \"reader\" and .unit == $1) | .generic")"
}
both() { # command...: runs it on the real drive and on the played one, @ is its sg device
	for unit in 0 1; do
		sg=$(sg_of "$unit")
		sh -c "$(echo "$*" | sed "s#@#$sg#g")" 2>&1 | sed "s#$sg##g" >"$tmp/$unit"
	done
	[ -s "$tmp/0" ] && diff "$tmp/0" "$tmp/1"
}
reader() { # N FILTER of its member in the status
	discmux status --json | jq ".members[] | select(.role == \"reader\" and .unit == $1) |
		del(.unit, .member, .address, .block, .generic, .host_shared, .max_data) | $2"
}
disc() { # N: what is in it
	discmux media --json "reader:$1" | jq 'walk(if type == "object" then
		del(.unit, .member, .block) else . end)'
}

# --- recording --------------------------------------------------------------------------

check "the real drive is recorded" discmux record reader:0 "$tmp/new.rec"
check "as the recording in the tree has it" same "$kept" "$tmp/new.rec"
check "its serial number is not told" sh -c "! grep -q '51 4d 30 30 30 31 37' $tmp/new.rec"
check "but for who asks" sh -c "discmux record reader --serials - |
	grep -q '51 4d 30 30 30 31 37'"
check "not over a file that is there" fails 1 "is there already" \
	discmux record reader:0 "$tmp/new.rec"
check "JSON" sh -c "discmux record --json reader $tmp/json.rec |
	jq -e '.commands > 100 and .unanswered < 10 and .blanked == [\"data\", \"titles\", \"serials\"]'"
check "no such drive" fails 1 "no recorder 3" discmux record recorder:3 "$tmp/x.rec"
check "no changer" fails 1 "no changer" discmux record changer "$tmp/x.rec"
check "a command that there is not" fails 2 "no command hello" \
	discmux record reader "$tmp/x.rec" -- hello
check "nothing was made" [ ! -e "$tmp/x.rec" ]

# --- playing beside it --------------------------------------------------------------------

discmux record --serials reader:0 "$tmp/serials.rec" >/dev/null
check "no file to play" fails 1 "No such file" discmux-sim start --drive replay=/nowhere.rec
check "what is no recording" fails 1 "this is no recording" discmux-sim start --drive replay="$0"
check "it plays" discmux-sim start --drive replay="$tmp/serials.rec"
udevadm settle
check "status says the same" [ "$(reader 0 .)" = "$(reader 1 .)" ]
check "media too" [ "$(disc 0)" = "$(disc 1)" ]
check "there is a disc" sh -c "discmux media --json reader:1 | jq -e '.. | .tracks? // empty | length == 1'"
discmux-sim ctl rewind replay0
check "sg_inq" both sg_inq @
check "sg_vpd" both sg_vpd -p sn @
check "sg_get_config" both sg_get_config @
check "sg_modes" both sg_modes -6 -p 0x2a @
check "sg_readcap" both sg_readcap @
check "READ TOC, byte for byte" both "sg_raw -r 804 @ 43 02 00 00 00 00 00 03 24 00"
check "GET EVENT STATUS NOTIFICATION" both "sg_raw -r 8 @ 4a 01 00 00 10 00 00 00 08 00"
check "a block" both "sg_raw -b -r 2048 @ 28 00 00 00 00 10 00 00 01 00 | od -v"
check "blocks beyond the end" both "sg_raw -r 2048 @ 28 00 00 00 02 00 00 00 01 00"
discmux-sim ctl rewind replay0
check "recorded from the replay, it is the same" sh -c "discmux record --serials reader:1 $tmp/again.rec"
check "byte for byte" same "$tmp/serials.rec" "$tmp/again.rec"
discmux-sim ctl list | sed 's/^/# /'
check "what it was not asked then is told" sh -c "sg_raw -r 4 $(sg_of 1) a3 00 00 00 00 00 00 00 00 04 00 00
	discmux-sim ctl list | grep -q 'not recorded: a3 00'"
check "another identity: edit the recording" fails 1 "edit that" discmux-sim ctl set replay0 vendor=X
check "no disc goes into it" fails 1 "is a replay" discmux-sim ctl tray replay0 open
check "no such part" fails 1 "no such part" discmux-sim ctl rewind replay0 2
check "stop" discmux-sim stop
check "the recording in the tree plays" discmux-sim start --drive replay="$kept"
udevadm settle
check "status says the same" [ "$(reader 0 'del(.serial)')" = "$(reader 1 'del(.serial)')" ]
check "media says the same" [ "$(disc 0)" = "$(disc 1)" ]
discmux-sim stop
done_testing
