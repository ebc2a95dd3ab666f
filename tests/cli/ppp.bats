#!/usr/bin/env bats
# ppp.bats - framer -t ppp (RFC 1661, RFC 1662), and the packets of its control protocols.

load helper
load damage
code=0 # try sets it

IP='ip id=0 ttl=64 src=192.0.2.1 dst=192.0.2.2'

@test 'RFC 1662, 4.2: 0x7e is 7d 5e, 0x7d is 7d 5d, 0x03 is 7d 23' {
	is "$(framer -t ppp --octets --accm 0 <<<'ppp addr=0xff ctl=0x03 proto=0x0001 data hex=7e7d11' | grep -o '7d5e7d5d11')" 7d5e7d5d11
	is "$(framer -t ppp --octets <<<'ppp addr=0xff ctl=0x03 proto=0x0001 data hex=7e7d11' | cut -c 12-43)" 7eff7d237d207d217d5e7d5d7d3164c3
	is "$(framer -t ppp --octets --accm 0x00020000 <<<'ppp addr=0xff ctl=0x03 proto=0x0001 data hex=1113' | cut -c 12-33)" 7eff0300017d3113e6e37e
}

@test 'there and back: as text, bits and octets, FCS-16 and FCS-32, compressed or not' {
	printf '%s\n' "1.5 $IP udp data hex=7e7d1113 @a.b=c" "ip6 src=2001:db8::1 dst=2001:db8::2 udp data str=x" \
		'lcp code=1 id=1 opt=mru:1400,accm:00000000,magic:01020304,pfc,acfc' 'ipcp code=2 id=3 opt=addr:192.0.2.1' \
		'ppp addr=0xff ctl=0x03 proto=0x4021 data hex=7e' "$IP" | pktcat >a
	for how in '' --bits --octets '--octets --accm 0' '--octets --pfc --acfc' '--bits --pfc' '--acfc' '--bits --fcs 32' '--octets --fcs 32'; do
		fcs=$(grep -o -e '--fcs 32' <<<"$how" || :)
		# shellcheck disable=SC2086 # options are words
		framer -t ppp $how a | framer -d -t ppp $fcs | diff a -
	done
}

@test 'the header: addr and ctl, but with --acfc; a protocol of one octet with --pfc; LCP has neither' {
	is "$(framer -t ppp <<<"$IP")" "ppp addr=0xff ctl=0x03 fcs=crc $IP"
	is "$(framer -t ppp --acfc <<<"$IP")" "ppp fcs=crc $IP"
	is "$(framer -t ppp --pfc <<<"$IP")" "ppp addr=0xff ctl=0x03 pfc=0x21 fcs=crc $IP"
	is "$(framer -t ppp --pfc --acfc <<<"$IP")" "ppp pfc=0x21 fcs=crc $IP"
	is "$(framer -t ppp --pfc --acfc <<<'ipcp')" 'ppp fcs=crc ipcp code=1 id=1'
	is "$(framer -t ppp --pfc --acfc <<<'lcp')" 'ppp addr=0xff ctl=0x03 fcs=crc lcp code=1 id=1'
	# and all control characters of LCP are escaped, whatever was negotiated (RFC 1662, 7.1)
	is "$(framer -t ppp --octets --accm 0 <<<'lcp' | cut -c 12-39)" 7eff7d23c0217d217d217d207d24
	is "$(framer -t ppp --octets --accm 0 <<<'ipcp' | cut -c 12-29)" 7eff03802101010004
	try framer -t ppp <<<'data str=x'
	fails 2 'framer: -:1: data has no protocol number in PPP: write the header, "ppp addr=0xff ctl=0x03 proto=N data"'
}

@test 'a frame that is one already gets what it lacks' {
	is "$(framer -t ppp <<<"ppp $IP")" "ppp fcs=crc $IP"
	is "$(framer -t ppp <<<"ppp fcs=0x1234   $IP")" "ppp fcs=0x1234   $IP"
	try framer -d -q -t ppp <<<"ppp fcs=0x1234 $IP"
	is "$code $(cat out err)" '1 '
	try framer -t ppp --octets --fcs 32 <<<"ppp fcs=crc $IP"
	fails 2 'framer: -:1: the frame has a check sequence of 16 bits, not 32'
}

@test 'the magic residue of RFC 1662, C: 0xf0b8 and 0xdebb20e3' {
	# Any frame, its check sequence behind it: another one over all of it is the complement of the residue.
	frame=$(framer -t ppp --octets --accm 0 <<<'ppp addr=0xff ctl=0x03 proto=0x4021 data str=abc' | sed 's/octets hex=7e//; s/7e$//')
	is "$frame" "ff034021616263$(framer -t ppp --octets --accm 0 <<<'ppp addr=0xff ctl=0x03 proto=0x4021 data str=abc' | sed 's/7e$//; s/.*\(....\)$/\1/')"
	is "$(framer -t ppp --octets --accm 0 --acfc <<<"ppp proto=0x${frame:0:4} data hex=${frame:4}" | sed 's/7e$//; s/.*\(....\)$/\1/')" 470f
	frame=$(framer -t ppp --octets --accm 0 --fcs 32 <<<'ppp addr=0xff ctl=0x03 proto=0x4021 data str=abc' | sed 's/octets hex=7e//; s/7e$//; s/7d5d/7d/g; s/7d5e/7e/g')
	is "$(framer -t ppp --octets --accm 0 --fcs 32 <<<"ppp proto=0x${frame:0:4} data hex=${frame:4}" | sed 's/7e$//; s/.*\(........\)$/\1/')" 1cdf4421
}

@test 'LCP and its kin in packet text' {
	stays 'ppp addr=0xff ctl=0x03 lcp code=1 id=7 opt=mru:1400,accm:000a0000,auth:c22305,quality:c02500000064,magic:12345678,pfc,acfc,k99:00'
	stays 'ppp lcp code=9 id=1 magic=0x01020304 data str=hi'
	stays 'ppp lcp code=8 id=1 proto=0x8057 data hex=0101'
	stays 'ppp ipcp code=3 id=1 opt=addr:10.9.0.1,vj:002d0f01,dns1:10.0.0.1'
	stays 'ppp ipv6cp code=1 id=1 opt=id:0102030405060708'
	stays 'ppp ccp code=1 id=1 opt=deflate:7800'
	refuses 'ppp lcp code=5 opt=pfc' 'lcp: opt=: codes 1 to 4 have options'
	refuses 'ppp lcp opt=mru' 'lcp: opt: mru lacks a part'
	refuses 'ppp lcp code=1 magic=1' 'lcp: magic=: a header of this kind has no such field'
}

@test 'characters that a modem put in are taken out where the ACCM says so' {
	frame=$(framer -t ppp --octets <<<"$IP udp data str=abc")
	noisy=${frame/7eff/7e11ff13}
	try framer -d -t ppp -q <<<"$noisy"
	is "$code $(cat out)" '1 '
	is "$(framer -d -t ppp --accm 0x000a0000 <<<"$noisy")" "$(pktcat <<<"$IP udp data str=abc")"
}

@test 'noise before the first flag, frames that are too short: not counted' {
	frame=$(framer -t ppp --octets <<<"$IP")
	try framer -d -t ppp -v <<<"octets hex=414f4b0d0a7e7e7e41427e${frame#*=}"
	is "$code $(cat out)" "0 $IP"
	is "$(cat err)" 'framer: 1 frame: 1 good, 0 damaged and dropped, 0 without a check sequence'
}

@test 'a thousand damaged streams: nothing wrong passes, everything whole is found' {
	survives 3 1000 '-t ppp --bits --flags 1' "ip id=&" '-t ppp'
	survives 4 1000 '-t ppp --octets' "ip id=&" '-t ppp'
	survives 5 1000 '-t ppp --octets --fcs 32 --accm 0' "ip id=&" '-t ppp --fcs 32'
}
