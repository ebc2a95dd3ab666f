#!/usr/bin/env bats
# ipsend.bats - ipsend(1): packets from the words of the command line.

load helper
code=0 # try sets it

@test '--help and --version' {
	has "$(ipsend --help)" 'usage: ipsend '
	has "$(ipsend --version)" 'ipsend '
}

@test '-n writes the packet as canonical packet text' {
	try ipsend -n ip dst=192.0.2.7 udp dport=7 data str=hello
	quiet_ok
	is "$(cat out)" 'ip id=0 ttl=64 src=0.0.0.0 dst=192.0.2.7 udp sport=0 dport=7 data str=hello'
	is "$(ipsend --dry-run eth ip6 dst=::1 tcp flags=SYN)" \
		'eth da=00:00:00:00:00:00 sa=00:00:00:00:00:00 ip6 hop=64 src=:: dst=::1 tcp sport=0 dport=0 seq=0 ack=0 flags=SYN win=0'
	is "$(ipsend -n frame dlt=147 hex=00ff)" 'frame dlt=147 hex=00ff'
	is "$(ipsend -n bits b=0111)" 'bits b=0111'
}

@test 'time, notes and @len are words too' {
	is "$(ipsend -n 1.5 data str=a @a.b=c)" '1.5 data str=a @a.b=c'
	is "$(ipsend -n ip @len=99)" 'ip id=0 ttl=64 src=0.0.0.0 dst=0.0.0.0 @len=99'
}

@test 'what is written is law' {
	is "$(ipsend -n ip len=7 sum=0x1234)" 'ip len=7 id=0 ttl=64 sum=0x1234 src=0.0.0.0 dst=0.0.0.0'
}

@test 'several words may stand in one argument' {
	is "$(ipsend -n 'ip ttl=1' 'udp dport=7')" 'ip id=0 ttl=1 src=0.0.0.0 dst=0.0.0.0 udp sport=0 dport=7'
}

@test 'in a value, characters that pkt(5) escapes may stand as they are' {
	is "$(ipsend -n data str='hello world')" 'data str=hello%20world'
	is "$(ipsend -n data str=$'a\tb\nc"\'\\$~')" 'data str=a%09b%0Ac%22%27%5C%24%7E'
	is "$(ipsend -n data str=é)" 'data hex=c3a9'
	is "$(ipsend -n data str='a%20b')" 'data str=a%20b'
	is "$(ipsend -n data str='a=b @c')" 'data str=a=b%20@c'
	is "$(ipsend -n data str=a @note='x y')" 'data str=a @note=x%20y'
}

@test 'what it writes is read by pktcat, and becomes the same octets' {
	is "$(ipsend -n eth ip src=192.0.2.1 dst=192.0.2.2 udp data str='a b' | pktcat -w - | tail -c 3)" 'a b'
}

# wrong MESSAGE WORD...: one line, exit 2, nothing written.
wrong() {
	local message=$1
	shift
	try ipsend "$@"
	fails 2 "ipsend: $message"
	[ ! -s out ]
}

@test 'errors: one line, exit 2' {
	wrong 'say one of -n (write the packet) and -i IFACE (send it)'
	wrong 'say one of -n (write the packet) and -i IFACE (send it)' ip
	wrong 'say one of -n (write the packet) and -i IFACE (send it)' -n -i lo ip
	wrong 'no packet: write one, such as: ipsend -n ip dst=192.0.2.7 udp dport=7 data str=hello' -n
	wrong 'unknown layer "ipx" (pktcat --layers lists them)' -n ipx
	wrong 'udp has no field "ttl": it has sport dport len sum' -n ip udp ttl=1
	wrong 'ip.ttl=256: out of range (0 to 255)' -n ip ttl=256
	wrong 'ip.ttl= is written twice' -n ip ttl=1 ttl=1
	wrong 'data.str: character 3 is a % without two hex digits' -n data str='50%'
	wrong 'the field ttl= comes before any layer' -n ttl=1
	wrong 'no layer in this line' -n ''
	wrong '--nonsense: unknown option (see ipsend --help)' -n --nonsense ip
	wrong '-1: a time is not negative' -n -- -1 ip
}

@test '-i of an interface that is not there: exit 2' {
	try ipsend -i nonexistent0 ip
	is "$code $(wc -l <err)" '2 1'
	has "$(cat err)" 'ipsend: '
}
