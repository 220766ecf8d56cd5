#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim tower:2 --with gojq
# kernel: 6.1
#
# The user's guide played on the text panel: the setup menu, errors, cancelling; what a
# restart leaves.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"
# shellcheck source=tests/panel.sh
. "${0%/*}/../panel.sh"

dd if=/dev/urandom of="$tmp/master.iso" bs=2048 count=6000 2>/dev/null
dvd_master
panel_start

# ---- Setup menu ----

# What the screen of the firmware shows: our version, the machine and its kernel
version=$(discmuxd --version)
screen=$(printf '|F/W%17s|H/W%17s|' "${version#* }" \
	"$(uname -m | cut -c1-6) $(uname -r | sed 's/[-+].*//' | cut -c1-10)")
play "every setting" <<END
no
no
no
no
no
|SETUP?              |(MODE CHANGE)       |
yes
|MODE SELECT?        |                COPY|
yes
|MODE SELECT?        |>COPY?              |
no
|MODE SELECT?        |>VERIFY?            |
no
|MODE SELECT?        |>COPY+V?            |
yes
|MODE SELECT?        |              COPY+V|
no
|Copy DISC to        |HD/DISC?         OFF|
yes
no
yes
|Copy DISC to        |HD/DISC?          ON|
yes
no
yes
no
|DVD WR SPEED?       |                 16x|
yes
no
no
yes
|DVD WR SPEED?       |                  8x|
no
|CD WR SPEED?        |                 48x|
no
|ISRC CHECK?         |                  ON|
no
|COPY QUANTITY?      |                0000|
yes
|COPY QUANTITY   0000|                ^   |
yes
yes
yes
|COPY QUANTITY   0000|                   ^|
no
no
no
no
no
no
no
|COPY QUANTITY   0003|                   ^|
yes
|COPY QUANTITY?      |                0003|
no
|SESSION MODE?       |(CD only)       AUTO|
no
|DRIVE INQUIRY?      |                    |
yes
|READER 0            |
no
|RECORDER 0          |
no
|RECORDER 1          |
yes
no
|F/W VERSION?        |                    |
yes
$screen
no
|F/W UPDATE:         |WITH SYSTEM PACKAGES|
yes
no
|>EXIT?              |                    |
yes
|SETUP?              |(MODE CHANGE)       |
no
|COPY+V START?       |(DISC to DISC)      |
END
panel_stop
panel_start
check "a restart keeps them" sh -c "discmux daemon settings | jq -e '.settings |
	.mode == 2 and .quantity == 3 and .[\"dvd-speed\"] == 8 and .[\"hd-disc\"] == 0'"

# ---- Copy quantity, COPY+V ----

blanks dvd+r dvd+r
play "three copies on two recorders" <<'END'
|COPY+V START?       |(DISC to DISC)      |
yes
wait VERIFY DVD
wait INSERT BLANK DISC
|INSERT BLANK DISC   |AND PRESS YES    2/3|
END
discmux-sim ctl eject recorder0 --force >/dev/null
discmux-sim ctl blank dvd+r third recorder0 >/dev/null
play "and the third" <<'END'
wait COPY+V COMPLETE
|COPY+V COMPLETE     |OK 3 NG 0        3/3|
yes
END
check "the third disc holds the master" same "$tmp/master.iso" third
ask set item=quantity value=0 >/dev/null

# ---- VERIFY: discs that were copied, against the master in the reader ----

ask set item=mode value=1 >/dev/null
for n in 0 1; do
	discmux-sim ctl tray recorder$n close >/dev/null
done
play "verify" <<'END'
|VERIFY START?       |(DISC to DISC)      |
yes
wait VERIFY DVD
wait VERIFY COMPLETE
|VERIFY COMPLETE     |OK 2 NG 0           |
yes
|VERIFY START?       |(DISC to DISC)      |
END
check "they come out" trays open 0 1
spoils_byte "$media/disc1.iso" 7000000
for n in 0 1; do
	discmux-sim ctl tray recorder$n close >/dev/null
done
play "a copy that is not the master" <<'END'
yes
wait VERIFY ERROR
|VERIFY ERROR        |OK 1 NG 1           |
yes
|RECORDER 1          |COPY IS BAD         |
yes
END
ask set item=mode value=0 >/dev/null

# ---- Errors on two lines ----

blanks dvd+r dvd+r
discmux-sim ctl fault recorder1 sense 3/0c/00 op write lba 3000 >/dev/null
play "an error names drive, disc, code and words" <<'END'
yes
wait COPY ERROR
|COPY ERROR          |OK 1 NG 1           |
yes
|RECORDER 1          |DISC IS BAD         |
sleep 3
|03/0C/00 WRITE ERROR|                    |
sleep 3
|RECORDER 1          |recorder 1 failed to|
yes
|COPY START?         |(DISC to DISC)      |
END
check "the log has the whole story" grep -q 'failed to write at LBA' "$tmp/log"
discmux-sim ctl clear recorder1 >/dev/null

# Recorders have other words for this code
blanks dvd+r dvd+r
discmux-sim ctl fault reader0 sense 3/11/01 op read lba 5500 >/dev/null
play "an error of the master names the reader, the code and the reader's words" <<'END'
yes
wait COPY ERROR
|COPY ERROR          |OK 0 NG 
yes
|RECORDER 0          |DISC IS 
no
|RECORDER 1          |DISC IS 
no
|03/11/01 UNRECOVERED|READ ERROR (RETRIED)|
sleep 3
|READER 0            |reader 0 can't read |
yes
|COPY START?         |(DISC to DISC)      |
END
discmux-sim ctl clear reader0 >/dev/null

# ---- Session mode, which is for CDs ----

ask set item=session value=2 >/dev/null
blanks dvd-r dvd-r
play "DVDs are closed whatever it is" <<'END'
yes
wait COPY DVD
|COPY DVD 
wait COPY COMPLETE
|COPY COMPLETE       |OK 2 NG 0           |
yes
END
check "they are complete" discs_are complete disc0 disc1
blanks cd-r cd-r
play "CDs of the same master are left open" <<'END'
yes
wait COPY CD
|COPY CD 
wait COPY COMPLETE
|COPY COMPLETE       |OK 2 NG 0           |
yes
END
check "they are appendable" discs_are appendable disc0 disc1
ask set item=session value=0 >/dev/null

# ---- Cancelling ----

blanks dvd+r dvd+r
for n in 0 1; do
	discmux-sim ctl speed recorder$n 0.01 >/dev/null
done
play "cancel says what became of each disc" <<'END'
yes
wait COPY DVD
sleep 2
no
|CANCEL?             |
no
wait COPY DVD
no
yes
wait COPY CANCELLED
|COPY CANCELLED      |OK 0 NG 2           |
yes
|RECORDER 0          |DISC IS BAD         |
no
|RECORDER 1          |DISC IS BAD         |
yes
|COPY START?         |(DISC to DISC)      |
END

# A run that was cancelled does not go on after a kill, however early that comes
writing() {
	ask status | jq -e '.jobs[-1].discs | length == 2 and all(.state == "writing" and .bytes > 0)'
}
blanks dvd+r dvd+r
ask start job='{"work":"copy","quantity":4,"source":"reader"}' >/dev/null
check "a run writes" wait_for 60 writing
ask cancel job="$(ask job job=0 | jq .job)" >/dev/null
kill -9 "$daemon"
wait "$daemon"
for n in 0 1; do
	discmux-sim ctl speed recorder$n unlimited >/dev/null
done
panel_start
check "cancelled and killed, it is over" wait_for 20 sh -c \
	"discmux daemon job job=0 | jq -e '.state == \"cancelled\"'"
check "its discs are bad" sh -c \
	"discmux daemon job job=0 | jq -e '[.discs[].fate] == [\"bad\", \"bad\"]'"

panel_stop
rm -rf "$tmp"
done_testing
