#!/usr/bin/env bats
# bad_input.bats - malformed input, unreadable files and failing outputs: one clear line on stderr, the right exit status,
# nothing of the bad record written and everything before it.

load helper
code=0 # try sets it

GOOD='1.000000 data str=before'

# rejects WORDS MESSAGE: a line of these words between two good ones stops every filter with TOOL: FILE:LINE: MESSAGE, behind the first.
rejects() {
	local tool
	printf '%s\n%b\n%s\n' "$GOOD" "$1" 'data str=behind' >bad
	for tool in pktcat udpck modem-sim 'framer --type 1'; do
		# shellcheck disable=SC2086 # the tool with its options
		try $tool bad
		fails 2 "${tool%% *}: bad:2: $2"
		is "$tool wrote $(wc -l <out)" "$tool wrote 1"
		has "$(cat out)" 'str=before'
	done
	for format in pcap pcapng; do
		try pktcat -w "out.$format" bad
		fails 2 "pktcat: bad:2: $2"
		is "$(pktcat "out.$format")" "$GOOD"
	done
}

# every COMMAND...: of the tools that read packets.
each_reader() {
	local tool
	for tool in pktcat udpck modem-sim framer 'framer -d' 'pktcat -w -' 'pktcat -T tsv'; do
		# shellcheck disable=SC2086 # the tool with its options
		"$@" $tool
	done
}

# ---- a malformed line ----

@test 'an unknown layer' {
	rejects 'ipx' 'unknown layer "ipx" (pktcat --layers lists them)'
	rejects 'eth verylongname' 'unknown layer "verylongname" (pktcat --layers lists them)'
	rejects 'eth IP' 'IP: the character 0x49 cannot stand in a name'
}

@test 'an unknown field' {
	rejects 'data tll=1' 'data has no field "tll": it has str hex'
	rejects 'udp data sport=1' 'data has no field "sport": it has str hex'
	rejects 'udp averylongname=1' 'udp has no field "averylongname": it has sport dport len sum'
}

@test 'a field before any layer' {
	rejects 'ttl=1 ip' 'the field ttl= comes before any layer'
	rejects '1.5 ttl=1 ip' 'the field ttl= comes before any layer'
	rejects '1.5' 'no layer in this line'
	rejects '@a=b' 'no layer in this line'
}

@test 'a duplicate field' {
	rejects 'ip ttl=1 ttl=2' 'ip.ttl= is written twice'
	rejects 'ip ttl=1 ip.ttl=1' 'ip.ttl= is written twice'
	rejects 'data str=a hex=00' 'data has str= or hex=, not both'
	rejects 'frame dlt=1 dlt=2 hex=' 'frame.dlt= is written twice'
	rejects 'ip @len=20 @len=20' '@len= is written twice'
}

@test 'a qualifier that is not the last layer' {
	rejects 'eth ip eth.da=02:00:00:00:00:00' 'eth.da= stands in the layer ip'
	rejects 'ip ip.ip.ttl=1' 'ip has no field "ip.ttl": it has ver ihl dscp ecn len id flags frag ttl proto sum src dst opt'
	rejects 'ip ip6.hop=1' 'ip6.hop= stands in the layer ip'
}

@test 'a value out of range' {
	rejects 'ip ttl=256' 'ip.ttl=256: out of range (0 to 255)'
	rejects 'ip ttl=-1' 'ip.ttl=-1: not a number (0 to 255)'
	rejects 'ip ttl=' 'ip.ttl=: not a number (0 to 255)'
	rejects 'ip ttl=99999999999999999999' 'ip.ttl=99999999999999999999: not a number (0 to 255)'
	rejects 'udp sport=65536' 'udp.sport=65536: out of range (0 to 65535)'
	rejects 'ip frag=8192' 'ip.frag=8192: out of range (0 to 8191)'
	rejects 'tcp flags=0x1000' 'tcp.flags=0x1000: out of range'
	rejects 'ip src=1.2.3.256' 'ip.src=1.2.3.256: not an IPv4 address such as 192.0.2.1'
	rejects 'ip6 src=fe80::1%25eth0' 'ip6.src=fe80::1%eth0: not an IPv6 address such as 2001:db8::1'
	rejects 'eth da=02:00' 'eth.da=02:00: not a MAC address such as 02:00:00:00:00:01'
	rejects 'tcp flags=SYN,FOO' 'tcp.flags=SYN,FOO: not flags (names joined by commas, or a number; --help lists them)'
}

@test 'a bad percent escape, a character that must be escaped' {
	rejects 'data str=ab%4' 'data.str: character 3 is a % without two hex digits'
	rejects 'data str=%zz' 'data.str: character 1 is a % without two hex digits'
	rejects 'data str=a~b' 'data.str: character 2 (0x7e) must be written as %XX'
	rejects 'data str=a\303\251' 'data.str: character 2 (0xc3) must be written as %XX'
	rejects 'ip ttl=%3' 'ip.ttl: a % without two hex digits behind it'
}

@test 'odd hex, and what is not hex' {
	rejects 'data hex=abc' 'data.hex=abc: an odd number of hex digits'
	rejects 'data hex=abxy' 'data.hex: character 3 (0x78) is not a hex digit'
	rejects 'eth pad hex=0' 'pad.hex=0: an odd number of hex digits'
	rejects 'bits b=012' 'bits.b: character 3 is neither 0 nor 1'
	rejects 'bits b=0110 q=f3a' 'bits.q: 3 confidences of 4 bits'
	rejects 'bits b=0110 q=f3ag' 'bits.q: character 4 is not a hex digit'
	rejects 'bits b=01010101 q=00000000 data hex=00' 'data: nothing may follow bits'
	rejects 'eth bits b=0101 q=0101' 'bits.q: only the outermost layer can have confidences'
}

@test 'NUL octets' {
	rejects 'ip\0 ttl=1' 'a NUL octet at character 3'
	rejects 'data str=ab\0' 'a NUL octet at character 12'
	rejects '\0' 'a NUL octet at character 1'
}

@test 'a long wrong word is shortened, control characters are made visible' {
	long=$(printf '%0500d' 0 | tr 0 x)
	rejects "ip ttl=$long" "ip.ttl=${long:0:60}...: not a number (0 to 255)"
	rejects "$long" "unknown layer \"${long:0:60}\" (pktcat --layers lists them)"
	rejects 'ip ttl=\033[31m' 'ip.ttl=\x1b[31m: not a number (0 to 255)'
}

@test 'a line of 10 MB' {
	{ echo "$GOOD"; printf 'data str='; head -c 10485760 /dev/zero | tr '\0' a; echo; } >big
	for tool in pktcat udpck modem-sim; do
		try "$tool" big
		fails 2 "$tool: big:2: line is longer than 8388608 octets"
		is "$(wc -l <out)" 1
	done
}

@test 'a packet over 262144 octets' {
	{ echo "$GOOD"; printf 'data str='; head -c 262145 /dev/zero | tr '\0' a; echo; } >big
	try pktcat big
	fails 2 'pktcat: big:2: data.str: more than 262144 octets'
	{ echo "$GOOD"; printf 'data str='; head -c 262144 /dev/zero | tr '\0' a; echo; } >big
	try pktcat big
	quiet_ok
	cmp big out
}

@test 'binary garbage is a malformed line' {
	printf '\200\201\202\n' >garbage
	each_reader rejects_garbage
}
rejects_garbage() {
	try "$@" garbage
	is "$* exits with $code" "$* exits with 2"
	is "$(wc -l <err)" 1
	has "$(cat err)" "$1: garbage:1: "
	[ "$1" != pktcat ] || [ "$2" = -T ] || [ ! -s out ]
}

# ---- a damaged capture ----

@test 'a truncated pcap: the records before the cut, then one line' {
	printf '1.000000 data str=one\n2.000000 data str=three\n' >a
	pktcat -w a.pcap a
	size=$(wc -c <a.pcap)
	is "$size" $((24 + 16 + 3 + 16 + 5))
	for n in 1 4 5 6 12 20; do
		head -c $((size - n)) a.pcap >cut.pcap
		try pktcat cut.pcap
		is "$(cat out)" '1.000000 data str=one'
		if [ $n -le 5 ]; then
			fails 2 "pktcat: cut.pcap: offset 43: the record says 5 octets, the file has $((5 - n)): cut short"
		else
			fails 2 "pktcat: cut.pcap: offset 43: a record header has 16 octets, the file has $((21 - n)): cut short"
		fi
	done
	head -c 20 a.pcap >cut.pcap
	try pktcat cut.pcap
	fails 2 'pktcat: cut.pcap: offset 0: the file header says 24 octets, the file has 20: cut short'
}

@test 'a pcap record that says more octets than a packet can have' {
	{ pktcat -w - <<<'1 data str=one'; printf '\1\0\0\0\0\0\0\0\377\377\377\377\377\377\377\377'; head -c 100000 /dev/zero; } >lies.pcap
	try pktcat lies.pcap
	fails 2 'pktcat: lies.pcap: offset 43: the record says 4294967295 octets, more than the 262144 that a packet can have'
	is "$(cat out)" '1.000000 data str=one'
}

@test 'a pcapng whose lengths lie' {
	pktcat --pcapng -w good <<<'1 data str=one'
	local size
	size=$(wc -c <good)
	lie 4 '\0\0\0\0' 'offset 0: a block says 0 octets: too short'
	lie 4 '\35\0\0\0' 'offset 0: a block says 29 octets: not a multiple of 4'
	lie 4 '\0\0\0\177' 'offset 0: a block says 2130706432 octets: more than 16 MiB'
	lie 24 '\40\0\0\0' 'offset 0: a block says 28 octets at its start and 32 at its end'
	lie 8 '\0\0\0\0' 'offset 8: the byte-order magic of a Section Header Block is 00000000'
	lie $((size - 4)) '\0\0\0\0' "offset $((size - 36)): a block says 36 octets at its start and 0 at its end"
	lie $((size - 32)) '\0\1\0\0' "offset $((size - 36)): the block says 256 octets, the file has 36: cut short"
	lie $((size - 28)) '\7\0\0\0' "offset $((size - 36)): a packet of interface 7, but the section has described 1 so far"
	lie $((size - 16)) '\377\377\0\0' "offset $((size - 36)): the packet says 65535 octets, its block has 4"
	lie $((size - 16)) '\377\377\377\377' "offset $((size - 36)): the packet block says 4294967295 octets, more than the 262144 that a packet can have"
}
# lie OFFSET OCTETS MESSAGE: with these octets in good's place.
lie() {
	{ head -c "$1" good; printf '%b' "${2//\\/\\0}"; tail -c +$(($1 + 5)) good; } >lies
	is "$(wc -c <lies)" "$(wc -c <good)"
	try pktcat lies
	fails 2 "pktcat: lies: $3"
	[ ! -s out ]
}

@test 'a capture cut in the middle of a filter: exit 2 and what came before' {
	pktcat -w a.pcap <<<$'1 eth\n2 eth'
	head -c 60 a.pcap >cut.pcap
	for tool in pktcat udpck modem-sim framer; do
		try "$tool" cut.pcap
		fails 2 "$tool: cut.pcap: offset 54: a record header has 16 octets, the file has 6: cut short"
		is "$(wc -l <out)" 1
	done
}

@test 'gzip input that is cut short' {
	pktcat -w - <<<'1 data str=one' | gzip -c | head -c 40 >cut.gz
	try pktcat cut.gz
	is "$code $(wc -l <err)" '2 1'
	has "$(cat err)" 'pktcat: cut.gz: '
}

# ---- files ----

@test 'a directory' {
	mkdir dir
	each_reader says_of dir 'open dir: is a directory'
}

@test 'a missing file' {
	each_reader says_of missing 'open missing: No such file or directory'
	echo "$GOOD" >a
	try pktcat a missing
	fails 2 'pktcat: open missing: No such file or directory'
	is "$(cat out)" "$GOOD"
}

@test 'a file that may not be read' {
	[ "$(id -u)" != 0 ] || skip 'root reads everything'
	echo "$GOOD" >secret
	chmod 000 secret
	each_reader says_of secret 'open secret: Permission denied'
}

# says_of FILE MESSAGE TOOL...
says_of() {
	local file=$1 message=$2
	shift 2
	try "$@" "$file"
	fails 2 "$1: $message"
}

@test 'an empty file is no packets and no error' {
	: >empty
	each_reader takes_empty
	try udpck empty
	is "$(cat err)" 'udpck: 0 packets: 0 ok, 0 bad, 0 none, 0 unverifiable'
}
takes_empty() {
	try "$@" empty
	is "$* exits with $code" "$* exits with 0"
	[ "$*" != pktcat ] || [ ! -s out ]
}

@test 'closed standard input' {
	each_reader closed_stdin
}
closed_stdin() {
	code=0
	"$@" <&- >out 2>err || code=$?
	fails 2 "$1: open standard input: Bad file descriptor"
}

# ---- outputs ----

@test 'a full disk: every tool says so' {
	[ -c /dev/full ] || skip 'no /dev/full'
	pktcat <<<'1 eth ip udp data str=x' >a
	for command in 'pktcat a' 'pktcat -w - a' 'pktcat --pcapng -w - a' 'pktcat -T json a' 'pktcat -T tsv a' 'pktcat --layers' \
		'pktcat --help udp' 'udpck a' 'modem-sim a' 'framer a' 'framer -d a' 'ipsend -n ip'; do
		code=0
		$command >/dev/full 2>err || code=$?
		is "$command: $code $(cat err)" "$command: 2 ${command%% *}: write standard output: No space left on device"
	done
	try pktcat -w /dev/full a
	fails 2 'pktcat: write /dev/full: No space left on device'
	for tool in pktcat udpck modem-sim framer ipsend; do
		code=0
		"$tool" --help >/dev/full 2>err || code=$?
		fails 2 "$tool: standard output: No space left on device"
	done
}

@test 'a full disk in the midst of much output' {
	[ -c /dev/full ] || skip 'no /dev/full'
	yes 'ip udp data str=0123456789' | head -n 20000 >a
	for command in 'pktcat a' 'pktcat -w - a' 'udpck a' 'modem-sim a' 'framer a'; do
		code=0
		$command >/dev/full 2>err || code=$?
		is "$command: $code $(cat err)" "$command: 2 ${command%% *}: write standard output: No space left on device"
	done
}

@test 'closed standard output: every tool says so, and writes into no other file' {
	pktcat <<<'1 eth ip udp data str=x' >a
	cp a b
	for command in 'pktcat a' 'pktcat -w - a' 'pktcat -T json a' 'pktcat --layers' 'udpck a' 'modem-sim a' 'framer a' 'ipsend -n ip'; do
		code=0
		$command >&- 2>err || code=$?
		is "$command: $code $(cat err)" "$command: 2 ${command%% *}: write standard output: Bad file descriptor"
	done
	cmp a b
}

@test 'a capture file that cannot be made' {
	echo "$GOOD" >a
	mkdir dir
	try pktcat -w dir a
	fails 2 'pktcat: open dir: Is a directory'
	try pktcat -w no/such/file a
	fails 2 'pktcat: open no/such/file: No such file or directory'
}

@test 'a terminal is not sent a capture' {
	command -v script >/dev/null || skip 'no script(1), which makes a terminal'
	script -qec true /dev/null >/dev/null 2>&1 </dev/null || skip 'script(1) can make no terminal here'
	echo "$GOOD" >a
	script -qec 'pktcat -w - a' /dev/null >out </dev/null || code=$?
	is "$code" 2
	is "$(tr -d '\r' <out | wc -l)" 1
	has "$(cat out)" 'pktcat: '
	has "$(cat out)" 'terminal'
	# What follows is no refusal: the same into a pipe, and text.
	script -qec 'pktcat -w - a | wc -c' /dev/null </dev/null | grep -q 46
	script -qec 'pktcat a' /dev/null </dev/null | grep -q "$GOOD"
}
