#!/usr/bin/env bats
# framer.bats - framer(1): into Ethernet frames and out of them, the frame check sequence, padding, damaged frames.

load helper
code=0 # try sets it

MACS='eth da=02:00:00:00:00:02 sa=02:00:00:00:00:01'
IP='ip id=0 ttl=64 src=192.0.2.1 dst=192.0.2.2'

# all_kinds: packets of every kind that has a place in an Ethernet frame, in canonical text.
all_kinds() {
	pktcat <<END
1700000000.000001 $IP
1700000000.000002 $IP udp sport=1 dport=2
1700000000.123456789 $IP udp sport=1 dport=2 data str=hello,%20world @a.b=c
$IP tcp sport=1 dport=2 seq=3 flags=SYN,ACK win=5 opt=mss:1460,sackok,ts:1:2,nop,ws:7
$IP icmp type=8 id=1 seq=2 data str=ping
$IP icmp type=3 code=3 $IP udp sport=1 dport=2 data str=abcdefgh
$IP igmp type=0x16 group=224.0.0.1
$IP $IP udp data hex=00
$IP gre $IP udp
ip flags=MF id=9 src=192.0.2.1 dst=192.0.2.2 udp len=800 sum=0x1234 data str=abcdefgh
ip frag=1 id=9 proto=17 src=192.0.2.1 dst=192.0.2.2 data str=abcdefgh
ip opt=ra:0 src=192.0.2.1 dst=224.0.0.1 igmp
ip sum=0x1111 src=192.0.2.1 dst=192.0.2.2 udp sum=0x2222 data str=wrong
ip6 src=2001:db8::1 dst=2001:db8::2 udp sport=1 dport=2 data str=six
ip6 src=2001:db8::1 dst=2001:db8::2 tcp flags=ACK data str=$(printf '%01000d' 0)
ip6 src=2001:db8::1 dst=2001:db8::2 icmp6 type=128 id=1 seq=1
arp op=1 sha=02:00:00:00:00:01 spa=192.0.2.1 tpa=192.0.2.2
vlan vid=5 $IP udp data str=tagged
vlan vid=5 vlan vid=6 arp
mpls label=16 $IP
llc data str=llc
llc snap $IP data str=snap
END
}

@test '--help and wrong options' {
	has "$(framer --help)" 'usage: framer '
	for wrong in --nonsense '-t nonsense' '--da' '-d --type 1' '-d --no-pad' '--keep' '--da nonsense' '--sa 1:2:3' '--type 65536' '--type x'; do
		# shellcheck disable=SC2086 # options are words
		try framer $wrong <<<"$IP"
		is "$wrong: $code, $(wc -l <err) line, $(wc -c <out) octets" "$wrong: 2, 1 line, 0 octets"
		has "$(cat err)" 'framer: '
	done
}

@test 'every kind of packet comes back out of its frame, times and notes included' {
	all_kinds >a
	is "$(wc -l <a)" 22
	try framer a
	quiet_ok
	mv out frames
	is "$(wc -l <frames)" "$(wc -l <a)"
	no grep -v 'fcs=crc' frames
	try framer -d frames
	quiet_ok
	diff a out
}

@test 'and so through a capture file, with the FCS in it' {
	all_kinds >a
	[ -s a ]
	framer a | sed 's/ @[^ ]*//g' | pktcat --pcapng -w frames.pcapng
	sed 's/ @[^ ]*//g; /^[0-9]/!s/^/0.000000 /' a >want
	# Without a time a frame is time 0 there; with other precisions too.
	framer -d frames.pcapng | sed 's/^0 /0.000000 /; /^[0-9]/!s/^/0.000000 /' | diff want -
}

@test 'and so as octets and as bits on a medium' {
	all_kinds | sed 's/^[0-9.]* //; s/ @[^ ]*//g' >a
	[ -s a ]
	# The octets of each frame, out of the capture: framer -d must take them as a medium delivers them.
	while read -r line; do octets "$line"; echo; done < <(framer a) >hex
	sed 's/^/octets hex=/' hex | framer -d | diff a -
	# An octet goes least significant bit first.
	awk 'BEGIN { for (i = 0; i < 256; i++) { s = ""; for (b = 0; b < 8; b++) s = s int(i / 2 ^ b) % 2; bits[sprintf("%02x", i)] = s } }
		{ printf "bits b="; for (i = 1; i < length($0); i += 2) printf "%s", bits[substr($0, i, 2)]; print "" }' hex >bits
	framer -d bits | diff a -
}

@test 'the frame is what IEEE 802.3 says: addresses, type, 46 octets of payload or more, CRC-32' {
	is "$(framer <<<"$IP")" "$MACS fcs=crc $IP pad n=26"
	frame=$(octets "$(framer <<<"$IP")")
	is "${#frame}" 128
	is "${frame:0:28}" 0200000000020200000000010800
	crc=$(pktcat -w - <<<"$MACS $IP pad n=26" | tail -c +41 | gzip -c | tail -c 8 | od -An -tx1 -N4 | tr -d ' ')
	is "${frame:120}" "$crc"
}

@test 'short frames are padded to 64 octets with the FCS, longer ones and --no-pad are not' {
	for n in 0 1 45 46 47 1500; do
		line="data str=$(printf "%0${n}d" 0)"
		[ $n -gt 0 ] || line='data str='
		frame=$(octets "$(framer --type 0x1234 <<<"$line")")
		is "$n: $((${#frame} / 2))" "$n: $((n < 46 ? 64 : n + 18))"
		frame=$(octets "$(framer --no-pad --type 0x1234 <<<"$line")")
		is "$n: $((${#frame} / 2))" "$n: $((n + 18))"
	done
}

@test '--da, --sa and --type' {
	is "$(framer --da 1:2:3:4:5:6 --sa=AA-BB-CC-DD-EE-FF --no-pad <<<"$IP")" "eth da=01:02:03:04:05:06 sa=aa:bb:cc:dd:ee:ff fcs=crc $IP"
	is "$(framer --type 0x88b5 --no-pad <<<'data str=x')" "$MACS type=0x88b5 fcs=crc data str=x"
	is "$(framer --type 0x0800 --no-pad <<<"$IP")" "$MACS fcs=crc $IP"
	try framer <<<'data str=x'
	fails 2 'framer: -:1: data has no EtherType of its own: give one with --type'
	[ ! -s out ]
}

@test 'a frame without FCS gets padding and FCS, one with FCS passes as it came' {
	is "$(framer <<<"eth da=1:2:3:4:5:6 $IP")" "eth da=01:02:03:04:05:06 sa=00:00:00:00:00:00 fcs=crc $IP pad n=26"
	is "$(framer <<<"eth   fcs=crc $IP")" "eth   fcs=crc $IP"
	is "$(framer <<<"eth fcs=0x1 $IP")" "eth fcs=0x1 $IP"
}

@test 'what cannot go into a frame: exit 2, what came before is written' {
	printf '%s\nbits b=011\n' "$IP" >a
	try framer a
	fails 2 'framer: a:2: bits that are not whole octets cannot go into a frame'
	is "$(wc -l <out)" 1
	try framer <<<"$IP @len=99"
	fails 2 'framer: -:1: a packet whose capture was cut short cannot go into a frame'
	try framer <<<'frame dlt=4242 hex=00'
	fails 2 'framer: -:1: octets of link type 4242 that are not understood cannot go into a frame'
}

@test '-d drops a frame with any one hex digit changed, and exits 1' {
	hex=$(octets "$(framer <<<"$IP udp data str=hello")")
	is "$(framer -d <<<"octets hex=$hex")" "$IP udp sport=0 dport=0 data str=hello"
	for ((i = 0; i < ${#hex}; i++)); do
		digit=${hex:i:1}
		echo "octets hex=${hex:0:i}$(printf '%x' $((0x$digit ^ 1 << i % 4)))${hex:i+1}"
	done >damaged
	try framer -d -q damaged
	is "$code $(wc -c <out) $(cat err)" '1 0 '
	try framer -d damaged
	is "$code" 1
	is "$(wc -l <err)" 1
	has "$(cat err)" "$(wc -l <damaged)"
}

@test '-d drops a frame whose text says a wrong FCS, passes one that has none' {
	try framer -d -q <<<"$MACS fcs=0x00000001 $IP"
	is "$code $(cat out err)" '1 '
	try framer -d <<<"$MACS $IP pad n=26"
	quiet_ok
	is "$(cat out)" "$IP"
}

@test '-d goes on behind a damaged frame' {
	printf '%s\n' "$MACS fcs=crc $IP" "$MACS fcs=0x1 $IP" "$MACS fcs=crc ${IP/id=0/id=7}" >a
	try framer -d a
	is "$code" 1
	is "$(cat out)" "$IP"$'\n'"${IP/id=0/id=7}"
}

@test '-d --keep passes a damaged frame on as octets, with its time and notes' {
	hex=$(octets "$(framer <<<"$IP")")
	bad=${hex:0:127}$(printf '%x' $((0x${hex:127} ^ 8)))
	try framer -d --keep -q <<<"1.5 octets hex=$bad @a.b=c @framer.drop=old"
	is "$code $(cat err)" '1 '
	is "$(cat out)" "1.5 octets hex=$bad @a.b=c @framer.drop=fcs"
	is "$(framer -d --keep -q <<<"$MACS fcs=0x01020304 $IP")" "octets hex=$(octets "$MACS $IP")01020304 @framer.drop=fcs"
}

@test '-d drops what is too short for a header and an FCS' {
	for n in 0 1 4 13 14 17; do
		line="octets hex=$(printf '%0*d' $((2 * n)) 0 | head -c $((2 * n)))"
		try framer -d --keep -q <<<"$line"
		is "$n: $code $(cat out)" "$n: 1 $line @framer.drop=fcs"
	done
}

@test '-d of what is no Ethernet frame: exit 2' {
	try framer -d <<<"$IP"
	fails 2 'framer: -:1: not an Ethernet frame: the first layer is ip'
	try framer -d <<<'bits b=011'
	fails 2 'framer: -:1: not an Ethernet frame: the first layer is bits'
	try framer -d <<<'frame dlt=4242 hex=00'
	fails 2 'framer: -:1: not an Ethernet frame: the first layer is unknown'
}

@test '-d takes padding away, keeps the tag and a packet without payload' {
	is "$(framer -d <<<"eth fcs=crc vlan vid=3 $IP pad n=22")" "vlan vid=3 $IP"
	is "$(framer -d <<<'eth type=0x1234 data str=ab')" 'data str=ab'
	is "$(framer -d <<<'eth')" 'data str='
}

@test '-d keeps the lengths of a frame that the capture cut' {
	is "$(framer -d <<<"$MACS $IP udp data str=abc @len=1000" | sed 's/ sum=[^ ]*//')" \
		'ip id=0 ttl=64 src=192.0.2.1 dst=192.0.2.2 udp sport=0 dport=0 data str=abc @len=986'
}

@test '-v says what was done' {
	try framer -d -v <<<"$MACS fcs=crc $IP pad n=26"
	is "$code $(wc -l <err)" '0 1'
	try framer -d -v <<<"$MACS fcs=0x1 $IP"
	has "$(cat err)" 'framer: -:1: '
}

@test '-t vlan and --vlan: a tag, a service tag around it, into packets and into frames' {
	is "$(framer -t vlan <<<"$IP")" "$MACS fcs=crc vlan vid=1 $IP pad n=22"
	is "$(framer --vlan 7:5:1 <<<"$IP")" "$MACS fcs=crc vlan pcp=5 dei=1 vid=7 $IP pad n=22"
	is "$(framer -t vlan --vlan 100 --vlan 0x7:1 <<<"$IP")" "$MACS type=0x88a8 fcs=crc vlan vid=100 vlan pcp=1 vid=7 $IP pad n=18"
	is "$(framer --vlan 7 --type 0x88b5 <<<'data str=x' | cut -d' ' -f4-)" 'fcs=crc vlan vid=7 type=0x88b5 data str=x pad n=41'
	is "$(framer --vlan 7 --vlan 8 --type 2048 --no-pad <<<"$IP")" "$MACS type=0x88a8 fcs=crc vlan vid=7 vlan vid=8 $IP"
	is "$(framer --vlan 7 <<<"$MACS $IP pad n=26")" "$MACS fcs=crc vlan vid=7 $IP pad n=26"
	is "$(framer --vlan 7 <<<"$MACS fcs=crc $IP pad n=26")" "$MACS fcs=crc vlan vid=7 $IP pad n=26"
	is "$(framer --vlan 7 <<<"$MACS type=0x1234 fcs=0x1 data str=x")" "$MACS fcs=0x00000001 vlan vid=7 type=0x1234 data str=x pad n=41"
	is "$(framer --vlan 7 <<<"$MACS vlan vid=3 $IP")" "$MACS fcs=crc vlan vid=3 $IP pad n=22"
	is "$(framer --vlan 7 --vlan 8 <<<"$MACS llc snap $IP pad n=18")" \
		"$MACS type=0x88a8 fcs=crc vlan vid=7 vlan vid=8 llc ctl=0x03 snap oui=0x000000 $IP pad n=18"
	for wrong in 4096 x 1:8 1:1:2 1:1:1: 1:1:1:1 '' :1 '1 --vlan 2 --vlan 3'; do
		# shellcheck disable=SC2086 # options are words
		try framer --vlan $wrong <<<"$IP"
		is "$wrong: $code $(wc -l <err) $(wc -c <out)" "$wrong: 2 1 0"
	done
}

@test '-d -t vlan takes the tags off as well' {
	is "$(framer --vlan 7 --vlan 8 <<<"$IP" | framer -d -t vlan)" "$IP"
	is "$(framer --vlan 7 <<<"$IP" | framer -d)" "vlan vid=7 $IP"
	is "$(framer <<<"$IP" | framer -d -t vlan)" "$IP"
	is "$(framer -d -t vlan <<<'eth vlan vid=5')" 'data str='
	has "$(framer -d -t vlan <<<"$MACS vlan vid=4 $IP udp data str=abc @len=1000")" ' @len=982'
}

@test '--llc and --snap: a length in place of the type' {
	is "$(framer --llc <<<"$IP")" "$MACS fcs=crc llc ctl=0x03 $IP pad n=23"
	is "$(framer --snap <<<"$IP")" "$MACS fcs=crc llc ctl=0x03 snap oui=0x000000 $IP pad n=18"
	is "$(framer --snap --vlan 9 <<<"$IP")" "$MACS fcs=crc vlan vid=9 llc ctl=0x03 snap oui=0x000000 $IP pad n=14"
	is "$(framer --llc --sap 0xf0 <<<'data str=x')" "$MACS fcs=crc llc dsap=0xf0 ssap=0xf0 ctl=0x03 data str=x pad n=42"
	is "$(framer --snap --type 0x88b5 <<<'data str=x')" "$MACS fcs=crc llc ctl=0x03 snap oui=0x000000 type=0x88b5 data str=x pad n=37"
	is "$(framer --snap <<<'llc dsap=0xe0 ssap=0xe0 data str=x')" "$MACS fcs=crc llc dsap=0xe0 ssap=0xe0 ctl=0x03 data str=x pad n=42"
	# The length counts LLC and packet, not the padding.
	is "$(octets "$(framer --snap <<<"$IP")" | cut -c 25-28)" 001c
	is "$(framer --snap <<<"$IP" | framer -d)" "llc ctl=0x03 snap oui=0x000000 $IP"
	try framer --llc <<<'data str=x'
	fails 2 'framer: -:1: data has no SAP of its own: give one with --sap'
	try framer --snap <<<'data str=x'
	fails 2 'framer: -:1: data has no EtherType of its own: give one with --type'
	is "$(framer --snap --type 1 <<<"data str=$(printf '%01492d' 0)" | pktcat -T tsv -e type | tail -n 1)" 1500,1
	try framer --snap --type 1 <<<"data str=$(printf '%01493d' 0)"
	fails 2 'framer: -:1: 1501 octets of LLC are more than the length of a frame can say, 1500'
	for wrong in '--sap 1' '--llc --type 1' '--llc -d' '-t hdlc --llc' '-t ppp --vlan 1' '-t hdlc --mtu 9' '--llc --sap 256'; do
		# shellcheck disable=SC2086 # options are words
		try framer $wrong <<<"$IP"
		is "$wrong: $code $(wc -l <err) $(wc -c <out)" "$wrong: 2 1 0"
	done
}

@test 'PPPoE has one of two EtherTypes, as its header says' {
	is "$(framer <<<'pppoe code=0x09 sid=0x0000 ' | pktcat -T tsv -e eth.type | tail -n 1)" $((0x8863))
	is "$(framer <<<"pppoe code=0x00 sid=0x0001 ppp $IP" | pktcat -T tsv -e eth.type | tail -n 1)" $((0x8864))
}

@test 'long frames are told with --mtu, short ones with -d; none is lost' {
	big() { echo "ip id=0 ttl=64 src=192.0.2.1 dst=192.0.2.2 data str=$(printf "%0$(($1 - 20))d" 0)"; }
	try framer --mtu 1500 <<<"$(big 1500)"
	quiet_ok
	try framer --mtu 1500 --vlan 5 <<<"$(big 1500)"
	quiet_ok
	{ big 1501; big 9000; big 9001; } >a
	try framer --mtu 1500 a
	is "$code $(cat err)" '0 framer: 3 frames longer than 1518 octets'
	mv out frames
	try framer -d --mtu 9000 frames
	is "$code $(cat err)" '0 framer: 1 frame longer than 9018 octets'
	diff a out
	try framer -d frames
	quiet_ok
	try framer -d <<<"$MACS fcs=crc $IP pad n=25"
	is "$code $(cat err)" '0 framer: 1 frame shorter than 64 octets'
	is "$(cat out)" "$IP"
	try framer -d <<<"$MACS $IP pad n=25"
	quiet_ok
}

@test 'a check sequence of another kind of frame stays out' {
	try framer <<<'ax25 dst=A src=B fcs=crc data str=x'
	is "$code" 2
}
