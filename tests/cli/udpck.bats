#!/usr/bin/env bats
# udpck.bats - udpck(1): which checksums are right, wrong, left out, or cannot be verified.

load helper
code=0 # try sets it

# The sums here were computed by hand (RFC 1071), not by this tool.
A='src=192.0.2.1 dst=192.0.2.2'
GOOD="ip $A udp sport=1 dport=2 sum=0x1ad5 data str=a"

# judges LINE VERDICT [BAD WANT]: the line passes on with these notes, and the exit status says the same.
judges() {
	local notes=" @udpck.sum=$2" want=0
	[ "$2" != bad ] || want=1 notes="$notes @udpck.bad=$3 @udpck.want=$4"
	try udpck <<<"$1"
	is "$(cat out)" "$1$notes"
	is "$1: exits with $code" "$1: exits with $want"
	is "$(wc -l <err)" 1
	has "$(cat err)" "1 $2"
}

@test '--help and wrong options' {
	has "$(udpck --help)" 'usage: udpck '
	try udpck --nonsense
	fails 2 'udpck: --nonsense: unknown option (see udpck --help)'
}

@test 'ok: written right, or computed' {
	judges "$GOOD" ok
	judges "ip $A udp data str=a" ok
	judges "ip $A tcp data str=a" ok
	judges "ip $A icmp data str=a" ok
	judges "ip $A igmp" ok
	judges "ip $A" ok
	judges 'ip6 src=2001:db8::1 dst=2001:db8::2 udp sport=5 dport=53 sum=0xa32c data hex=00ff' ok
	judges 'ip6 icmp6 data str=a' ok
	judges "ip $A gre flags=C ip $A udp" ok
	judges "ip sum=0xf6da id=1 len=30 $A icmp type=8 id=1 seq=2 sum=0x969a data str=ab" ok
}

@test 'bad: the layer and the right sum' {
	judges "ip $A udp sport=1 dport=2 sum=0x1ad6 data str=a" bad udp 0x1ad5
	judges "ip sum=0x1111 $A udp sport=1 dport=2 sum=0x1ad5 data str=a" bad ip 0xf6cc
	judges "ip sum=0x1111 $A udp sport=1 dport=2 sum=0x1ad6 data str=a" bad ip,udp 0xf6cc,0x1ad5
	judges "ip id=1 $A icmp type=8 id=1 seq=2 sum=0x969b data str=ab" bad icmp 0x969a
	judges "ip $A tcp sum=0x0001" bad tcp 0x2be1
	judges "ip $A igmp type=0x16 group=224.0.0.1 sum=0x0001" bad igmp 0x09fe
	judges 'ip6 src=2001:db8::1 dst=2001:db8::2 udp sport=5 dport=53 sum=0xa32d data hex=00ff' bad udp 0xa32c
	judges 'ip6 icmp6 type=128 sum=0x0001' bad icmp6 0x7fbd
	judges "ip $A gre flags=C sum=0x0001 data hex=0800" bad gre 0x77ff
}

@test 'none: UDP over IPv4 may leave it out, and some packets have none' {
	judges "ip $A udp sum=0 data str=a" none
	judges 'arp' none
	judges 'eth data str=a' none
	judges 'octets hex=00' none
	judges 'frame dlt=4242 hex=00' none
}

@test 'over IPv6 a UDP checksum of zero is bad (RFC 8200, 8.1)' {
	judges 'ip6 src=2001:db8::1 dst=2001:db8::2 udp sport=5 dport=53 sum=0 data hex=00ff' bad udp 0xa32c
	judges "ip $A ip6 src=2001:db8::1 dst=2001:db8::2 udp sport=5 dport=53 sum=0 data hex=00ff" bad udp 0xa32c
	judges "ip6 ip $A udp sum=0" none
}

@test 'a computed zero is sent as all ones (RFC 768)' {
	# A payload that makes the sum 0xffff before it is complemented.
	judges "ip $A udp sport=1 dport=2 sum=0xffff data hex=7bd3" ok
	is "$(octets "ip $A udp sport=1 dport=2 data hex=7bd3" | cut -c53-56)" ffff
}

@test 'unverifiable: octets are not here' {
	judges "ip $A udp sum=0x1234 data str=abc @len=100" unverifiable
	judges "ip $A tcp sum=0x1234 @len=100" unverifiable
	judges "ip $A icmp sum=0x1234 @len=100" unverifiable
	judges "ip $A udp len=100 sum=0x1234" unverifiable
	judges "ip $A udp len=7 sum=0x1234" unverifiable
}

@test 'unverifiable: a header that is announced and cannot be one' {
	judges "ip $A proto=17 data hex=043f000d00076914" unverifiable
	judges "ip $A proto=17 data hex=043f000d00" unverifiable
	judges "ip $A proto=17" ok
	judges "ip $A proto=6 data hex=00000000000000000000000040000000000000000000" unverifiable
	judges 'ip6 nh=58 data hex=00' unverifiable
	judges 'ip6 nh=59 data hex=00' none
	judges "ip $A proto=99 data hex=00" ok
}

@test 'unverifiable: a fragment whose others are missing' {
	judges "ip flags=MF $A udp sum=0x1234 data str=abcdefgh" unverifiable
	judges "ip flags=MF $A tcp sum=0x1234 data str=abcd" unverifiable
	judges "ip frag=3 $A proto=17 data str=abcdefgh" unverifiable
	judges "ip frag=3 sum=1 $A proto=17 data str=abcdefgh" bad ip 0xf6ca
	judges 'ip6 ip6frag flags=M udp sum=0x1234 data str=abcdefgh' unverifiable
	judges 'ip6 ip6frag nh=17 frag=3 data str=abcdefgh' unverifiable
	judges "ip $A icmp type=3 code=3 ip frag=3 $A proto=17 data str=abcdefgh" ok
}

# verdicts: those of the packets on standard input.
verdicts() {
	udpck 2>err | sed 's/.*@udpck.sum=//; s/@udpck.//g' | tr '\n' ';'
}

@test 'fragments: the last to arrive has the verdict of the datagram' {
	F="ip id=7 flags=MF $A udp sport=1 dport=2 len=24 sum=SUM data str=abcdefgh"
	L="ip id=7 frag=2 $A proto=17 data str=ijklmnop"
	right=0x386c # computed apart
	printf '%s\n' "${F/SUM/$right}" "$L" >good
	printf '%s\n' "${F/SUM/0x0001}" "$L" >bad
	is "$(verdicts <good)" 'unverifiable;ok;'
	is "$(tac good | verdicts)" 'unverifiable;ok;'
	is "$(verdicts <bad)" "unverifiable;bad bad=udp want=$right;"
	is "$(tac bad | verdicts)" "unverifiable;bad bad=udp want=$right;"
	is "$(sed 's/0x0001/0/' bad | verdicts)" 'unverifiable;none;'
	is "$(sed "s/^/eth ip src=10.0.0.1 dst=10.0.0.2 /" bad | verdicts)" "unverifiable;bad bad=udp want=$right;"
	# They come out unchanged, in order, but for the notes.
	is "$(udpck bad 2>err | sed 's/ @.*//')" "$(cat bad)"
	# Another Identification, another datagram.
	is "$(sed 's/^ip id=7/ip id=8/' bad | cat good - | verdicts)" "unverifiable;ok;unverifiable;bad bad=udp want=$right;"
}

@test 'fragments in fragments' {
	# An IP-in-IP packet of 44 octets, which is the first fragment of a datagram, in two fragments of its own.
	right=0x386c # computed apart
	inner=$(octets "ip id=7 flags=MF $A udp sport=1 dport=2 len=24 sum=$right data str=abcdefgh")
	printf '%s\n' "ip id=1 flags=MF proto=4 data hex=${inner:0:48}" "ip id=1 frag=3 proto=4 data hex=${inner:48}" \
		"ip ip id=7 frag=2 $A proto=17 data str=ijklmnop" >nested
	is "$(verdicts <nested)" 'unverifiable;unverifiable;ok;'
	sed -i 's/str=ijklmnop/str=ijklmnoq/' nested
	has "$(verdicts <nested)" 'unverifiable;unverifiable;bad bad=udp want='
}

@test 'fragments: what a receiver drops cannot be verified' {
	F="ip id=7 flags=MF $A udp sport=1 dport=2 len=24 sum=0x0001 data str=abcdefgh"
	L="ip id=7 frag=2 $A proto=17 data str=ijklmnop"
	is "$(printf '%s\n' "$F" "${L/frag=2/frag=1}" "$L" | verdicts)" 'unverifiable;unverifiable;unverifiable;'
	try udpck -vv <<<"$F"$'\n'"${L/frag=2/frag=1}"
	has "$(cat err)" 'overlap'
	has "$(cat err)" 'RFC 5722'
	# Its own header's checksum is wrong; the time was over.
	is "$(printf '%s\n' "$F" "${L/ip/ip sum=0xdead}" | verdicts)" 'unverifiable;bad bad=ip want=0xf6c4;'
	is "$(printf '%s\n' "1 $F" "60.9 $L" | verdicts)" 'unverifiable;bad bad=udp want=0x386c;'
	is "$(printf '%s\n' "1 $F" "61 $L" | verdicts)" 'unverifiable;unverifiable;'
}

@test 'checksum offload: all of one sender are bad, and it says so' {
	B='src=192.0.2.2 dst=192.0.2.1'
	for i in 1 2 3; do
		echo "ip $A tcp seq=$i sum=0x841e"
		echo "ip $B tcp seq=$i"
	done >a
	try udpck -q a
	is "$code" 1
	is "$(head -n 1 err)" 'udpck: all 3 transport checksums from 192.0.2.1 are bad, as when its network card computes them behind the capture (checksum offload); 3 hold the sum of the pseudo-header alone'
	sed 's/0x841e/0x841f/' a >b
	try udpck -q b
	has "$(cat err)" '(checksum offload)'
	no grep -q pseudo err
	# One that is right, or too few, and nothing is said; nor where all senders are bad, unless it is just that sum.
	for f in "$(cat b)"$'\n'"ip $A tcp" "$(head -n 4 b)" "$(grep sum= b)"; do
		try udpck -q <<<"$f"
		is "$(wc -l <err)" 1
	done
	try udpck -q <<<"$(grep sum= a)"
	is "$(wc -l <err)" 2
}

@test 'unverifiable: no layer 3 around it' {
	judges 'udp sum=0x1234' unverifiable
	judges 'tcp sum=0x1234' unverifiable
}

@test 'the header checksum of a packet that was cut short is verified all the same' {
	judges "ip sum=0x1111 $A @len=100" bad ip 0xf696
	judges "ip sum=0xf696 $A @len=100" ok
}

@test 'a quoted packet in an ICMP error: what is not quoted cannot be verified' {
	judges "ip $A icmp type=3 code=3 ip len=100 $A udp sport=1 dport=2 len=80 sum=0x1234" unverifiable
	judges "ip $A icmp type=3 code=3 sum=0x0001 ip len=100 $A udp sport=1 dport=2 len=80 sum=0" bad icmp 0xfca9
}

@test 'its earlier notes are replaced, those of others stay' {
	is "$(udpck 2>err <<<'ip sum=0x1 @udpck.sum=ok @a.b=c @udpck.bad=x @udpcks.sum=1 @udpck.want=9')" \
		'ip sum=0x1 @a.b=c @udpcks.sum=1 @udpck.sum=bad @udpck.bad=ip @udpck.want=0x7aeb'
	once=$(udpck 2>err <<<"$GOOD")
	is "$(udpck 2>err <<<"$once" | udpck 2>err)" "$once"
	pktcat -w a.pcap <<<"$GOOD"
	is "$(udpck a.pcap 2>err)" '0.000000 ip id=0 ttl=64 src=192.0.2.1 dst=192.0.2.2 udp sport=1 dport=2 data str=a @udpck.sum=ok'
}

@test '-q writes no packets, only the counts' {
	printf '%s\nip sum=0x1\narp\nudp sum=1\nip\n# comment\n' "$GOOD" >a
	try udpck -q a
	is "$code $(wc -c <out)" '1 0'
	is "$(cat err)" 'udpck: 5 packets: 2 ok, 1 bad, 1 none, 1 unverifiable'
	try udpck --quiet <<<"$GOOD"
	is "$code $(cat out)" '0 '
}

@test 'exit status: 1 if any is bad, 2 before all when the input is malformed' {
	try udpck <<<$'ip sum=1\nip'
	is "$code" 1
	try udpck <<<$'ip sum=1\nnonsense'
	fails 2 'udpck: -:2: unknown layer "nonsense" (pktcat --layers lists them)'
	is "$(wc -l <out)" 1
}

@test '-v shows the sum that stands and the one that should' {
	try udpck -v <<<"ip $A udp sport=1 dport=2 sum=0x1ad6 data str=a"
	has "$(cat err)" '0x1ad6'
	has "$(cat err)" '0x1ad5'
	has "$(cat err)" 'RFC 768'
}

@test 'reads pcap and pcapng' {
	pktcat --pcapng -w - <<<"ip $A udp sport=1 dport=2 sum=0x1ad6 data str=a" >a
	try udpck a
	is "$code" 1
	has "$(cat out)" '@udpck.sum=bad @udpck.bad=udp @udpck.want=0x1ad5'
}

T='ip src=153.18.8.105 dst=171.2.14.10 udp sport=1087 dport=13 data str=TESTING'

@test 'the header of a textbook: 06320045001CE217' {
	pktcat -w a.pcap <<<'ip proto=17 data hex=06320045001ce2170000000000000000000000000000000000000000'
	is "$(pktcat -T tsv -e udp.sport,udp.dport,udp.len a.pcap | tail -n 1)" '1586	69	28'
}

@test '--work: Forouzan'\''s datagram, word by word' {
	udpck --work <<<"$T" >out 2>err
	is "$(sed '1,/udp.sum/d' out)" '  pseudo-header
    source               9912   9912
                         0869   a17b
    destination          ab02  14c7d -> 4c7d + 1 = 4c7e
                         0e0a   5a88
    protocol             0011   5a99
    length               000f   5aa8
  header and data
    sport                043f   5ee7
    dport                000d   5ef4
    len                  000f   5f03
    sum, as 0            0000   5f03
    "TE"                 5445   b348
    "ST"                 5354  1069c -> 069c + 1 = 069d
    "IN"                 494e   4feb
    "G", padded          4700   96eb
    complement                ~96eb = 6914
    in the packet              6914: right'
	has "$(sed -n '1,/complement/p' out)" '~dfbc = 2043'
	is "$(cat err)" 'udpck: 1 packet: 1 ok, 0 bad, 0 none, 0 unverifiable'
}

@test '--work: what is wrong, left out, unknown, in IPv6, in fragments' {
	try udpck --work <<<"${T/dport=13/dport=13 sum=0x6915}"
	is "$code" 1
	has "$(cat out)" 'in the packet              6915: wrong'
	has "$(udpck --work 2>err <<<"${T/dport=13/sum=0}")" 'udp.sum is 0: the sender has computed none (RFC 768)'
	has "$(udpck --work 2>err <<<'udp sum=1')" 'udp.sum cannot be verified: there is no IP header'
	has "$(udpck --work 2>err <<<"ip $A udp len=100 sum=0x1234")" 'its length cannot be true'
	has "$(udpck --work 2>err <<<"ip $A tcp sum=0x1234 @len=100")" 'not all octets that it covers are here'
	has "$(udpck --work 2>err <<<"ip $A udp sport=1 dport=2 sum=0xffff data hex=7bd3")" '0000 is sent as ffff (RFC 768)'
	has "$(udpck --work 2>err <<<'ip6 src=2001:db8::1 dst=2001:db8::2 udp sport=5 dport=53 data hex=00ff33')" '~8fd5 = 702a'
	printf '%s\n' "ip id=7 flags=MF $A udp sport=1 dport=2 len=24 sum=0x386c data str=abcdefgh" \
		"ip id=7 frag=2 $A proto=17 data str=ijklmnop" | udpck --work >out 2>err
	has "$(cat out)" 'a fragment: other fragments are missing'
	has "$(cat out)" 'the datagram is whole: ip udp data (44 octets)'
	has "$(cat out)" '~c793 = 386c'
}

@test '--work: the destination behind a source route, and that of a routing header' {
	for line in "ip src=192.0.2.1 dst=192.0.2.2 opt=lsrr:4:192.0.2.9,nop udp data str=abc" \
		'ip6 src=2001:db8::1 dst=2001:db8::2 ip6rt type=0 left=1 seg=2001:db8::9 udp data str=abc'; do
		try udpck --work <<<"$line"
		is "$code" 0
		want=$(sed -n 's/.*in the packet *\(....\): right/\1/p' out | tail -n 1)
		is "$(sed -n 's/.*complement .* = //p' out | tail -n 1)" "$want"
	done
}

@test '--update: the example of RFC 1624, and a packet that a router passed on' {
	is "$(udpck --update dd2f 5555 3285)" "HC' = ~(~HC + ~m + m') (RFC 1624, 3)
    checksum   dd2f -> ~dd2f = 22d0
    word 0     5555 becomes 3285
      + ~5555 = aaaa    cd7a
      + 3285        3285    ffff
    new        ~ffff = 0000"
	# Were UDP's number 18.
	has "$(udpck --update 0x6914 0x11 0x12)" '= 6913'
	try udpck --update "$T" "${T/udp/ttl=63 udp}"
	quiet_ok
	has "$(cat out)" 'ip.sum: HC'
	has "$(cat out)" 'anew       2143: the same'
	has "$(cat out)" 'udp.sum: nothing that it covers changes: 6914'
	# Of another length, out of files; and from a sum that was wrong.
	printf '%s\n' '# one' "$T" >a
	pktcat -w b.pcap <<<"${T/TESTING/TESTED}"
	try udpck --update a b.pcap
	quiet_ok
	is "$(grep -c 'the same' out)" 2
	try udpck --update "${T/dport=13/dport=13 sum=0x6915}" "${T/TESTING/TESTED}"
	is "$code" 1
	has "$(cat out)" 'another: the old one was not right'
}

@test '--update: what it refuses' {
	try udpck --update 1 2 3 4
	fails 2 'udpck: --update: OLD NEW, packets or files, or SUM OLD NEW, words in hex'
	try udpck --update 12345 1 2
	fails 2 'udpck: "12345" is not a word of 1 to 4 hex digits'
	try udpck --update 1 0x 2
	fails 2 'udpck: "0x" is not a word of 1 to 4 hex digits'
	try udpck --update "$T" 'eth type=7'
	fails 2 'udpck: the two have no checksum in common that can be verified'
	try udpck --update "$T" 'ip nonsense'
	is "$code" 2
	echo '# none' >a
	try udpck --update "$T" a
	fails 2 'udpck: a: no packet in it'
}

@test '--fix: from the inside out; what is right or unknown stays as it is' {
	udpck --fix >out 2>err <<<"ip sum=1 $A icmp type=3 code=3 sum=0x0001 ip sum=2 $A udp sport=1 dport=2 sum=3 @udpck.sum=bad"
	is "$(cat out)" "ip id=0 ttl=64 $A icmp type=3 code=3 ip id=0 ttl=64 $A udp sport=1 dport=2 @udpck.fixed=udp,ip,icmp,ip"
	is "$(cat err)" 'udpck: 1 packet mended'
	is "$(udpck <out 2>err | grep -c sum=ok)" 1
	for line in "$GOOD" "ip $A udp sum=0" 'udp sum=0x1234' "ip $A udp sum=0x1234 @len=100"; do
		is "$(udpck --fix 2>err <<<"$line")" "$line"
	done
}

@test '--flip: so many bits, the same for the same seed, and no single one is taken for right' {
	try udpck --flip 3 --seed 7 <<<"$T"
	quiet_ok
	cp out once
	udpck --flip 3 --seed 7 <<<"$T" | cmp - once
	no cmp -s once <(udpck --flip 3 --seed 8 <<<"$T")
	udpck --flip 3 --seed 7 -v <<<"$T" >out 2>err
	is "$(grep -c ': bit [0-7] of octet [0-9]* of udp$' err)" 3
	yes "$T" | head -n 200 | udpck --flip 1 --seed 1 | sort -u >many
	[ "$(wc -l <many)" -gt 70 ] # of 120
	try udpck -q many
	is "$(grep -o ' 0 ok' err)" ' 0 ok'
	is "$(udpck --flip 1 --seed 1 <<<arp)" arp
	# All of them.
	is "$(udpck --flip 1000000 --seed 1 <<<'ip ttl=1 udp')" "$(udpck --flip 64 --seed 2 <<<'ip ttl=1 udp')"
}

@test '--undetected: changed packets whose checksum is right' {
	udpck --undetected >out 2>err <<<"${T/TESTING/TESTING%00%00%00}"
	is "$(wc -l <out)" 3
	is "$(grep -o 'unseen=.*' out | tr '\n' ' ')" 'unseen=swap unseen=bits unseen=zero '
	is "$(udpck -q out 2>&1)" 'udpck: 3 packets: 3 ok, 0 bad, 0 none, 0 unverifiable'
	for w in swap bits zero; do
		no cmp -s <(grep $w out | sed 's/ @.*//') <(pktcat <<<"${T/TESTING/TESTING%00%00%00}")
	done
	# Of two bits: 6 words of 16, counted by a loop over all 4560 pairs.
	udpck --undetected <<<'ip udp sport=1 dport=2 data str=abcd' 2>err >out
	is "$(cat err)" 'udpck: -:1: udp.sum over 12 octets: of 4560 errors of two bits it does not see 93 (2.0%)'
	is "$(udpck --undetected 2>err <<<"$T"$'\narp\nudp sum=1' | wc -l)" 2
}

@test 'one of them at a time' {
	try udpck --fix --work
	fails 2 'udpck: one of --work, --fix, --flip, --undetected and --update at a time'
	try udpck --seed 1
	fails 2 'udpck: --seed goes with --flip'
}
