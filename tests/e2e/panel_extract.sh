#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim tower:2 --with gojq
# kernel: 6.1
#
# The user's guide played on the text panel: track extraction.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"
# shellcheck source=tests/panel.sh
. "${0%/*}/../panel.sh"

# An audio CD of 22 s, three tracks and data behind them; and another one
head -c $((1650 * 2352)) /dev/urandom >"$tmp/cd.bin"
cat >"$tmp/cd.cue" <<END
CATALOG 1234567890123
FILE "cd.bin" BINARY
TRACK 01 AUDIO
TITLE "one"
ISRC USABC0512345
INDEX 01 00:00:00
TRACK 02 AUDIO
TITLE "two"
ISRC USABC0512346
INDEX 00 00:06:00
INDEX 01 00:07:00
TRACK 03 AUDIO
FLAGS PRE
INDEX 01 00:12:00
TRACK 04 MODE1/2352
INDEX 00 00:18:00
INDEX 01 00:20:00
END
head -c $((900 * 2352)) /dev/urandom >"$tmp/cd2.bin"
cat >"$tmp/cd2.cue" <<END
FILE "cd2.bin" BINARY
TRACK 01 AUDIO
INDEX 01 00:00:00
TRACK 02 AUDIO
INDEX 01 00:05:00
END

# swap DISC: another master into the reader, without a word to anybody
swap() {
	discmux-sim ctl eject reader0 --force >/dev/null 2>&1
	discmux-sim ctl insert reader0 "$1" >/dev/null
}

panel_start

play "the master is asked for" <<'END'
no
no
no
no
|Trk EXTRACTION?     |(CDtoHDD)           |
yes
|EXTRACTION START?   |(CD to HDD1)        |
yes
wait MASTER DISC
|INSERT              |MASTER DISC        1|
END
discmux-sim ctl insert reader0 "$tmp/cd.cue" >/dev/null
play "tracks 1 and 3; the data track has a dash, and YES does nothing" <<'END'
wait EXTRACT THE
|EXTRACT THE         |Trk?             1/4|
yes
|EXTRACT THE         |Trk?             2/4|
no
|EXTRACT THE         |Trk?             3/4|
yes
|EXTRACT THE         |Trk?             -/4|
yes
|EXTRACT THE         |Trk?             -/4|
no
|END EXTRACTION?     |
no
|EXTRACT THE         |Trk?             2/4|
no
no
|END EXTRACTION?     |
yes
|REGISTER TRACKS?    |
yes
wait NEXT MASTER
|NEXT MASTER         |EXTRACTION?         |
yes
wait MASTER DISC
|INSERT              |MASTER DISC        2|
END
bin=$daemon_dir/images/HDD1/HDD1.bin
check "HDD1 begins with track 1" sh -c \
	"head -c $((450 * 2352)) $tmp/cd.bin | cmp -n $((450 * 2352)) - $bin"

# The next master; what lies in the reader when it comes to extract is another disc
swap "$tmp/cd2.cue"
play "a track of the second master" <<'END'
wait EXTRACT THE
|EXTRACT THE         |Trk?             1/2|
no
|EXTRACT THE         |Trk?             2/2|
yes
|END EXTRACTION?     |
yes
|REGISTER TRACKS?    |
END
swap cd
play "a swapped disc is noticed" <<'END'
yes
wait EXTRACTION FAILED
|READER              |EXTRACTION FAILED   |
wait this is another disc
yes
|NEXT MASTER         |EXTRACTION?         |
END
check "HDD1 is as it was" discmux images check --store "$daemon_dir/images" HDD1
play "the second master again" <<'END'
yes
wait MASTER DISC
|INSERT              |MASTER DISC        2|
END
swap cd2
play "its second track" <<'END'
wait EXTRACT THE
|EXTRACT THE         |Trk?             1/2|
no
yes
|END EXTRACTION?     |
yes
|REGISTER TRACKS?    |
yes
wait NEXT MASTER
|NEXT MASTER         |EXTRACTION?         |
no
|COPY START?         |(HDD1 to DISC)      |
END
tail -c $((525 * 2352)) "$tmp/cd2.bin" >"$tmp/want"
tail -c $((525 * 2352)) "$bin" >"$tmp/got"
check "HDD1 ends with it" cmp "$tmp/want" "$tmp/got"
check "it has the tracks of both" sh -c "discmux images list --store $daemon_dir/images --json |
	jq -e '.images[0].tracks == 3'"
check "it is audio" sh -c "discmux daemon images | jq -e '.images[0].kind == \"Audio\"'"
play "it is asked before HDD1 is overwritten" <<'END'
no
no
no
no
yes
yes
|EXTRACTION          |OK?   OVERWRITE HDD1|
no
|Trk EXTRACTION?     |(CDtoHDD)           |
no
no
END
blanks cd-r cd-r
play "the tracks are burned" <<'END'
|COPY START?         |(HDD1 to DISC)      |
yes
wait COPY COMPLETE
|COPY COMPLETE       |OK 2 NG 0           |
yes
END

panel_stop
rm -rf "$tmp"
done_testing
