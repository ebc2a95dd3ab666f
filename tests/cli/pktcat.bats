#!/usr/bin/env bats
# pktcat.bats - the options of pktcat(1), and pkt(5) rule by rule.

load helper
code=0 # try sets it

SYN='ip id=4660 flags=DF ttl=64 src=192.0.2.1 dst=198.51.100.7 tcp sport=40000 dport=80 seq=1000 ack=0 flags=SYN win=64240'
SYN="$SYN opt=mss:1460,sackok,ts:12345:0,nop,ws:7"
MACS='eth da=02:00:00:00:00:02 sa=02:00:00:00:00:01'

# three: an IPv4 UDP, a TCP and an IPv6 UDP packet, in Ethernet, a second apart.
three() {
	cat <<END
1700000000.000001 $MACS ip id=1 ttl=64 src=192.0.2.1 dst=192.0.2.53 udp sport=40001 dport=7 data str=hello
1700000001.000001 $MACS $SYN
1700000002.000001 $MACS ip6 hop=64 src=2001:db8::1 dst=2001:db8::2 udp sport=5 dport=53 data hex=00ff
END
}

# ---- options ----

@test '--help says how to use it, --version which it is' {
	try pktcat --help
	quiet_ok
	has "$(cat out)" 'usage: pktcat '
	has "$(cat out)" '--snaplen'
	is "$(pktcat -h)" "$(cat out)"
	try pktcat --version
	quiet_ok
	has "$(cat out)" 'pktcat '
}

@test '--help LAYER describes each layer that --layers lists' {
	pktcat --layers >layers
	for name in eth vlan arp ip ip6 icmp icmp6 udp tcp data pad frame bits octets; do
		grep -qE "^ *$name( |\$)" layers || { echo "no $name"; false; }
	done
	awk '$1 ~ /^[a-z][a-z0-9_-]*$/ { print $1 }' layers >names
	[ -s names ]
	while read -r name; do
		try pktcat --help "$name"
		quiet_ok
		has "$(cat out)" "$name"
	done <names
	pktcat --help tcp >out
	for word in sport dport seq ack off flags win sum urg opt 'RFC 9293'; do has "$(cat out)" "$word"; done
}

@test '--help of something else: one line, exit 2' {
	try pktcat --help nonsense
	fails 2 'pktcat: no help on "nonsense" (see pktcat --help)'
	[ ! -s out ]
}

@test 'a wrong option: one line, exit 2' {
	try pktcat --nonsense
	fails 2 'pktcat: --nonsense: unknown option (see pktcat --help)'
	try pktcat -c
	is "$code" 2
	is "$(wc -l <err)" 1
	for wrong in '-c 0' '-c -1' '-c x' '-s 0' '-s 262145' '-T nonsense' '-e time' '-f' '-T tsv -e nonsense.x'; do
		# shellcheck disable=SC2086 # options are words
		try pktcat $wrong </dev/null
		is "$wrong: $code $(wc -l <err)" "$wrong: 2 1"
		has "$(cat err)" 'pktcat: '
	done
}

@test '-D lists the interfaces' {
	[ -e /sys/class/net/lo ] || skip 'no loopback interface'
	try pktcat -D
	quiet_ok
	awk -F '\t' 'NF != 4 { bad = 1 } $1 == "lo" && $3 ~ /127\.0\.0\.1/ { lo = 1 } END { exit bad || !lo }' out
}

@test '-r FILE is an operand; -r and an operand are too many' {
	three >a
	is "$(pktcat -r a)" "$(cat a)"
	is "$(pktcat --read=a)" "$(cat a)"
	is "$(pktcat -ra)" "$(cat a)"
	try pktcat -r a a
	fails 2 'pktcat: -r and a: one source of packets, please'
}

@test 'standard input is read without an operand and for -' {
	three >a
	is "$(pktcat <a)" "$(cat a)"
	is "$(pktcat - <a)" "$(cat a)"
	is "$(pktcat -r - <a)" "$(cat a)"
}

@test 'several files of all kinds make one stream' {
	three >a
	pktcat -w b.pcap a
	pktcat -w c.pcapng a
	three >d
	is "$(pktcat a b.pcap - c.pcapng <d)" "$(cat a a a a)"
	is "$(pktcat -w - a b.pcap c.pcapng | pktcat)" "$(cat a a a)"
}

@test 'options may come after operands; -- ends them' {
	three >a
	is "$(pktcat a -c 1)" "$(head -n 1 a)"
	cp a ./-c
	is "$(pktcat -- -c)" "$(cat a)"
	is "$(pktcat ./-c --count=1)" "$(head -n 1 a)"
}

@test '-f passes what the filter matches: packet text, pcap and pcapng' {
	three >a
	pktcat -w b.pcap a
	pktcat -w c.pcapng a
	for file in a b.pcap c.pcapng; do
		is "$(pktcat -f 'udp' $file)" "$(sed -n '1p;3p' a)"
		is "$(pktcat -f 'tcp[tcpflags] & tcp-syn != 0' $file)" "$(sed -n 2p a)"
		is "$(pktcat -f 'ip6' $file)" "$(sed -n 3p a)"
		is "$(pktcat -f 'port 9' $file)" ''
		is "$(pktcat -f 'udp' -w - $file | pktcat)" "$(sed -n '1p;3p' a)"
	done
}

@test '-f works for each link type, and keeps notes and the text of octets that it does not know' {
	printf 'ip ttl=1 udp dport=7 @a.b=c\nip6 hop=1 udp dport=7\n%s ip ttl=9\n' "$MACS" >a
	is "$(pktcat -f 'udp port 7' a | grep -c udp)" 2
	has "$(pktcat -f 'udp port 7' a)" '@a.b=c'
	is "$(pktcat -f 'greater 1' <<<'frame dlt=147 hex=00ff')" 'frame dlt=147 hex=00ff'
}

@test '-f that does not parse, or makes no sense for a link type: exit 2' {
	try pktcat -f 'udp prot 7' </dev/null
	is "$code" 2
	is "$(wc -l <err)" 1
	has "$(cat err)" 'pktcat: -f: '
	try pktcat -f 'ether host 02:00:00:00:00:01' <<<'ip'
	is "$code" 2
	is "$(wc -l <err)" 1
	[ ! -s out ]
}

@test '-c stops after COUNT packets that passed' {
	three >a
	is "$(pktcat -c 2 a)" "$(head -n 2 a)"
	is "$(pktcat -c 1 -f ip6 a)" "$(tail -n 1 a)"
	is "$(pktcat -c 99 a)" "$(cat a)"
	is "$(pktcat -c1 -w - a | pktcat)" "$(head -n 1 a)"
	is "$(printf '# one\nip\n# two\nip\n' | pktcat -c 1 | cut -c1-5)" "$(printf '# one\nip id')"
}

@test '-c does not read on: what is wrong behind it is not seen' {
	try pktcat -c 1 <<<$'data\nnonsense'
	quiet_ok
	is "$(cat out)" 'data str='
}

@test '-s keeps the first octets, the length on the wire and the notes' {
	three >a
	pktcat -s 34 a >b
	is "$(grep -c '@len=' b)" 3
	is "$(head -n 1 b)" "1700000000.000001 $MACS ip id=1 ttl=64 proto=17 src=192.0.2.1 dst=192.0.2.53 @len=47"
	is "$(pktcat -s 262144 a)" "$(cat a)"
	is "$(pktcat -s 20 <<<'ip udp data str=abc @a.b=c')" 'ip id=0 ttl=64 proto=17 src=0.0.0.0 dst=0.0.0.0 @len=31 @a.b=c'
	is "$(pktcat -w - a | pktcat -s 34)" "$(cat b)"
	is "$(pktcat -s 34 -w - a | pktcat)" "$(cat b)"
	is "$(pktcat -s 1 <<<'ip')" 'frame dlt=101 hex=45 @len=20'
}

@test '-Q prints qualified names, which are read as well' {
	three >a
	pktcat -Q a >b
	has "$(head -n 1 b)" ' ip ip.id=1 ip.ttl=64 ip.src=192.0.2.1 ip.dst=192.0.2.53 udp udp.sport=40001 udp.dport=7 data data.str=hello'
	is "$(pktcat b)" "$(cat a)"
	is "$(pktcat -Q <<<'frame dlt=147 hex=00')" 'frame dlt=147 hex=00'
}

@test '-w writes a pcap that is right to the octet' {
	is "$(pktcat -w - <<<"1700000000.123456 $MACS type=0x1234 data hex=0102 @len=99" | od -An -v -tx1 | tr -d ' \n')" \
		"d4c3b2a1020004000000000000000000""0000040001000000""00f1536540e201001000000063000000""020000000002020000000001""12340102"
}

@test '-w writes a pcap with nanoseconds when the first record has them' {
	is "$(pktcat -w - <<<'1.123456789 ip' | od -An -tx1 -N4 | tr -d ' ')" 4d3cb2a1
	is "$(pktcat -w - <<<$'1.123456789 ip\n2.5 ip' | pktcat | cut -d' ' -f1)" $'1.123456789\n2.500000000'
}

@test '-w NAME.pcapng and --pcapng write pcapng' {
	three >a
	pktcat -w a.pcapng a
	is "$(od -An -tx1 -N12 a.pcapng | tr -d ' ')" 0a0d0d0a1c0000004d3c2b1a
	is "$(pktcat a.pcapng)" "$(cat a)"
	pktcat --pcapng -w b.cap a
	cmp a.pcapng b.cap
	pktcat --pcapng -w - a | cmp - a.pcapng
	pktcat -w a.pcap a
	is "$(od -An -tx1 -N4 a.pcap | tr -d ' ')" d4c3b2a1
}

@test '-w and -T write both; -w - and -T cannot' {
	three >a
	is "$(pktcat -T text -w b.pcap a)" "$(cat a)"
	is "$(pktcat b.pcap)" "$(cat a)"
	is "$(pktcat -w b.pcap a)" ''
	try pktcat -T text -w - a
	fails 2 'pktcat: -w - and -T both want standard output: name a file'
}

@test '-w without a packet writes a file without packets' {
	pktcat -w a.pcap /dev/null
	is "$(od -An -v -tx1 a.pcap | tr -d ' \n')" d4c3b2a10200040000000000000000000000040001000000
	pktcat -w a.pcapng </dev/null
	is "$(wc -c <a.pcapng)" 28
	is "$(pktcat a.pcap a.pcapng)" ''
}

@test '-w overwrites the file that the user named' {
	seq 10000 >a.pcap
	pktcat -w a.pcap <<<"$MACS"
	is "$(wc -c <a.pcap)" 54
}

@test 'gzip input is read by its magic number' {
	three >a
	gzip -c a >a.gz
	try pktcat a.gz
	! grep -q 'no zlib' err || skip 'built without zlib'
	is "$(cat out)" "$(cat a)"
	pktcat -w - a | gzip -c >b
	is "$(pktcat <b)" "$(cat a)"
}

# ---- rule 1: what is not written is computed; what is written is law ----

@test 'rule 1: lengths, next-protocol numbers and checksums are computed' {
	is "$(octets "$MACS $SYN")" \
		02000000000202000000000108004500003c1234400040063c4cc0000201c63364079c400050000003e800000000a002faf090210000020405b40402080a000030390000000001030307
	is "$(octets 'ip id=1 src=192.0.2.1 dst=192.0.2.2 icmp type=8 id=1 seq=2 data str=ab')" \
		4500001e000100004001f6dac0000201c00002020800969a000100026162
	is "$(octets 'ip6 src=2001:db8::1 dst=2001:db8::2 udp sport=5 dport=53 data hex=00ff')" \
		60000000000a114020010db800000000000000000000000120010db800000000000000000000000200050035000aa32c00ff
}

@test 'rule 1: what is written goes out as it is, wrong or not' {
	is "$(octets 'ip ver=5 ihl=6 len=7 proto=8 sum=0x1234')" 5600000700000000400812340000000000000000
	is "$(octets 'ip src=1.2.3.4 dst=5.6.7.8 udp len=3 sum=0')" 4500001c0000000040116abe01020304050607080000000000030000
	stays 'ip len=7 id=0 ttl=64 proto=8 sum=0x1234 src=0.0.0.0 dst=0.0.0.0'
}

@test 'rule 1: an edited field is summed anew, sums taken out are repaired' {
	line='ip id=1 ttl=64 sum=0x1111 src=192.0.2.1 dst=192.0.2.2 udp sport=1 dport=2 sum=0x2222 data str=a'
	stays "$line"
	is "$(sed 's/ sum=[^ ]*//g; s/ttl=64/ttl=9/' <<<"$line" | udpck 2>err)" \
		'ip id=1 ttl=9 src=192.0.2.1 dst=192.0.2.2 udp sport=1 dport=2 data str=a @udpck.sum=ok'
}

@test 'rule 1: a number over a payload that no binding knows is 0 unless written' {
	is "$(octets 'ip data hex=ff' | cut -c19-20)" 00
	is "$(octets 'ip proto=99 data hex=ff' | cut -c19-20)" 63
	is "$(octets 'eth data hex=ff' | cut -c25-28)" 0000
	stays 'ip id=0 ttl=64 proto=99 src=0.0.0.0 dst=0.0.0.0 data hex=ff'
}

# ---- rule 2: what prints ----

@test 'rule 2: independent fields print at their default, in the order of pkt(5)' {
	reads 'ip' 'ip id=0 ttl=64 src=0.0.0.0 dst=0.0.0.0'
	reads 'ip dst=1.2.3.4 src=5.6.7.8 ttl=1 id=2' 'ip id=2 ttl=1 src=5.6.7.8 dst=1.2.3.4'
	reads 'tcp' 'tcp sport=0 dport=0 seq=0 ack=0 flags=0 win=0'
	reads 'eth' 'eth da=00:00:00:00:00:00 sa=00:00:00:00:00:00'
	reads 'udp' 'udp sport=0 dport=0'
}

@test 'rule 2: derived fields print only when they are not what would be computed' {
	line='ip id=0 ttl=64 src=192.0.2.1 dst=192.0.2.2 udp sport=1 dport=2 data str=a'
	reads 'ip ver=4 ihl=5 len=29 ttl=64 proto=17 sum=0xf6cc src=192.0.2.1 dst=192.0.2.2 udp sport=1 dport=2 len=9 sum=0x1ad5 data str=a' "$line"
	stays "${line/ttl=64/ttl=64 proto=6 sum=0x0000}"
	stays "${line/dport=2/dport=2 len=10 sum=0x1ad6}"
}

@test 'rule 2: optional things print only when they are there' {
	reads 'ip dscp=0 ecn=0 flags=0 frag=0' 'ip id=0 ttl=64 src=0.0.0.0 dst=0.0.0.0'
	stays 'ip dscp=46 ecn=1 id=0 flags=MF,DF frag=8191 ttl=64 src=0.0.0.0 dst=0.0.0.0 opt=ra:0'
	reads 'tcp urg=0 opt=' 'tcp sport=0 dport=0 seq=0 ack=0 flags=0 win=0'
	stays 'tcp sport=0 dport=0 seq=0 ack=0 flags=URG win=0 urg=1'
	stays 'ip6 tc=0x02 flow=0x00001 hop=64 src=:: dst=::1'
}

@test 'rule 2: a filter passes unchanged text through as it came, notes added' {
	line='ip   dst=192.0.2.2 ttl=0x40'$'\t''udp dport=07'
	is "$(udpck <<<"$line" 2>err)" "$line @udpck.sum=ok"
	is "$(modem-sim <<<"$line")" "$line @modem-sim.bits=224 @modem-sim.errors=0"
}

# ---- rule 3: nothing is lost ----

@test 'rule 3: octets that no layer explains are data, a whole packet so is frame' {
	for line in 'frame dlt=1 hex=0102' 'frame dlt=101 hex=45' 'frame dlt=101 hex=ff00' 'frame dlt=65535 hex=00' \
		'frame dlt=1 hex=' "$MACS type=0x0800 data hex=4500" "$MACS type=0x0800 data hex=4f$(printf '%038d' 0)" \
		"$MACS type=0x0800 data hex=65$(printf '%038d' 0)"; do
		is "$(pktcat -w - <<<"$line" | pktcat)" "0.000000 $line"
	done
}

@test 'rule 3: a TCP header whose offset is beyond the packet is data' {
	is "$(pktcat -w - <<<'ip proto=6 data hex=000100020000000300000004f0020000000000000000' | pktcat)" \
		'0.000000 ip id=0 ttl=64 proto=6 src=0.0.0.0 dst=0.0.0.0 data hex=000100020000000300000004f0020000000000000000'
}

@test 'rule 3: random octets of many link types come back as they were' {
	local dlt
	head -c 20000 /dev/urandom | od -An -v -tx1 -w100 | tr -d ' ' >hex
	for dlt in 0 1 9 12 50 51 101 105 108 113 127 147 228 229 276 4242; do sed "s/^/1.000000 frame dlt=$dlt hex=/" hex; done >a
	pktcat -w a.pcapng a
	pktcat a.pcapng | pktcat --pcapng -w - | cmp - a.pcapng
	is "$(pktcat a.pcapng | wc -l)" "$(wc -l <a)"
}

# ---- rule 4: shell-safe ----

@test 'rule 4: str= when every octet is printable, TAB, LF or CR, else hex=' {
	reads 'data hex=20097e0a0d41' 'data str=%20%09%7E%0A%0DA'
	reads 'data hex=410b' 'data hex=410b'
	reads 'data hex=417f' 'data hex=417f'
	reads 'data hex=4180' 'data hex=4180'
	reads 'data str=%00' 'data hex=00'
	reads 'data' 'data str='
}

@test 'rule 4: every octet that is not inert is escaped, the inert ones are not' {
	inert='ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-+,:/=@'
	stays "data str=$inert"
	stays 'data str=%20%21%22%23%24%25%26%27%28%29%2A%3B%3C%3E%3F%5B%5C%5D%5E%60%7B%7C%7D%7E'
}

@test 'rule 4: escapes print in upper case, hex in lower, both are read' {
	reads 'data str=%7b%7B%0a' 'data str=%7B%7B%0A'
	reads 'data hex=FFee' 'data hex=ffee'
	reads 'eth type=0xABCD da=AA:BB:CC:DD:EE:FF' 'eth da=aa:bb:cc:dd:ee:ff sa=00:00:00:00:00:00 type=0xabcd'
	refuses 'ip t%74l=1' 't%74l=1: the character 0x25 cannot stand in a name'
	reads 'ip ttl=%31%32' 'ip id=0 ttl=12 src=0.0.0.0 dst=0.0.0.0'
}

@test 'rule 4: what prints has no character that a shell interprets' {
	head -c 3000 /dev/urandom | od -An -v -tx1 -w30 | tr -d ' ' | sed 's/^/eth data hex=/' >a
	seq 32 126 | while read -r c; do printf 'data hex=%02x%02x\n' "$c" "$c"; done >>a
	pktcat a >out
	is "$(wc -l <out)" "$(wc -l <a)"
	no grep -n '[^A-Za-z0-9._+,:/=@% -]' out
}

@test 'rule 4: lists are split before they are unescaped' {
	refuses 'tcp opt=nop,nop%2Cnop' 'tcp: opt: unknown option "nop,nop"'
	stays 'tcp sport=0 dport=0 seq=0 ack=0 flags=0 win=0 opt=nop,nop,ts:1:2'
}

# ---- rule 5: time ----

@test 'rule 5: time keeps its precision in text' {
	for t in 0 5 5.1 5.12 5.123 5.1234 5.12345 5.123456 5.1234567 5.12345678 5.123456789 5.000000 4294967296.5; do
		stays "$t data str="
	done
}

@test 'rule 5: a pcapng keeps each precision, a pcap makes it 6 or 9 digits' {
	for t in 5 5.1 5.12 5.123456 5.1234567 5.123456789 5.000000 4294967296.5 1.0; do echo "$t data str="; done >a
	pktcat -w a.pcapng a
	is "$(pktcat a.pcapng)" "$(cat a)"
	is "$(pktcat -w - <<<$'5 ip\n5.1 ip' | pktcat | cut -d' ' -f1)" $'5.000000\n5.100000'
	is "$(pktcat -w - <<<$'5.1234567 ip\n5.1 ip' | pktcat | cut -d' ' -f1)" $'5.123456700\n5.100000000'
}

@test 'rule 5: a line without a time stays so in text and is 0 in a capture' {
	stays 'data str=x'
	is "$(pktcat -w - <<<'data str=x' | pktcat)" '0.000000 data str=x'
}

@test 'rule 5: + is after the record before, over lines, files and lines without a time' {
	printf '10.5 data\n+0.25 data\ndata\n+1 data\n' >a
	echo '+2.000000001 data' >b
	is "$(pktcat a b)" $'10.5 data str=\n10.75 data str=\ndata str=\n11.75 data str=\n13.750000001 data str='
	reads '+3 data' '3 data str='
	# A capture counts as well, also where its packets are not looked at or do not pass.
	pktcat -w a.pcapng a
	is "$(pktcat a.pcapng b | tail -n 1)" '13.750000001 data str='
	is "$(pktcat --pcapng -w - a.pcapng b | pktcat | tail -n 1)" '13.750000001 data str='
	is "$(pktcat -f 'greater 1' a.pcapng - <<<'+1 data str=x')" '12.75 data str=x'
}

@test 'rule 5: fractions of a second or more in a capture carry' {
	{ printf '\324\303\262\241\2\0\4\0\0\0\0\0\0\0\0\0\0\0\4\0\223\0\0\0'; printf '\5\0\0\0\200\204\36\0\1\0\0\0\1\0\0\0A'; } >a.pcap
	is "$(pktcat a.pcap)" '7.000000 data str=A'
}

@test 'rule 5: a time finer than nanoseconds is truncated and counted' {
	# A pcapng of one interface in picoseconds (if_tsresol 12) with a packet at 1500000000001 of them, 0x15d3ef79801.
	printf '\12\15\15\12\34\0\0\0\115\74\53\32\1\0\0\0\377\377\377\377\377\377\377\377\34\0\0\0' >a
	printf '\1\0\0\0\40\0\0\0\223\0\0\0\0\0\0\0\11\0\1\0\14\0\0\0\0\0\0\0\40\0\0\0' >>a
	printf '\6\0\0\0\44\0\0\0\0\0\0\0\135\1\0\0\1\230\367\76\1\0\0\0\1\0\0\0A\0\0\0\44\0\0\0' >>a
	try pktcat a
	is "$code $(cat out)" '0 1.500000000 data str=A'
	is "$(cat err)" 'pktcat: 1 time finer than nanoseconds truncated'
}

@test 'rule 5: negative times, and times from 2^32 into classic pcap, are errors' {
	refuses '-1 data' '-1: a time is not negative'
	pktcat -w a.pcap <<<'4294967295.999999 data'
	is "$(pktcat a.pcap)" '4294967295.999999 data str='
	try pktcat -w a.pcap <<<'4294967296 data'
	fails 2 'pktcat: -:1: the time 4294967296 s needs more than the 32 bits of a pcap: write pcapng (-w X.pcapng), which takes all'
	pktcat -w a.pcapng <<<'4294967296 data'
	is "$(pktcat a.pcapng)" '4294967296 data str='
}

@test 'rule 5: what is no time' {
	refuses '1.1234567891 data' '1.1234567891: a time is SECONDS or SECONDS.FRACTION with at most 9 digits'
	refuses '1. data' '1.: digits are missing after the point'
	refuses '1x data' '1x: a time is SECONDS or SECONDS.FRACTION with at most 9 digits'
	refuses '+ data' '+: not a time, a layer, a field or a note'
	refuses 'data 1.5' '1.5: a time stands at the start of the line'
	refuses '18446744073709551616 data' '18446744073709551616: too late a time'
}

# ---- rule 6: link type ----

@test 'rule 6: the first layer implies the link type' {
	while read -r dlt line; do
		is "$line: $(pktcat -w - <<<"$line" | od -An -tu4 -j20 -N4 | tr -d ' ')" "$line: $dlt"
	done <<-'END'
		1 eth
		101 ip
		101 ip6
		113 sll
		276 sll2
		0 null
		108 loop
		9 ppp
		147 data
	END
}

@test 'rule 6: frame dlt=N overrides it, up to 32 bits' {
	is "$(pktcat -w - <<<'frame dlt=228 ip' | od -An -tu4 -j20 -N4 | tr -d ' ')" 228
	is "$(pktcat -w - <<<'frame dlt=4026531841 hex=00' | od -An -tx4 -j20 -N4 | tr -d ' ')" f0000001
	is "$(pktcat -w - <<<'frame dlt=4026531841 hex=00' | pktcat)" '0.000000 frame dlt=4026531841 hex=00'
	stays 'frame dlt=228 ip id=0 ttl=64 src=0.0.0.0 dst=0.0.0.0'
	reads 'frame dlt=0x65 ip' 'ip id=0 ttl=64 src=0.0.0.0 dst=0.0.0.0'
	refuses 'frame dlt=4294967296 hex=00' 'frame.dlt=4294967296: not a link type of 32 bits (0 to 4294967295)'
	refuses 'frame hex=00' 'frame: dlt= is missing'
	refuses 'ip frame dlt=1' 'frame: goes once, before the layers'
	refuses 'frame dlt=1 hex=00 data' 'data: frame hex= is the whole packet, no layer may follow'
}

@test 'rule 6: a layer without a link type cannot go into a capture' {
	for line in udp tcp; do
		try pktcat -w a.pcap <<<"$line"
		fails 2 "pktcat: -:1: ${line%% *} has no link type: put \"frame dlt=N\" before it to put it in a capture"
	done
	pktcat -w a.pcap <<<'frame dlt=147 udp'
	is "$(pktcat a.pcap)" '0.000000 data hex=0000000000080000'
}

@test 'rule 6: a misfit in a classic pcap is exit 2 and names pcapng, which takes it' {
	printf '1 eth\n1 ip\n' >links
	printf '1.5 ip\n1.1234567 ip\n' >digits
	try pktcat -w a.pcap links
	fails 2 'pktcat: links:2: this record has link type 101 but the pcap began with 1: write pcapng (-w X.pcapng), which takes all'
	is "$(pktcat a.pcap)" '1.000000 eth da=00:00:00:00:00:00 sa=00:00:00:00:00:00'
	try pktcat -w a.pcap digits
	fails 2 "pktcat: digits:2: this record's time has 7 digits but the pcap began with microseconds: write pcapng (-w X.pcapng), which takes all"
	is "$(pktcat a.pcap | wc -l)" 1
	pktcat -w a.pcapng links digits
	is "$(pktcat a.pcapng)" "$(pktcat links digits)"
}

@test 'rule 6: bits that are not whole octets cannot go into a capture' {
	try pktcat -w a.pcap <<<'bits b=0111'
	fails 2 'pktcat: -:1: 4 bits are not whole octets: a capture file holds octets'
}

# ---- rule 7: truncation, fragments, trailers, FCS ----

@test 'rule 7: @len= is the length on the wire, printed whenever it differs' {
	reads 'ip @len=20' 'ip id=0 ttl=64 src=0.0.0.0 dst=0.0.0.0'
	for n in 0 5 21 70000 4294967295; do stays "ip id=0 ttl=64 src=0.0.0.0 dst=0.0.0.0 @len=$n"; done
	is "$(pktcat -w - <<<'ip @len=1000' | od -An -tu4 -j32 -N8 | tr -s ' ')" ' 20 1000'
	is "$(octets 'ip @len=1000' | cut -c5-8)" 03e8
	refuses 'ip @len=x' '@len=x: not a length of 32 bits'
	refuses 'ip @len=4294967296' '@len=4294967296: not a length of 32 bits'
	refuses 'ip @len=1 @len=1' '@len= is written twice'
}

@test 'rule 7: a checksum over absent octets prints, one over a header does not' {
	pktcat -s 30 <<<'ip src=192.0.2.1 dst=192.0.2.2 udp sport=1 dport=2 data str=abcdef' >a
	grep -qxE 'ip id=0 ttl=64 src=192.0.2.1 dst=192.0.2.2 udp sport=1 dport=2 sum=0x[0-9a-f]{4} data str=ab @len=34' a || { cat a; false; }
	is "$(pktcat a)" "$(cat a)"
	is "$(octets "$(cat a)")" "$(octets 'ip src=192.0.2.1 dst=192.0.2.2 udp sport=1 dport=2 data str=abcdef' | cut -c1-60)"
}

@test 'rule 7: fragments past the first are data' {
	line='ip id=9 frag=100 ttl=64 proto=17 src=192.0.2.1 dst=192.0.2.2 data hex=0001000200080000'
	is "$(pktcat -w - <<<"$line" | pktcat)" "0.000000 $line"
	first='ip id=9 flags=MF ttl=64 src=192.0.2.1 dst=192.0.2.2 udp sport=1 dport=2 len=800 sum=0x1234 data str=abcdefgh'
	is "$(pktcat -w - <<<"$first" | pktcat)" "0.000000 $first"
	six='ip6 hop=64 src=2001:db8::1 dst=2001:db8::2 ip6frag nh=17 frag=10 id=7 data hex=0001000200080000'
	is "$(pktcat -w - <<<"$six" | pktcat)" "0.000000 $six"
}

@test 'rule 7: pad is once, last, counted by no length' {
	is "$(octets "$MACS ip pad n=3" | cut -c29-36)" 45000014
	is "$(octets "$MACS ip pad n=3" | cut -c69-)" 000000
	is "$(octets "$MACS ip pad hex=0102" | cut -c69-)" 0102
	reads "$MACS ip pad hex=000000" "$MACS ip id=0 ttl=64 src=0.0.0.0 dst=0.0.0.0 pad n=3"
	is "$(pktcat -w - <<<"$MACS ip pad hex=0102" | pktcat)" "0.000000 $MACS ip id=0 ttl=64 src=0.0.0.0 dst=0.0.0.0 pad hex=0102"
	refuses 'eth pad n=1 data' 'data: nothing may follow pad'
	refuses 'eth pad n=1 pad n=1' 'pad: nothing may follow pad'
	refuses 'eth pad n=1 hex=00' 'pad has n= or hex=, not both'
	refuses 'eth pad n=262145' 'pad.n=262145: not a number of octets (0 to 262144)'
}

@test 'rule 7: an inner trailer shows as a written length' {
	outer='ip len=31 id=0 ttl=64 src=192.0.2.1 dst=192.0.2.2 udp sport=1 dport=2 data str=a pad hex=6263'
	inner='ip src=192.0.2.1 dst=192.0.2.2 udp sport=1 dport=2 len=9 sum=0x1ad5 data str=abc'
	is "$(octets "$inner")" "$(octets "$outer")"
	is "$(pktcat -w - <<<"$inner" | pktcat)" "0.000000 $outer"
}

@test 'rule 7: fcs=crc is present and right, fcs=0x is that value, none is none' {
	frame="$MACS type=0x1234 data str=hello pad n=41"
	is "$(octets "$frame" | wc -c)" 120
	is "$(octets "${frame/ type/ fcs=0x01020304 type}")" "$(octets "$frame")01020304"
	# CRC-32 as gzip(1) computes it, least significant octet first, as on the wire (IEEE 802.3, 3.2.9).
	crc=$(pktcat -w - <<<"$frame" | tail -c +41 | gzip -c | tail -c 8 | od -An -tx1 -N4 | tr -d ' ')
	is "$(octets "${frame/ type/ fcs=crc type}")" "$(octets "$frame")$crc"
	reads 'eth fcs=crc type=0x1234' 'eth da=00:00:00:00:00:00 sa=00:00:00:00:00:00 type=0x1234 fcs=crc'
	refuses 'eth fcs=0x100000000' 'eth.fcs=0x100000000: neither crc nor a number of the right size'
	refuses 'eth fcs=right' 'eth.fcs=right: neither crc nor a number of the right size'
}

@test 'rule 7: a frame with a right FCS behind its padding is seen in a capture, with a wrong one it is a trailer' {
	good="$MACS fcs=crc ip id=0 ttl=64 src=0.0.0.0 dst=0.0.0.0 pad n=26"
	is "$(pktcat -w - <<<"$good" | pktcat)" "0.000000 $good"
	is "$(pktcat -w - <<<"${good/fcs=crc/fcs=0x01020304}" | pktcat)" \
		"0.000000 $MACS ip id=0 ttl=64 src=0.0.0.0 dst=0.0.0.0 pad hex=$(printf '%052d' 0)01020304"
	pktcat -w a.pcapng <<<"${good/fcs=crc/fcs=0x01020304}"
	is "$(pktcat a.pcapng)" "${good/fcs=crc/fcs=0x01020304}"
}

@test 'rule 7: an ICMP error carries the packet that it quotes as layers' {
	line='ip id=0 ttl=64 src=192.0.2.9 dst=192.0.2.1 icmp type=3 code=3 ip id=5 ttl=1 src=192.0.2.1 dst=192.0.2.2 udp sport=1 dport=2 data str=ab'
	is "$(pktcat -w - <<<"$line" | pktcat)" "0.000000 $line"
	stays "$line"
}

# ---- rule 8: notes ----

@test 'rule 8: notes pass through, in their order, twice if they are there twice' {
	reads 'data @a.b=1 @c=%20 @a.b=1 @len=7' 'data str= @len=7 @a.b=1 @c=%20 @a.b=1'
	reads 'data @a=' 'data str= @a='
	reads '@a=b data' 'data str= @a=b'
	line='data str=x @a.b=1 @a.b=2 @c=d'
	is "$(framer --type 0x1234 --no-pad <<<"$line" | framer -d | pktcat)" "$line"
	is "$(udpck <<<"$line" 2>err | modem-sim)" "$line @udpck.sum=none @modem-sim.bits=8 @modem-sim.errors=0"
}

@test 'rule 8: writing a capture drops notes and says how many' {
	printf 'data @a.b=1 @c.d=2\ndata @len=9\ndata @e=3\n' >a
	try pktcat -w b.pcap a
	is "$code" 0
	is "$(cat err)" 'pktcat: 3 notes left out: a capture file has no place for notes'
	is "$(pktcat -q -w b.pcap a 2>&1)" ''
	is "$(pktcat b.pcap)" $'0.000000 data str=\n0.000000 data str= @len=9\n0.000000 data str='
}

@test 'rule 8: what is no note' {
	refuses 'ip @' '@: a note is @name=value or @tool.name=value'
	refuses 'ip @a' '@a: a note is @name=value or @tool.name=value'
	refuses 'ip @A=1' '@A=1: a note is @name=value or @tool.name=value'
	refuses 'ip @a.=1' '@a.=1: a note is @name=value or @tool.name=value'
	refuses 'ip @a=%2' '@a: a % without two hex digits behind it'
	refuses 'ip @a="' '@a: the character 0x22 must be written %22'
}

# ---- rule 9: lexis ----

@test 'rule 9: runs of spaces and tabs separate; trailing blanks and a CR before LF are nothing' {
	want='5 ip id=0 ttl=1 src=0.0.0.0 dst=0.0.0.0 @a=b'
	reads $'5   ip\t\tttl=1 \t @a=b' "$want"
	reads $'  \t5 ip ttl=1 @a=b  \t ' "$want"
	reads $'5 ip ttl=1 @a=b\r' "$want"
	reads $'5 ip ttl=1 @a=b \r' "$want"
	is "$(printf '5 ip ttl=1 @a=b\r\n\r\n5 ip ttl=1 @a=b\r\n' | pktcat | grep -c "^$want\$")" 2
}

@test 'rule 9: the last line may be without LF' {
	is "$(printf 'data str=a\ndata str=b' | pktcat)" $'data str=a\ndata str=b'
	printf 'data str=b' | pktcat | od -c | grep -q '\\n'
}

@test 'rule 9: comments and blank lines pass through, and count as lines' {
	printf '# one\n\n#two  \n \t\ndata str=a\n' >a
	pktcat a | cmp - a
	udpck a 2>err | head -n 4 | cmp - <(head -n 4 a)
	modem-sim a | head -n 4 | cmp - <(head -n 4 a)
	framer --type 1 a | head -n 4 | cmp - <(head -n 4 a)
	is "$(pktcat -w - a | pktcat)" '0.000000 data str=a'
	try pktcat <<<$'# one\n\nnonsense'
	fails 2 'pktcat: -:3: unknown layer "nonsense" (pktcat --layers lists them)'
}

@test 'rule 9: IPv6 addresses print as RFC 5952' {
	while read -r in want; do
		reads "ip6 src=$in" "ip6 hop=64 src=$want dst=::"
	done <<-'END'
		2001:0db8:0000:0000:0000:0000:0000:0001 2001:db8::1
		2001:db8:0:0:1:0:0:1 2001:db8::1:0:0:1
		2001:db8:0:1:1:1:1:1 2001:db8:0:1:1:1:1:1
		2001:DB8::A 2001:db8::a
		0:0:0:0:0:0:0:0 ::
		::1 ::1
		1:: 1::
		1:0:0:2:0:0:0:3 1:0:0:2::3
		::ffff:192.0.2.1 ::ffff:192.0.2.1
		::ffff:c000:201 ::ffff:192.0.2.1
		64:ff9b::192.0.2.33 64:ff9b::c000:221
		fe80:0:0:0:0:0:0:0 fe80::
	END
	for wrong in fe80::1%25eth0 1::2::3 1:2:3:4:5:6:7 12345:: :1 ::g 1:2:3:4:5:6:7:8:9; do
		try pktcat <<<"ip6 src=$wrong"
		is "$code" 2
	done
}

@test 'rule 9: MAC addresses print in lower case with colons' {
	reads 'eth da=AB:cd:EF:0:1:2' 'eth da=ab:cd:ef:00:01:02 sa=00:00:00:00:00:00'
	reads 'eth da=ab-cd-ef-00-01-02' 'eth da=ab:cd:ef:00:01:02 sa=00:00:00:00:00:00'
	refuses 'eth da=1' 'eth.da=1: not a MAC address such as 02:00:00:00:00:01'
}

@test 'rule 9: numbers are decimal or 0x, a leading 0 is not octal' {
	reads 'ip ttl=010 id=0xFf' 'ip id=255 ttl=10 src=0.0.0.0 dst=0.0.0.0'
	reads 'tcp flags=0x12' 'tcp sport=0 dport=0 seq=0 ack=0 flags=SYN,ACK win=0'
	reads 'tcp flags=ACK,SYN' 'tcp sport=0 dport=0 seq=0 ack=0 flags=SYN,ACK win=0'
	refuses 'ip ttl=0x' 'ip.ttl=0x: not a number (0 to 255)'
	refuses 'ip ttl=1e1' 'ip.ttl=1e1: not a number (0 to 255)'
}

@test 'rule 9: a packet has 262144 octets at most' {
	pktcat -w a.pcapng <<<'frame dlt=147 pad n=262144'
	pktcat a.pcapng | pktcat --pcapng -w - | cmp - a.pcapng
	is "$(octets 'data pad n=262144' | wc -c)" 524288
	refuses 'data str=a pad n=262144' 'the packet has more than 262144 octets'
}

# ---- rule 11: bits ----

@test 'rule 11: bits are in the order of transmission, octets go least significant bit first' {
	stays 'bits b=0111'
	stays 'bits b=10000000010'
	stays 'bits b=0110 q=f3a9 @a.b=c'
	reads 'bits q=0F b=10' 'bits b=10 q=0f'
	echo 'bits b=01101111 q=f3a9ffff' | pktcat -w a.pcap 2>err
	has "$(cat err)" '1 note left out'
	is "$(pktcat a.pcap)" '0.000000 bits b=01101111'
	reads 'bits' 'bits b='
	stays 'octets hex=00ff'
	is "$(octets 'frame dlt=147 bits b=1000000001000000')" 0102
}
