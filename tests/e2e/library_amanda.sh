#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vm: --sim smc3:2:8+mail=1 --with gojq,mtx,amanda-server,libencode-locale-perl --mem 1536
# kernel: 6.1
#
# Amanda's changer program (chg-robot, by amtape) on the virtual library: with Debian's
# mtx behind it, and with discmux under the name mtx; it has to come to the same.
# shellcheck source=tests/tap.sh
. "${0%/*}/../tap.sh"

export LC_ALL=C
tmp=$(mktemp -d)
ln -s /usr/local/bin/discmux "$tmp/mtx"

generic() {
	discmux status --json |
		jq -r '.members[] | select(.role == "changer") | "/dev/" + .generic'
}

# Amanda's own user, to whom its folders belong
user() {
	grep -q '^backup:' /etc/passwd || echo 'backup:x:34:34:backup:/tmp:/bin/sh' >>/etc/passwd
	mkdir -p /var/log/amanda /tmp/amanda
	chown 34:34 /var/log/amanda /tmp/amanda
}

# configure NAME MTX: Amanda's settings, with files in place of tape drives
configure() {
	mkdir -p "/etc/amanda/$1" "$tmp/$1/info" "$tmp/$1/log" "$tmp/$1/index" \
		"$tmp/v0/data" "$tmp/v1/data"
	cat >"/etc/amanda/$1/amanda.conf" <<-END
	org "$1"
	dumpuser "root"
	infofile "$tmp/$1/info"
	logdir "$tmp/$1/log"
	indexdir "$tmp/$1/index"
	tapelist "$tmp/$1/tapelist"
	tapetype DISC
	define tapetype DISC {
		length 4480 mbytes
	}
	tpchanger "robot"
	define changer robot {
		tpchanger "chg-robot:$sg"
		changerfile "$tmp/$1/state"
		property "tape-device" "0=file:$tmp/v0" "1=file:$tmp/v1"
		property "mtx" "$2"
		property "drive-choice" "firstavail"
		property "load-poll" "0s poll 1s until 5s"
		property "eject-before-unload" "no"
	}
	END
	: >"$tmp/$1/tapelist"
}

# amtapes NAME: amtape once for each line of words. Perl reads Amanda's modules first: those take
# an emulated machine 15 s, and each amtape its second.
amtapes() {
	perl -e '
		use lib glob("/usr/lib/*/amanda/perl");
		use Amanda::Device qw(:constants);
		use Amanda::Taper::Scan;
		use Amanda::Recovery::Scan;
		use Amanda::Interactivity;
		use Amanda::Tapelist;
		use Amanda::Storage;
		use Amanda::Changer;
		use Amanda::Debug;
		use Amanda::MainLoop;
		my $config = shift;
		$| = 1;
		while (my $words = <STDIN>) {
			print "+ $words";
			my $pid = fork;
			if (!$pid) {
				@ARGV = ($config, split(" ", $words));
				$0 = "/usr/sbin/amtape";
				do $0;
				print $@;
				exit 255;
			}
			waitpid($pid, 0);
			print $? >> 8, "\n";
		}' "$1"
}

# amanda NAME: a transcript, which leaves the library as it found it
amanda() {
	amtapes "$1" >"$tmp/$1.out" 2>&1 <<-'EOF'
	inventory
	show
	slot 2
	inventory
	current
	slot next
	inventory
	slot 1
	slot 5
	slot 99
	update
	inventory
	reset
	eject
	inventory
	EOF
	discmux mtx -f "$sg" status >"$tmp/$1.end"
	for drive in 0 1; do
		! grep -q "^Data Transfer Element $drive:Full" "$tmp/$1.end" ||
			discmux unload $drive >/dev/null
	done
}

for n in 1 2 4; do
	discmux-sim ctl blank dvd+r "TAPE0$n"
	discmux-sim ctl slot $n "TAPE0$n"
done >/dev/null
# udev must not lock a tray that mtx wants to have opened
udev_pause
sg=$(generic)
mtx -f "$sg" status >/dev/null 2>&1
user
configure debian /usr/sbin/mtx
configure discmux "$tmp/mtx"
amanda debian
amanda discmux
sed 's/^/# /' "$tmp/discmux.out"
check "Amanda's changer program says the same" diff "$tmp/debian.out" "$tmp/discmux.out"
check "it has found the discs" grep -q 'slot *4:.*TAPE04' "$tmp/discmux.out"
check "it has loaded one" grep -qi 'slot 2:.*in drive 0' "$tmp/discmux.out"
check "and the library ends up the same" diff "$tmp/debian.end" "$tmp/discmux.end"
check "nothing is lost" sh -c 'discmux inventory --refresh --json |
	jq -e "[.slots[] | select(.full) | .volume_tag] == [\"TAPE01\", \"TAPE02\", \"TAPE04\"]"'
rm -r "$tmp"
done_testing
