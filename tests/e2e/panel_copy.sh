#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim tower:4 --with gojq
# kernel: 6.1
#
# The user's guide played on the text panel, chapter by chapter: what is done with DVDs.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"
# shellcheck source=tests/panel.sh
. "${0%/*}/../panel.sh"

panel_start
dd if=/dev/urandom of="$tmp/master.iso" bs=2048 count=1500 2>/dev/null
dvd_master

# ---- Copy DVD to DVD ----

blanks dvd+r dvd+r dvd-r dvd-r
play "copy to four recorders" <<'END'
|COPY START?         |(DISC to DISC)      |
yes
wait COPY DVD
|COPY DVD         3MB|
wait COPY COMPLETE
|COPY COMPLETE       |OK 4 NG 0           |
yes
|COPY START?         |(DISC to DISC)      |
END
check "the discs hold the master" same "$tmp/master.iso" disc0 disc1 disc2 disc3
check "the recorders have ejected them" trays open 0 1 2 3
check "four good discs are counted" counter discs-good 4

# A recorder without a blank opens; it is closed empty, and YES goes on without it
blanks dvd+r - dvd+r -
play "trays of recorders without a blank open" <<'END'
yes
wait INSERT BLANK DISC
|INSERT BLANK DISC   |AND PRESS YES       |
END
check "those of recorders 1 and 3" trays open 1 3
check "not those of the others" trays closed 0 2
discmux-sim ctl tray recorder1 close >/dev/null
discmux-sim ctl tray recorder3 close >/dev/null
play "closed, YES goes on without them" <<'END'
yes
wait COPY COMPLETE
|COPY COMPLETE       |OK 2 NG 0           |
yes
END
check "two discs hold the master" same "$tmp/master.iso" disc0 disc2

# ---- Simulation ----

blanks dvd-r dvd-r dvd-r dvd-r
play "simulation" <<'END'
no
|SIMULATION?         |(DISC to DISC)      |
yes
wait SIMULATION COMPLETE
|SIMULATION COMPLETE |OK 4 NG 0           |
no
|COPY START?         |(DISC to DISC)      |
END
check "the discs are still blank" discs_are blank disc0 disc1 disc2 disc3
blanks dvd+r dvd+r dvd+r dvd+r
play "simulation is not allowed with DVD+R" <<'END'
no
yes
wait SIMULATION ERROR
|SIMULATION ERROR    |OK 0 NG 4           |
yes
|RECORDER 0          |DISC IS UNUSED      |
sleep 3
|RECORDER 0          |a DVD+R can't be sim|
yes
|COPY START?         |(DISC to DISC)      |
END

# ---- Registering data to the hard drive ----

register_hdd2
check "the master is whole" cmp "$tmp/master.iso" "$daemon_dir/images/HDD2/HDD2.iso"

# ---- Copy hard drive to DVD ----

select_hdd2 'ROM              3MB'
play "copy from HDD2" <<'END'
|COPY START?         |(HDD2 to DISC)      |
yes
wait COPY COMPLETE
|COPY COMPLETE       |OK 4 NG 0           |
yes
END
check "the discs hold it" same "$tmp/master.iso" disc0 disc1 disc2 disc3

# ---- Clearing the hard drive ----

clear_hdd2 'ROM              3MB'
play "its place stays empty" <<'END'
|>HDD2?              |(DISC TO HDD2)      |
no
|>EXIT?              |                    |
yes
|MASTER SELECT?      |(DISC to DISC)      |
no
no
no
no
|COPY START?         |(DISC to DISC)      |
END
check "nothing is stored" sh -c "discmux daemon images | jq -e '.images == []'"

# ---- Erasing DVD-+RW media ----

dvd_master
blanks dvd-rw dvd+rw - -
play "copy to DVD-RW and DVD+RW" <<'END'
yes
wait INSERT BLANK DISC
sleep 1
yes
wait COPY COMPLETE
|COPY COMPLETE       |OK 2 NG 0           |
yes
END
discmux-sim ctl tray recorder0 close >/dev/null
discmux-sim ctl tray recorder1 close >/dev/null
play "quick erase" <<'END'
no
no
no
|DISC ERASE?         |(REWRITABLE)        |
yes
|QUICK ERASE?        |                    |
no
|FULL ERASE?         |                    |
no
|DISC ERASE?         |(REWRITABLE)        |
yes
yes
|SURE?               |                    |
no
|DISC ERASE?         |(REWRITABLE)        |
yes
yes
yes
wait INSERT REWRITABLE
sleep 1
yes
wait ERASE COMPLETE
|ERASE COMPLETE      |OK 2 NG 0           |
yes
END

panel_stop
rm -rf "$tmp"
done_testing
