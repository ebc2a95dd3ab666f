# files.bats - the capture files that pktcat writes are read by others, and it reads theirs: the same packets, times,
# lengths and link types.

load peers

setup() {
	t=$BATS_TEST_TMPDIR
}

# Three packets to the nanosecond; one was cut.
nano() {
	cat <<-END
		1700000000.000000001 eth ip src=192.0.2.1 dst=192.0.2.2 udp sport=1 dport=2 data str=a
		1700000000.999999999 eth ip6 src=2001:db8::1 dst=2001:db8::2 tcp sport=3 dport=4 seq=5 flags=SYN win=6
		1700000001.000000000 eth ip src=192.0.2.1 dst=192.0.2.2 data hex=0102 @len=1000
	END
}

# frames FILE: of each packet its time, lengths, link type and the MD5 of its octets, as tshark sees it.
frames() {
	tshark -n -o frame.generate_md5_hash:TRUE -r "$1" -T fields -e frame.time_epoch -e frame.len -e frame.cap_len \
		-e frame.encap_type -e frame.md5_hash 2>/dev/null
}

@test "files: every capture of others goes through text and back; tshark sees the same packets" {
	need python3 tshark mergecap gzip
	captures >/dev/null
	counts python3 "$here/roundtrip.py"
}

@test "files: capinfos, tshark and tcpdump read the pcap that pktcat writes" {
	need capinfos tshark tcpdump
	pktcat -w "$t/x.pcap" tests/golden/http.pkt
	run capinfos -TrMScEa "$t/x.pcap"
	[[ $output == *pcap* ]]
	[[ $output == *rawip* ]]
	[[ $output == *1700000000.120431* ]]
	run tcpdump -nn -tt -r "$t/x.pcap"
	[[ $output == *'link-type RAW'* ]]
	[[ $output == *'1700000000.120431 IP 192.0.2.1.49152 > 198.51.100.7.80: Flags [S], seq 2718281828, win 64240'* ]]
	[ "$(grep -c ' IP ' <<<"$output")" -eq 10 ]
	run tshark -n -r "$t/x.pcap" -Y http.response.code==200 -T fields -e http.content_length -e http.time
	[[ $output == *71* ]]
}

@test "files: nanoseconds and cut packets, in pcap and pcapng, to capinfos and tcpdump" {
	need capinfos tshark tcpdump
	nano >"$t/n.pkt"
	pktcat -w "$t/n.pcap" "$t/n.pkt"
	pktcat -w "$t/n.pcapng" "$t/n.pkt"
	[[ $(capinfos -t "$t/n.pcap") == *'nanosecond'* ]]
	[[ $(capinfos -t "$t/n.pcapng") == *'pcapng'* ]]
	for f in "$t/n.pcap" "$t/n.pcapng"; do
		frames "$f" >"$f.frames"
		[ "$(cut -f1 "$f.frames" | tr '\n' ' ')" = '1700000000.000000001 1700000000.999999999 1700000001.000000000 ' ]
		[ "$(tail -n 1 "$f.frames" | cut -f2,3)" = $'1000\t36' ]
		[ "$(tcpdump -nn --nano -tt -r "$f" 2>/dev/null | cut -d' ' -f1 | tr '\n' ' ')" = "$(cut -f1 "$f.frames" | tr '\n' ' ')" ]
	done
	cmp "$t/n.pcap.frames" "$t/n.pcapng.frames"
}

@test "files: packets of many link types in one pcapng, to tshark and capinfos" {
	need capinfos tshark
	printf '%s\n' '1.0 eth ip udp' '2.0 ip udp' '3.0 ip6 udp' '4.0 sll ip udp' '5.0 sll2 ip udp' '6.0 null ip udp' '7.0 ppp ip udp' \
		'8.0 frame dlt=147 hex=00ff' '9.0 eth arp' >"$t/many.pkt"
	pktcat -w "$t/many.pcapng" "$t/many.pkt"
	[ "$(tshark -n -r "$t/many.pcapng" -T fields -e frame.interface_id 2>/dev/null | sort -u | wc -l)" -eq 7 ]
	[ "$(tshark -n -r "$t/many.pcapng" -T fields -e frame.protocols 2>/dev/null | sed 's/:udp.*//; s/:data//' | tr '\n' ' ')" = \
		'eth:ethertype:ip raw:ip raw:ipv6 sll:ethertype:ip sll:ethertype:ip null:ip ppp:ip user_dlt eth:ethertype:arp ' ]
	run pktcat -w "$t/many.pcap" "$t/many.pkt"
	[ "$status" -eq 2 ]
	[[ $output == *pcapng* ]]
}

@test "files: pktcat reads every flavour that editcap writes" {
	need editcap tshark
	made=0
	pktcat -w "$t/x.pcap" tests/golden/http.pkt
	nano | pktcat -w "$t/n.pcap"
	for flavour in pcap nsecpcap pcapng modpcap; do
		editcap -F "$flavour" "$t/x.pcap" "$t/$flavour" 2>/dev/null || continue
		pktcat "$t/$flavour" | sed 's/^\([0-9]*\.[0-9]\{6\}\)000 /\1 /' >"$t/$flavour.pkt"
		cmp "$t/$flavour.pkt" tests/golden/http.pkt
		made=$((made + 1))
	done
	[ $made -eq 4 ]
	for flavour in nsecpcap pcapng; do
		editcap -F "$flavour" "$t/n.pcap" "$t/n.$flavour" 2>/dev/null
		pktcat "$t/n.$flavour" >"$t/n.$flavour.pkt"
		pktcat "$t/n.pcap" | cmp - "$t/n.$flavour.pkt"
	done
	# Truncated, shifted in time, with comments and a name for the interface.
	editcap -s 40 -t 3600.25 -a 1:hello -F pcapng "$t/x.pcap" "$t/edited" 2>/dev/null
	frames "$t/edited" | cut -f1-3 | sed 's/000\t/\t/' >"$t/theirs"
	pktcat -T tsv -e time,len,caplen "$t/edited" | sed 1d >"$t/ours"
	cmp "$t/theirs" "$t/ours"
}

@test "files: editcap reads what pktcat writes and writes the same packets" {
	need editcap tshark
	nano >"$t/n.pkt"
	for name in n.pcap n.pcapng; do
		pktcat -w "$t/$name" "$t/n.pkt"
		editcap -F pcapng "$t/$name" "$t/copy" 2>/dev/null
		frames "$t/$name" >"$t/before"
		frames "$t/copy" | cmp - "$t/before"
	done
}

@test "files: byte-swapped pcap, micro- and nanoseconds: tshark and pktcat agree" {
	need python3 tshark
	pktcat -w "$t/x.pcap" tests/golden/http.pkt
	nano | pktcat -w "$t/n.pcap"
	cat >"$t/swap.py" <<-'END'
		import struct, sys
		data = open(sys.argv[1], "rb").read()
		out = struct.pack(">IHHIIII", *struct.unpack("<IHHIIII", data[:24]))
		at = 24
		while at < len(data):
		    head = struct.unpack("<IIII", data[at:at + 16])
		    out += struct.pack(">IIII", *head) + data[at + 16:at + 16 + head[2]]
		    at += 16 + head[2]
		open(sys.argv[2], "wb").write(out)
	END
	for name in x n; do
		python3 "$t/swap.py" "$t/$name.pcap" "$t/$name.swapped"
		[ "$(cksum <"$t/$name.pcap")" != "$(cksum <"$t/$name.swapped")" ]
		frames "$t/$name.pcap" >"$t/$name.frames"
		frames "$t/$name.swapped" | cmp - "$t/$name.frames"
		pktcat "$t/$name.pcap" >"$t/$name.pkt"
		pktcat "$t/$name.swapped" | cmp - "$t/$name.pkt"
	done
}

@test "files: text2pcap reads pktcat -T hex" {
	need text2pcap tshark
	pktcat -T hex tests/golden/http.pkt >"$t/x.hex"
	text2pcap -q -t '%s.%f' -l 101 "$t/x.hex" "$t/x.pcapng" 2>/dev/null
	pktcat -w "$t/y.pcap" tests/golden/http.pkt
	frames "$t/y.pcap" >"$t/y.frames"
	frames "$t/x.pcapng" | cmp - "$t/y.frames"
	[ "$(wc -l <"$t/y.frames")" -eq 10 ]
	# Every octet, in lines of text and out of them.
	for i in 0 64 128 192; do
		printf '1700000000.000000 eth type=0x88b5 data hex='
		for j in $(seq "$i" $((i + 63))); do printf %02x "$j"; done
		echo
	done >"$t/all.pkt"
	pktcat -T hex "$t/all.pkt" | text2pcap -q -t '%s.%f' - "$t/all.pcapng" 2>/dev/null
	pktcat -w "$t/all.pcap" "$t/all.pkt"
	frames "$t/all.pcap" >"$t/all.frames"
	frames "$t/all.pcapng" | cmp - "$t/all.frames"
}

@test "files: pktcat -f picks the packets that tcpdump picks" {
	need tcpdump
	captures >/dev/null
	picked=0
	for f in "$data"/pcaps/analysis/*.pcap; do
		[ $((n = ${n:-0} + 1)) -le 20 ] || break
		for filter in tcp 'udp port 53' 'tcp[tcpflags] & tcp-syn != 0' 'ip[8] < 64' 'len > 200' 'icmp or arp or ip6'; do
			theirs=$(tcpdump -nn -r "$f" "$filter" -w - 2>/dev/null | pktcat -q | cksum)
			ours=$(pktcat -q -f "$filter" "$f" | cksum)
			[ "$theirs" = "$ours" ] || { echo "$f: $filter"; return 1; }
			picked=$((picked + ${ours##* }))
		done
	done
	[ $picked -gt 0 ]
}
