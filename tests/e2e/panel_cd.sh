#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim tower:2 --with jq
# kernel: 6.1
#
# The user's guide played on the text panel, chapter by chapter: what is done with CDs.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"
# shellcheck source=tests/panel.sh
. "${0%/*}/../panel.sh"

# A CD of data with audio behind it
head -c $((900 * 2048)) /dev/urandom >"$tmp/cd.iso"
head -c $((450 * 2352)) /dev/urandom >"$tmp/cd.raw"
cat >"$tmp/cd.cue" <<END
FILE "cd.iso" BINARY
TRACK 01 MODE1/2048
INDEX 01 00:00:00
FILE "cd.raw" BINARY
TRACK 02 AUDIO
ISRC USABC0512345
PREGAP 00:02:00
INDEX 01 00:00:00
END
panel_start
discmux-sim ctl insert reader0 "$tmp/cd.cue" >/dev/null

# ---- Copy CD to CD ----

blanks cd-r cd-rw
play "copy CD to CD" <<'END'
|COPY START?         |(DISC to DISC)      |
yes
wait COPY CD
|COPY CD  
wait COPY COMPLETE
|COPY COMPLETE       |OK 2 NG 0           |
yes
END
check "the recorders have ejected them" trays open 0 1

# ---- Simulation CD to CD ----

blanks cd-r cd-r
play "simulation CD to CD" <<'END'
no
|SIMULATION?         |(DISC to DISC)      |
yes
wait SIMULATION COMPLETE
|SIMULATION COMPLETE |OK 2 NG 0           |
yes
|COPY START?         |(DISC to DISC)      |
END
check "the discs were not recorded to" discs_are blank disc0 disc1

# ---- Registering data to the hard drive ----

play "register to HDD2" <<'END'
no
no
|MASTER SELECT?      |(DISC to DISC)      |
yes
|>READER?            |(DISC TO DISC)      |
no
|>HDD1?              |(DISC TO HDD)       |
no
|>HDD2?              |(DISC TO HDD)       |
yes
wait REGISTER COMPLETE
yes
|COPY START?         |(DISC to DISC)      |
no
no
yes
no
no
|>HDD2?              |Mixed            4MB|
yes
|COPY START?         |(HDD2 to DISC)      |
END

panel_stop
rm -rf "$tmp"
done_testing
