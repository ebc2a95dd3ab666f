# ethernet.bats - Ethernet frames of framer as tshark sees them, and frames of others as framer sees them.

load peers

setup() {
	need tshark
	t=$BATS_TEST_TMPDIR
}

no() { ! "$@"; }

# packets: what goes into frames.
packets() {
	local n
	for n in 0 1 17 18 19 45 46 100 1452; do
		echo "ip src=192.0.2.1 dst=192.0.2.2 udp sport=1 dport=9 data hex=$(printf "%0$((2 * n))d" 0 | head -c $((2 * n)))"
	done
	echo 'arp op=1 sha=02:00:00:00:00:01 spa=192.0.2.1 tpa=192.0.2.2'
	echo 'ip6 src=2001:db8::1 dst=2001:db8::2 icmp6 type=128 id=1 seq=1 data str=hello'
	echo 'ip src=192.0.2.1 dst=192.0.2.2 tcp sport=1 dport=2 flags=SYN opt=mss:1460'
}

# fields FILE FIELD...: of each frame, with its FCS checked: eth.fcs.status is 1 when it fits.
fields() {
	local f args=()
	for f in eth.fcs.status "${@:2}"; do args+=(-e "$f"); done
	tshark -n -o eth.fcs:Always -o eth.check_fcs:TRUE -r "$1" -T fields "${args[@]}" 2>/dev/null
}

# framed OPTION...: the packets in frames, as a capture.
framed() { packets | framer "$@" | pktcat -q -w "$t/f.pcap"; }

# all FIELDS WANT...: tshark says the same of every frame, and nothing is malformed.
all() {
	[ "$(fields "$t/f.pcap" "${@:2}" | sort -u)" = "$1" ] || { fields "$t/f.pcap" "${@:2}" | sort | uniq -c; return 1; }
	[ -z "$(tshark -n -o eth.fcs:Always -r "$t/f.pcap" -Y _ws.malformed 2>/dev/null)" ]
	[ "$(fields "$t/f.pcap" | wc -l)" -eq "$(packets | wc -l)" ]
}

@test "ethernet: tshark finds the check sequence of every frame right: DIX, LLC, SNAP, tagged once and twice, jumbo" {
	framed
	all $'1\t02:00:00:00:00:02\t02:00:00:00:00:01' eth.dst eth.src
	[ "$(fields "$t/f.pcap" eth.type | sort -u | tr -d '\n\t')" = 10x000008000x08061-0x86dd ] ||
		[ "$(fields "$t/f.pcap" eth.type | cut -f2 | sort -u | paste -sd,)" = 0x0800,0x0806,0x86dd ]
	framed --snap
	all $'1\t0xaa\t0xaa\t0x0003\t0' llc.dsap llc.ssap llc.control llc.oui
	framed --vlan 7:5
	all $'1\t7\t5\t0' vlan.id vlan.priority vlan.dei
	framed --vlan 100:1:1 --vlan 200
	all $'1\t100\t1\t1\t200' ieee8021ad.id ieee8021ad.priority ieee8021ad.dei vlan.id
	framed --snap --vlan 9
	all $'1\t9\t0xaa' vlan.id llc.dsap
	echo "ip src=192.0.2.1 dst=192.0.2.2 udp data str=$(printf '%08972d' 0)" | framer --mtu 9000 | pktcat -q -w "$t/f.pcap"
	[ "$(fields "$t/f.pcap" frame.len udp.checksum.status)" = $'1\t9018\t2' ] || [ "$(fields "$t/f.pcap" frame.len)" = $'1\t9018' ]
	packets | grep -v '^arp\|^ip6' | framer --llc | pktcat -q -w "$t/f.pcap"
	[ "$(fields "$t/f.pcap" llc.dsap llc.control | sort -u)" = $'1\t0x06\t0x0003' ]
}

@test "ethernet: tshark sees the lengths of 802.3, the padding behind them, and the packets inside" {
	framed --snap
	paste <(fields "$t/f.pcap" eth.len frame.len eth.padding) <(packets | pktcat -T tsv -e len | tail -n +2) |
		awk -F'\t' '{ pad = 46 - ($5 + 8); if (pad < 0) pad = 0
			if ($2 != $5 + 8 || $3 != $5 + 26 + pad || length($4) != 2 * pad) { print; bad = 1 } } END { exit bad || NR != 12 }'
	framed
	[ "$(fields "$t/f.pcap" ip.dst arp.dst.proto_ipv4 ipv6.dst | tr -d '\t' | sed 's/^1//' | sort | uniq -c | awk '{ printf "%s %s,", $1, $2 }')" = \
		'11 192.0.2.2,1 2001:db8::2,' ]
}

@test "ethernet: tshark sees that a check sequence does not fit where framer -d does, and nowhere else" {
	packets | framer | sed 's/ fcs=crc/ fcs=0x12345678/;n' | pktcat -q --pcapng -w "$t/f.pcapng"
	fields "$t/f.pcapng" | cut -f1 >"$t/theirs"
	framer -d --keep -q "$t/f.pcapng" | awk '{ print /@framer.drop=fcs/ ? 0 : 1 }' >"$t/ours" || true
	diff "$t/ours" "$t/theirs"
	[ "$(sort -u "$t/ours" | wc -l)" -eq 2 ]
}

@test "ethernet: frames from the captures of others, given a check sequence: tshark finds all of them right" {
	captures >"$t/list"
	local n=0 k
	while read -r f; do
		pktcat -q "$f" 2>/dev/null | grep ' eth \|^eth ' | grep -v ' @len=\|frame dlt' | head -n 200 >"$t/p" || true
		[ -s "$t/p" ] || continue
		framer -q "$t/p" 2>/dev/null | sed 's/ fcs=0x[^ ]*/ fcs=crc/' | pktcat -q --pcapng -w "$t/f.pcapng"
		# Frames of Cisco FabricPath have no such field in tshark.
		fields "$t/f.pcapng" | sort -u >"$t/said"
		no grep -vx '1\|' "$t/said" || { echo "$f"; return 1; }
		grep -qx 1 "$t/said"
		# As many come out of the frames.
		framer -d -q "$t/f.pcapng" | wc -l >"$t/n"
		k=$(wc -l <"$t/p")
		[ "$(cat "$t/n")" -eq "$k" ] || { echo "$f: $k frames, $(cat "$t/n") out"; return 1; }
		n=$((n + k))
		[ $n -lt 3000 ] || break
	done <"$t/list"
	[ $n -ge 3000 ]
	echo "# $n frames" >&3
}

@test "ethernet: a frame that framer made, and our answer out of a bridge, are answered by the kernel on a TAP interface" {
	need unshare ip python3
	if [ "$(id -u)" -eq 0 ]; then net='unshare -n'; else net='unshare -cn --keep-caps'; fi
	$net true || skip 'no root and no user namespaces here'
	[ -c /dev/net/tun ] || skip 'no /dev/net/tun here'
	mac='--da 02:00:00:00:09:02 --sa 02:00:00:00:09:01'
	# shellcheck disable=SC2086 # options are words
	{
		echo 'arp op=1 sha=02:00:00:00:09:01 spa=10.9.0.1 tpa=10.9.0.2' | framer --da ff:ff:ff:ff:ff:ff --sa 02:00:00:00:09:01
		echo 'ip src=10.9.0.1 dst=10.9.0.2 icmp type=8 id=7 seq=1 data str=hello' | framer $mac
		# Through a bridge, whose trunk has taken a tag and whose port takes it off.
		echo 'ip src=10.9.0.1 dst=10.9.0.2 icmp type=8 id=7 seq=2 data str=tagged' | framer $mac --vlan 5 | sed 's/$/ @if=trunk/' |
			framer bridge -p trunk,tap --vlan trunk:0,5 --vlan tap:5
	} | sed 's/ fcs=crc//; s/ @.*//' >"$t/in"
	[ "$(wc -l <"$t/in")" -eq 3 ]
	pktcat -q -w "$t/in.pcap" "$t/in"
	$net python3 "$here/tap.py" "$t/in.pcap" "$t/out.pcap"
	pktcat "$t/out.pcap" >"$t/out"
	grep -q 'eth da=02:00:00:00:09:01 sa=02:00:00:00:09:02 arp op=2 sha=02:00:00:00:09:02 spa=10.9.0.2' "$t/out"
	grep -q 'icmp type=0 code=0 id=7 seq=1 data str=hello' "$t/out"
	grep -q 'icmp type=0 code=0 id=7 seq=2 data str=tagged' "$t/out"
	# What it sent goes through a frame with a check sequence, and a tag, unharmed.
	pktcat "$t/out" | cut -d' ' -f2- | grep ' icmp ' | sed 's/^.* ip / ip /; s/^ //' >"$t/want"
	framer --vlan 3 "$t/out" | framer -d -t vlan | cut -d' ' -f2- | grep ' icmp ' | diff "$t/want" -
}
