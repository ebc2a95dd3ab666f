# edits.bats - sed edits a field, and the rest follows: tshark, with validation on, finds the packet clean; and what is
# written is law: a wrong value that is written goes out, and tshark finds it.

load peers

setup() {
	need python3 tshark
	ip='ip id=1 src=192.0.2.1 dst=192.0.2.2'
	ip6='ip6 src=2001:db8::1 dst=2001:db8::2'
	udp='udp sport=40000 dport=40001'
	tcp='tcp sport=40000 dport=40001 seq=1 flags=SYN win=100'
	eth='eth da=02:00:00:00:00:02 sa=02:00:00:00:00:01'
}

# says FCS FIELDS: what tshark says of the packet text on standard input, a line a packet. Validation is on; frames have
# an FCS Always or Never.
says() {
	local f fields=()
	for f in $2; do fields+=(-e "$f"); done
	pktcat -q --pcapng -w "$BATS_TEST_TMPDIR/p.pcapng" &&
		tshark -n -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE -o tcp.check_checksum:TRUE -o eth.check_fcs:TRUE -o "eth.fcs:$1" \
			-r "$BATS_TEST_TMPDIR/p.pcapng" -T fields -E occurrence=a -E separator='|' "${fields[@]}" 2>/dev/null
}

# law FIELD VALUE PACKET: tshark shows VALUE in FIELD of PACKET. VALUE is a pattern.
law() {
	local got
	got=$(echo "$3" | says Never "$1")
	# shellcheck disable=SC2053 # a pattern
	[[ $got == $2 ]] || { echo "$3: $1 is \"$got\", not \"$2\""; return 1; }
	checked=$((checked + 1))
}

@test "edits: every independent field of every layer, edited with sed, is clean to tshark" {
	counts python3 "$here/edits.py" "$BATS_TEST_TMPDIR"
	need mergecap
	# And tshark reads in each edited packet what we read.
	counts python3 "$here/fields.py" "$BATS_TEST_TMPDIR/good.pcapng" "$BATS_TEST_TMPDIR/edits.pcapng"
}

@test "edits: the whole exchange of http.pkt, translated to other addresses and ports, is clean to tshark" {
	sed 's/ src=192\.0\.2\.1 / src=203.0.113.77 /; s/ dst=192\.0\.2\.1 / dst=203.0.113.77 /; s/port=49152/port=50000/; s/ ttl=64 / ttl=1 /' \
		tests/golden/http.pkt >"$BATS_TEST_TMPDIR/nat.pkt"
	run says Never 'ip.checksum.status tcp.checksum.status _ws.malformed' <"$BATS_TEST_TMPDIR/nat.pkt"
	[ "${#lines[@]}" -eq 10 ]
	for l in "${lines[@]}"; do [ "$l" = '1|1|' ]; done
	run says Never 'ip.src tcp.srcport' <"$BATS_TEST_TMPDIR/nat.pkt"
	[ "${lines[0]}" = '203.0.113.77|50000' ]
}

@test "law: a wrong checksum that is written is a bad checksum to tshark, and without it a good one" {
	checked=0
	while IFS='|' read -r field packet; do
		law "$field" 0 "$packet sum=0x1234"
		law "$field" 1 "$packet"
	done <<-END
		ip.checksum.status|$ip
		udp.checksum.status|$ip $udp
		udp.checksum.status|$ip6 $udp
		tcp.checksum.status|$ip $tcp
		tcp.checksum.status|$ip6 $tcp
		icmp.checksum.status|$ip icmp id=1 seq=1
		icmpv6.checksum.status|$ip6 icmp6 id=1 seq=1
		igmp.checksum.status|$ip igmp type=0x16 group=224.0.0.9
		gre.checksum.status|$ip gre flags=C
	END
	law udp.checksum.status 3 "$ip $udp sum=0x0000"
	law udp.checksum.status 4 "$ip6 $udp sum=0x0000" # illegal
	echo "# $checked checksums judged by tshark" >&3
}

@test "law: a wrong length that is written is a wrong length to tshark" {
	checked=0
	law _ws.expert.message '*[Bb]ogus IP length*' "$ip len=10 $udp"
	law ip.len 1000 "$ip len=1000 $udp"
	law _ws.expert.message '*IPv4 total length exceeds packet length*' "$ip len=1000 $udp"
	law _ws.expert.message '*Bogus IP header length*' "$ip ihl=3 $udp"
	law _ws.expert.message '*Bogus IPv4 version*' "$eth $ip ver=5 $udp"
	law _ws.expert.message '*IPv6 payload length exceeds framing length*' "$ip6 len=500 $udp"
	law _ws.expert.message '*Bad length value 5*' "$ip $udp len=5"
	law _ws.expert.message '*Bad length value 100*' "$ip $udp len=100"
	law _ws.expert.message '*Bogus TCP header length*' "$ip $tcp off=3"
	law pppoe.payload_length 77 "$eth pppoe sid=1 len=77 ppp $ip"
	echo "# $checked lengths judged by tshark" >&3
}

@test "law: a wrong protocol number that is written is what tshark reads the payload as" {
	checked=0
	law frame.protocols '*:ip:tcp*' "$eth $ip proto=6 $udp data str=0123456789abcdef"
	law frame.protocols '*:ip:data' "$eth $ip proto=253 $udp"
	law ip.proto 253 "$eth $ip proto=253 $udp"
	law frame.protocols '*:data' "$eth type=0x88b5 $ip $udp"
	law frame.protocols '*:ipv6.hopopts*' "$eth $ip6 nh=0 $udp data hex=$(printf '%0600d' 0)"
	law vlan.etype 0x88b5 "$eth vlan vid=5 type=0x88b5 $ip $udp"
	law mpls.bottom '0,0,*' "$eth mpls label=16 mpls label=17 s=0 $ip $udp"
	echo "# $checked numbers judged by tshark" >&3
}

@test "law: a frame check sequence that is written is what tshark judges" {
	run says Always 'eth.fcs.status eth.fcs' <<-END
		$eth fcs=crc $ip $udp data str=hello pad n=13
		$eth fcs=0xdeadbeef $ip $udp data str=hello pad n=13
		$eth fcs=crc arp op=1 pad n=18
	END
	echo "$output"
	[ "${lines[0]%%|*}" = 1 ]
	[ "${lines[1]}" = '0|0xdeadbeef' ] || [ "${lines[1]}" = '0|0xefbeadde' ]
	[ "${lines[2]%%|*}" = 1 ]
}

@test "law: framer's frames have a right FCS to tshark, of every length up to 1500" {
	for n in 0 1 2 17 18 19 45 46 47 100 999 1472; do
		printf '%s %s data hex=' "$ip" "$udp"
		[ $n -eq 0 ] || printf '00%.0s' $(seq $n)
		echo
	done | framer >"$BATS_TEST_TMPDIR/frames"
	run says Always 'eth.fcs.status frame.len' <"$BATS_TEST_TMPDIR/frames"
	[ "${#lines[@]}" -eq 12 ]
	for l in "${lines[@]}"; do
		[ "${l%%|*}" = 1 ]
		[ "${l#*|}" -ge 64 ]
	done
}

@test "repair: sed without the wrong values is a clean packet again" {
	echo "$eth $ip len=99 sum=0x1111 $udp len=3 sum=0x2222 data str=hello" >"$BATS_TEST_TMPDIR/wrong"
	sed 's/ \(sum\|len\)=[^ ]*//g' "$BATS_TEST_TMPDIR/wrong" >"$BATS_TEST_TMPDIR/right"
	run says Never 'ip.checksum.status udp.checksum.status ip.len udp.length' <"$BATS_TEST_TMPDIR/right"
	[ "$output" = '1|1|33|13' ]
}
