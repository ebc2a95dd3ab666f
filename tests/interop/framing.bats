# framing.bats - frames of PPP, HDLC, SLIP and KISS before judges that nobody here wrote: tshark, pppdump, slirp.

load peers

setup() {
	t=$BATS_TEST_TMPDIR
}

shark() { tshark -n "$@" 2>/dev/null; }

# packets N: packets for PPP, of all lengths, with every octet in them.
packets() {
	awk -v n="$1" 'BEGIN {
		srand(5)
		for (i = 1; i <= n; i++) {
			hex = ""
			for (k = int(rand() * 300); k > 0; k--) hex = hex sprintf("%02x", rand() < 0.3 ? 125 + int(rand() * 2) : int(rand() * 256))
			if (i % 4 == 0) print "lcp code=" 1 + int(rand() * 4) " id=" i % 256 " opt=mru:" i ",magic:" sprintf("%08x", i * 65537) ",pfc,acfc"
			else if (i % 4 == 1) print "ip6 src=2001:db8::1 dst=2001:db8::2 udp sport=7 data hex=" hex
			else print "ip id=" i " src=192.0.2.1 dst=192.0.2.2 udp sport=7 data hex=" hex
		}
	}' | pktcat
}

# pppdump_file: octets of both sides, one after the other, as pppd records them (pppdump(8)): a time, then sent and received pieces.
pppdump_file() {
	python3 -c '
import struct, sys
out = b"\x07" + struct.pack(">I", 1700000000)
for i, line in enumerate(sys.stdin):
    b = bytes.fromhex(line.split()[1][4:])
    for at in range(0, len(b), 100):
        part = b[at:at + 100]
        out += bytes([1 + i % 2]) + struct.pack(">H", len(part)) + part
sys.stdout.buffer.write(out)'
}

@test "framing: tshark finds each PPP check sequence right, and each wrong one wrong" {
	need tshark
	packets 200 | framer -t ppp | pktcat -w "$t/x.pcap"
	[ "$(shark -o 'ppp.fcs_type:16-Bit' -r "$t/x.pcap" -V | grep -c '^ *\[FCS Status: Good\]')" -eq 200 ]
	packets 200 | framer -t ppp | sed 's/fcs=crc/fcs=0x1234/' | pktcat -w "$t/y.pcap"
	[ "$(shark -o 'ppp.fcs_type:16-Bit' -r "$t/y.pcap" -V | grep -c '^ *\[FCS Status: Bad\]')" -eq 200 ]
	# FCS-32, on octets that framer made.
	packets 200 | framer -t ppp --octets --fcs 32 | sed 's/octets hex=7e//; s/7e$//' |
		awk '{ s = ""; for (i = 1; i < length($0); i += 2) { c = substr($0, i, 2)
			if (c == "7d") { i += 2; c = substr($0, i, 2); n = index("0123456789abcdef", substr(c, 1, 1)) - 1
				n = int(n / 2) % 2 ? n - 2 : n + 2; c = sprintf("%x%s", n, substr(c, 2, 1)) }
			s = s c } print "frame dlt=9 hex=" s }' | pktcat -w "$t/z.pcap"
	[ "$(shark -o 'ppp.fcs_type:32-Bit' -r "$t/z.pcap" -V | grep -c '^ *\[FCS Status: Good\]')" -eq 200 ]
	echo "# 600 PPP frames: tshark finds 200 + 200 check sequences right, 200 wrong" >&3
}

@test "framing: pppdump and tshark read our octets as pppd records them" {
	need tshark pppdump python3
	packets 200 >"$t/sent"
	for accm in 0xffffffff 0; do
		framer -t ppp --octets --accm $accm "$t/sent" | pppdump_file >"$t/x"
		pppdump -p "$t/x" >"$t/out"
		[ "$(grep -cE '^(sent|rcvd)' "$t/out")" -eq 200 ]
		run grep -ciE 'bad|fcs|abort' "$t/out"
		[ "$output" -eq 0 ]
		shark -r "$t/x" -T fields -e ppp.protocol -e ip.id -e lcp.opt.mru >"$t/theirs"
		[ "$(wc -l <"$t/theirs")" -eq 200 ]
		[ "$(grep -c 0xc021 "$t/theirs")" -eq 50 ]
		[ "$(shark -r "$t/x" -T fields -e ip.id | grep -c 0x)" -eq 100 ]
	done
	# A wrong check sequence is bad to pppdump too.
	framer -t ppp --octets "$t/sent" | sed '7s/7d23/7d24/' | pppdump_file >"$t/x"
	pppdump -p "$t/x" | grep -iq 'bad'
	echo "# 400 PPP frames in pppd's record format: pppdump and tshark read each" >&3
}

@test "framing: the packets of LCP, IPCP and IPV6CP, in tshark's fields" {
	need tshark
	printf 'ppp addr=0xff ctl=0x03 %s\n' 'lcp code=1 id=7 opt=mru:1400,accm:000a0000,auth:c22305,magic:12345678,pfc,acfc' \
		'lcp code=9 id=8 magic=0xdeadbeef data str=hi' 'lcp code=8 id=9 proto=0x80fd data hex=0101' \
		'ipcp code=3 id=2 opt=addr:10.9.0.1,dns1:10.0.0.1' 'ipv6cp code=1 id=3 opt=id:0102030405060708' 'lcp code=5 id=10' | pktcat -w "$t/x.pcap"
	shark -r "$t/x.pcap" -T fields -e ppp.code -e ppp.identifier -e ppp.length -e lcp.opt.mru -e lcp.opt.asyncmap -e lcp.opt.auth_protocol \
		-e lcp.opt.magic_number -e lcp.magic_number -e lcp.rej_proto -e ipcp.opt.ip_address -e ipcp.opt.pri_dns_address \
		-e ipv6cp.opt.interface_identifier | tr '\t' ' ' >"$t/theirs"
	sed -n 1p "$t/theirs" | grep -q '^1 7 29 1400 0x000a0000 0xc223 0x12345678'
	sed -n 2p "$t/theirs" | grep -q '^9 8 10 .*0xdeadbeef'
	sed -n 3p "$t/theirs" | grep -q '^8 9 8 .*0x80fd'
	sed -n 4p "$t/theirs" | grep -q '^3 2 16 .*10.9.0.1 10.0.0.1'
	sed -n 5p "$t/theirs" | grep -q '^1 3 14 .*01:*02:*03:*04:*05:*06:*07:*08'
	sed -n 6p "$t/theirs" | grep -q '^5 10 4'
	run grep -ci malformed "$t/theirs"
	[ "$output" -eq 0 ]
}

@test "framing: all 256 control octets of HDLC, as tshark's SDLC has them" {
	need tshark
	for ((i = 0; i < 256; i++)); do printf 'frame dlt=268 hex=03%02x\n' "$i"; done | pktcat -w "$t/x.pcap"
	pktcat -T tsv -e hdlc.ns,hdlc.nr,hdlc.pf "$t/x.pcap" | sed 1d >"$t/ours"
	shark -r "$t/x.pcap" -T fields -e sdlc.control.n_s -e sdlc.control.n_r -e sdlc.control.p -e sdlc.control.f |
		awk -F '\t' -v OFS='\t' '{ print $1, $2, $3 $4 ? 1 : 0 }' >"$t/theirs"
	cmp "$t/theirs" "$t/ours"
	pktcat "$t/x.pcap" | sed 's/.* type=\([^ ]*\).*/\1/' >"$t/kinds"
	shark -r "$t/x.pcap" | sed 's/.*func=\([A-Za-z]*\).*/\1/; s/.*SNA.*/I/' | paste - "$t/kinds" | awk '$1 != $2 && $2 !~ /^0x/' | sort -u >"$t/differ"
	# Its dissector knows UI as SNA, 0x43 and 0x07 by their names as responses, and SDLC's BCN where HDLC has UIH.
	printf '%s\t%s\n' BCN UIH I UI RD DISC RESET RSET RIM SIM | cmp - "$t/differ"
}

@test "framing: KISS and AX.25, in tshark's fields" {
	need tshark
	for ctl in 0x00 0x54 0xfe 0x01 0x35 0xe9 0x2d 0x2f 0x3f 0x6f 0x43 0x63 0x73 0x1f 0x03 0x13; do
		echo "ax25 dst=APRS src=N0CALL-11 via=WIDE1-1+,WIDE2-2 ctl=$ctl data str=hello"
	done >"$t/sent"
	framer -t ax25 --bits "$t/sent" | framer -d -t ax25 | pktcat -w "$t/x.pcap"
	framer -t kiss --port 9 "$t/sent" | framer -d -t kiss | pktcat -w "$t/k.pcap"
	for f in x k; do
		shark -r "$t/$f.pcap" -T fields -e ax25.ctl -e ax25.src -e ax25.dst >"$t/$f.theirs"
	done
	cmp "$t/x.theirs" "$t/k.theirs"
	[ "$(cut -f 1 "$t/x.theirs" | tr A-F a-f | tr '\n' ' ')" = "$(grep -o 'ctl=0x..' "$t/sent" | sed 's/ctl=//' | tr '\n' ' ')" ]
	[ "$(shark -r "$t/x.pcap" -V | grep -ci malformed)" -eq 0 ]
	# (Its field of the port is always 0, its summary is right.)
	[ "$(shark -r "$t/k.pcap" -V | grep -c '^KISS: Data frame, Port 9')" -eq 16 ]
}

@test "framing: slirp over SLIP and over PPP: it negotiates with us and answers pings" {
	need python3 slirp-fullbolt
	counts timeout 60 python3 "$here/slirp.py" slip
	counts timeout 60 python3 "$here/slirp.py" ppp
}
