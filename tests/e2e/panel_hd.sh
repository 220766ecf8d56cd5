#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim tower:2 --with gojq
# kernel: 6.1
#
# The user's guide played on the text panel: Copy DISC to HD/DISC; and a master on the
# hard disk that is no longer what was registered.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"
# shellcheck source=tests/panel.sh
. "${0%/*}/../panel.sh"

dd if=/dev/urandom of="$tmp/master.iso" bs=1M count=24 2>/dev/null
dvd_master
panel_start
hdd3=$daemon_dir/images/HDD3

play "Copy DISC to HD/DISC is switched on" <<'END'
no
no
no
no
no
|SETUP?              |(MODE CHANGE)       |
yes
no
|Copy DISC to        |HD/DISC?         OFF|
yes
|Copy DISC to HD/DISC|>OFF?               |
no
|Copy DISC to HD/DISC|>ON?                |
yes
|Copy DISC to        |HD/DISC?          ON|
no
no
no
no
no
no
no
no
|>EXIT?              |                    |
yes
no
|COPY START?         |(DISC to DISC)      |
END
blanks dvd+r dvd-r
play "a register records blank discs as well" <<'END'
no
no
yes
no
no
no
|>HDD3?              |(DISC TO HDD)       |
yes
wait DVD to HDD3
|DVD to HDD3     25MB|DVD 
wait REGISTER COMPLETE
|REGISTER COMPLETE   |OK 2 NG 0           |
yes
|COPY START?         |(DISC to DISC)      |
no
no
yes
no
no
no
|>HDD3?              |ROM             25MB|
yes
|COPY START?         |(HDD3 to DISC)      |
END
check "the discs hold the master" same "$tmp/master.iso" disc0 disc1
check "so does HDD3" cmp "$tmp/master.iso" "$hdd3/HDD3.iso"
check "its hash is right" sh -c "cd $hdd3 && sha256sum -c HDD3.sha256"
check "all discs came out" trays open 0 1

# A bit that flips: nobody but the hash can know
printf 'X' | dd of="$hdd3/HDD3.iso" bs=1 seek=$((24 * 1024 * 1024 - 5000)) conv=notrunc 2>/dev/null
blanks dvd+r dvd+r
play "damage is found while the first discs burn" <<'END'
yes
wait COPY ERROR
|COPY ERROR          |OK 0 NG 
yes
|RECORDER 0          |DISC IS 
no
|RECORDER 1          |DISC IS 
no
|MASTER              |
yes
|COPY START?         |(HDD3 to DISC)      |
END
check "the log says which master and where" grep -q 'HDD3.*is damaged' "$tmp/log"
check "no disc counts as good" sh -c "discmux daemon job | jq -e \
	'(.discs | length > 0) and all(.discs[]; .fate != \"good\") and .good == 0'"
check "nor do the counters" counter discs-good 2
check "they are kept in" trays closed 0 1
check "what the job says is why" sh -c "discmux daemon job | jq -re .error |
	grep 'HDD3.iso is damaged'"

blanks - -
play "damage that is found while people load discs" <<'END'
yes
wait COPY ERROR
|COPY ERROR          |OK 0 NG 0           |
yes
|MASTER              |
yes
|COPY START?         |(HDD3 to DISC)      |
END
check "no disc was begun" sh -c "discmux daemon job | jq -e '.state == \"failed\" and
	.discs == [] and (.error | test(\"HDD3.iso is damaged\"))'"

# ---- Copy DISC to HD/DISC without blank discs ----

# last STATE: of the last job
last() {
	ask job job=0 | jq -e ".state == \"$1\""
}

discmux-sim ctl tray reader0 close >/dev/null
play "without any blank disc YES registers only" <<'END'
no
no
yes
no
no
no
no
|>HDD4?              |(DISC TO HDD)       |
yes
wait INSERT BLANK DISC
sleep 1
yes
wait REGISTER COMPLETE
|REGISTER COMPLETE   |OK 0 NG 0           |
yes
END
check "all of the master" cmp "$tmp/master.iso" "$daemon_dir/images/HDD4/HDD4.iso"
check "the log says so" grep -q 'no recorder holds a blank disc: the master is registered only' \
	"$tmp/log"
discmux-sim ctl tray reader0 close >/dev/null
blanks dvd+r dvd+r
for n in 0 1; do
	discmux-sim ctl speed recorder$n 0.01 >/dev/null
done
ask start job="{\"work\":\"copy\",\"source\":\"$tmp/master.iso\"}" >"$tmp/slow"
check "both recorders write" wait_for 60 sh -c "discmux daemon status | jq -e '.jobs[-1].discs |
	length == 2 and all(.state == \"writing\" and .bytes > 0)'"
ask start job='{"work":"register","source":"reader","image":"HDD5","also-burn":true}' >/dev/null
check "nor is it burned without a recorder that is free" wait_for 60 last "done"
check "and the log says that" grep -q 'no recorder is free: the master is registered only' \
	"$tmp/log"
ask cancel job="$(jq .job "$tmp/slow")" >/dev/null
for n in 0 1; do
	discmux-sim ctl speed recorder$n unlimited >/dev/null
done

# ---- A master that is damaged ----

# One that was cut off is no master any more
truncate -s -2048 "$hdd3/HDD3.iso"
dvd_master
ask set item=hd-disc value=0 >/dev/null
sleep 1.5
play "what is damaged can't be selected, and is registered again" <<'END'
no
no
yes
no
no
no
|>HDD3?              |DAMAGED             |
yes
|HDD3 IS DAMAGED     |REGISTER IT AGAIN?  |
no
|>HDD3?              |DAMAGED             |
yes
yes
wait REGISTER COMPLETE
yes
|COPY START?         |(HDD3 to DISC)      |
END
check "HDD3 is whole again" cmp "$tmp/master.iso" "$hdd3/HDD3.iso"

panel_stop
rm -rf "$tmp"
done_testing
