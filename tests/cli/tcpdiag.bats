#!/usr/bin/env bats
# tcpdiag.bats - tcpdiag(1): what became of TCP segments and connections.

load helper
code=0 # try sets it

# trace: packet text of the lines "TIME FROM SEQ ACK FLAGS WIN LEN [OPT]" on standard input; FROM: a or b; OPT: a value of tcp.opt.
trace() {
	awk '{ a = $2 == "a"; printf "%s ip src=192.0.2.%d dst=192.0.2.%d tcp sport=%d dport=%d seq=%s ack=%s flags=%s win=%s", $1, 2 - a,
		1 + a, a ? 40000 : 80, a ? 80 : 40000, $3, $4, $5, $6; if ($8) printf " opt=%s", $8
		if ($7) { printf " data hex="; for (i = 0; i < $7; i++) printf "00" }; print "" }'
}

# says LINE WANT: the lines "TIME FROM ...", with / between them, behind an opened connection; the row of the last segment but for
# the number of its frame is WANT, tabs as spaces.
OPENED='0.1 a 100 0 SYN 1000 0 mss:1460,ws:0/0.2 b 500 101 SYN,ACK 1000 0 mss:1460,ws:0/0.25 a 101 501 ACK 1000 0/'
says() {
	tr / '\n' <<<"$OPENED$1" | trace >t
	is "$1: $(tcpdiag --as wireshark --frames t | awk -F '\t' -v n="$(wc -l <t)" '$1 == n { print $2, $3, $4 }')" "$1: $2"
}

@test '--help and wrong options' {
	has "$(tcpdiag --help)" 'usage: tcpdiag '
	try tcpdiag --nonsense
	fails 2 'tcpdiag: --nonsense: unknown option (see tcpdiag --help)'
	try tcpdiag --frames
	fails 2 'tcpdiag: --frames: say whose verdicts: --as wireshark (see tcpdiag --help)'
	try tcpdiag --as wireshark --frames --summary
	fails 2 'tcpdiag: --frames and --summary exclude each other (see tcpdiag --help)'
	try tcpdiag --as nobody
	is "$code" 2
}

@test '--frames: the header line, alone when there is nothing to say' {
	want=$'frame\tverdicts\tack_rtt\tbytes_in_flight'
	is "$(tcpdiag --as wireshark --frames </dev/null)" "$want"
	is "$(tcpdiag --as wireshark --frames <<<'ip udp')" "$want"
	try tcpdiag --as wireshark --frames <<<'nonsense'
	is "$code" 2
}

@test '--frames: round trips of the handshake' {
	tr / '\n' <<<"$OPENED" | grep . | trace | tcpdiag --as wireshark --frames >out
	is "$(tail -n +2 out)" $'2\t\t0.100000000\t\n3\t\t0.050000000\t'
}

@test 'retransmission, fast, spurious, and out of order within the first round trip (0.15 s)' {
	says '1 a 101 501 ACK 1000 100/2 a 101 501 ACK 1000 100' 'retransmission  100'
	says '1 a 101 501 ACK 1000 100/1.1 b 501 201 ACK 1000 0/2 a 101 501 ACK 1000 100' 'retransmission,spurious_retransmission  100'
	says '1 a 101 501 ACK 1000 100/1 a 301 501 ACK 1000 100/1.01 a 201 501 ACK 1000 100' 'out_of_order  '
	says '1 a 101 501 ACK 1000 100/1 a 301 501 ACK 1000 100/2 a 201 501 ACK 1000 100' 'retransmission  '
	three='1 a 101 501 ACK 1000 100/1 a 301 501 ACK 1000 100/1 b 501 201 ACK 1000 0/1 b 501 201 ACK 1000 0/1 b 501 201 ACK 1000 0'
	says "$three" 'duplicate_ack  '
	says "$three/1.019 a 201 501 ACK 1000 100" 'retransmission,fast_retransmission  200'
	says "$three/1.02 a 201 501 ACK 1000 100" 'out_of_order  200'
}

@test 'a repeated SYN, and ports that are used again' {
	is "$(printf '0 a 100 0 SYN 1000 0\n1 a 100 0 SYN 1000 0\n2 a 700 0 SYN 1000 0\n' | trace | tcpdiag --as wireshark --frames |
		tail -n +2 | tr '\t' ' ')" $'2 retransmission  \n3 reused_ports  '
}

@test 'lost segments, and acknowledgments of them' {
	says '1 a 201 501 ACK 1000 100' 'lost_segment  '
	says '1 a 201 501 RST 1000 0' ''
	says '1 b 501 202 ACK 1000 0' 'ack_lost_segment  '
	# The first acknowledgment after a gap makes the flight known again.
	says '1 a 201 501 ACK 1000 100/2 a 301 501 ACK 1000 100' ''
	says '1 a 201 501 ACK 1000 100/2 b 501 101 ACK 1000 0/3 a 301 501 ACK 900 100/4 a 301 501 ACK 1000 100' 'retransmission  200'
}

@test 'windows: zero, probes, full, update; scaled behind the handshake' {
	says '1 b 501 101 ACK 0 0' 'zero_window  '
	says '1 b 501 101 ACK 0 0/2 a 101 501 ACK 1000 1' 'zero_window_probe  1'
	says '1 b 501 101 ACK 0 0/2 a 101 501 ACK 1000 1/3 b 501 101 ACK 0 0' 'zero_window,zero_window_probe_ack  '
	says '1 b 501 101 ACK 500 0' 'window_update  '
	says '1 b 501 101 ACK 500 0/2 a 101 501 ACK 1000 500' 'window_full  500'
	says '1 b 501 101 ACK 500 0/2 a 101 501 ACK 1000 499' ''
	OPENED=${OPENED//ws:0/ws:2} says '1 b 501 101 ACK 50 0/2 a 101 501 ACK 1000 200' 'window_full  200'
	OPENED=${OPENED/,ws:0/} says '1 b 501 101 ACK 200 0/2 a 101 501 ACK 1000 200' 'window_full  200'
}

@test 'keep-alive and its answer' {
	says '9 a 100 501 ACK 1000 0' 'keep_alive  '
	says '9 a 100 501 ACK 1000 1' 'keep_alive  1'
	says '9 b 501 101 ACK 1000 0/10 a 100 501 ACK 1000 0/11 b 501 101 ACK 1000 0' 'keep_alive_ack  '
}

@test 'octets in flight: without what SACK says has arrived, and without a FIN' {
	says '1 a 101 501 ACK 1000 100/1 a 201 501 ACK 1000 100/2 b 501 101 ACK 1000 0 sack:201:301/9 a 101 501 ACK 1000 100' \
		'retransmission  100'
	says '1 a 101 501 FIN,ACK 1000 100/9 a 101 501 FIN,ACK 1000 100' 'retransmission  100'
}

@test 'clocks that run backwards, sequence numbers that wrap' {
	is "$(printf '9 a 4294967290 0 SYN 9 0\n8 b 1 4294967291 SYN,ACK 9 0\n7 a 4294967291 2 ACK 9 100\n6 b 2 95 ACK 9 0\n' | trace |
		tcpdiag --as wireshark --frames | tail -n +2 | tr '\t' ' ')" \
		$'2  -1.000000000 \n3  -1.000000000 100\n4  -1.000000000 '
}

@test 'what was not captured counts all the same' {
	tr / '\n' <<<"${OPENED}1 a 101 501 ACK 1000 100/2 a 101 501 ACK 1000 100" | trace | pktcat -s 44 -w t.pcap
	is "$(tcpdiag --as wireshark --frames t.pcap | tail -n 1)" $'5\tretransmission\t\t100'
}

@test 'fragments and the quotes of ICMP errors are not looked at' {
	s='src=192.0.2.1 dst=192.0.2.2 tcp sport=1 dport=2 seq=1 flags=ACK win=0'
	is "$(tcpdiag --as wireshark <<<"ip $s" | grep -o '@.*')" '@tcpdiag.conn=0 @tcpdiag.verdict=zero_window'
	no grep -q @ <(tcpdiag --as wireshark <<<"ip flags=MF $s")
	no grep -q @ <(tcpdiag --as wireshark <<<"ip src=192.0.2.3 icmp type=3 ip $s")
	is "$(tcpdiag --as wireshark <<<"eth vlan vid=3 ip gre ip6 src=::1 dst=::2 ${s#* * }" | grep -o '@.*')" \
		'@tcpdiag.conn=0 @tcpdiag.verdict=zero_window'
}

@test 'as a filter: notes on what belongs to a connection, earlier ones replaced' {
	tr / '\n' <<<"${OPENED}1 a 101 501 ACK 1000 100/2 a 101 501 ACK 1000 100" | trace >t
	try tcpdiag t
	quiet_ok
	is "$(sed 's/ @.*//' out)" "$(cat t)"
	is "$(grep -o '@.*' out | sort -u)" '@tcpdiag.conn=0'
	is "$(tcpdiag --as wireshark t | grep -o '@.*')" '@tcpdiag.conn=0
@tcpdiag.conn=0 @tcpdiag.rtt=0.100000000
@tcpdiag.conn=0 @tcpdiag.rtt=0.050000000
@tcpdiag.conn=0 @tcpdiag.flight=100
@tcpdiag.conn=0 @tcpdiag.verdict=retransmission @tcpdiag.flight=100'
	is "$(tcpdiag --as wireshark t | tcpdiag)" "$(cat out)"
	is "$(tcpdiag <<<'arp @tcpdiag.conn=7 @a.b=c')" 'arp @a.b=c'
	is "$(tcpdiag -q t)" ''
}

# summary of the lines on standard input, without the header
summary() { trace | tcpdiag --summary | tail -n +2 | tr '\t' ' '; }

@test '--summary: a line a connection, how it began and how it ended' {
	A='192.0.2.1:40000 192.0.2.2:80'
	open=$(tr / '\n' <<<"${OPENED%/}")
	is "$(tcpdiag --summary </dev/null)" \
		$'conn\ta\tb\tpackets_a\tpackets_b\tbytes_a\tbytes_b\tseconds\thandshake\tclose'
	is "$(summary <<<"$open")" "0 $A 2 1 0 0 0.150000000 complete open"
	is "$(summary <<<"$open
1 b 501 101 FIN,ACK 9 5")" "0 $A 2 2 0 5 0.900000000 complete half-b"
	is "$(summary <<<"$open
1 a 101 501 FIN,ACK 9 0
1 b 501 101 FIN,ACK 9 0")" "0 $A 3 2 0 0 0.900000000 complete closing"
	fin='1 a 101 501 FIN,ACK 9 7
2 b 501 109 FIN,ACK 9 0
3 a 109 502 ACK 9 0'
	is "$(summary <<<"$open
$fin")" "0 $A 4 2 7 0 2.900000000 complete fin-a"
	is "$(summary <<<"$open
1 b 501 101 RST 9 0")" "0 $A 2 2 0 0 0.900000000 complete rst-b"
	is "$(summary <<<'0 a 1 0 SYN 9 0')" "0 $A 1 0 0 0 0.000000000 unanswered open"
	is "$(summary <<<'0 a 1 0 SYN 9 0
0 b 0 2 RST,ACK 0 0')" "0 $A 1 1 0 0 0.000000000 refused rst-b"
	is "$(summary <<<'0 a 1 0 SYN 9 0
0 b 1 2 SYN,ACK 0 0')" "0 $A 1 1 0 0 0.000000000 unfinished open"
	is "$(summary <<<'0 b 1 2 SYN,ACK 0 0')" "0 $A 0 1 0 0 0.000000000 syn-unseen open"
	is "$(summary <<<'0 a 1 2 ACK 0 3')" "0 $A 1 0 3 0 0.000000000 unseen open"
	is "$(summary <<<'0 a 1 0 SYN 9 0
0 a 9 0 SYN 9 0' | cut -d ' ' -f 1,4)" '0 1
1 1'
}

@test '--summary: IPv6, and no IP at all' {
	is "$(tcpdiag --summary <<<'ip6 src=2001:db8::1 dst=::2 tcp sport=1 dport=2' | tail -n 1 | cut -f 2,3)" $'[2001:db8::1]:1\t[::2]:2'
	is "$(tcpdiag --summary <<<'tcp sport=1 dport=2' | tail -n 1 | cut -f 2,3)" $'-:1\t-:2'
}

@test 'closed connections leave the table: memory does not grow with the trace' {
	sanitized && skip 'the sanitizer has a memory of its own'
	rows() {
		awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) { t = 10 * i; p = 1024 + i % 60000; h = int(i / 60000)
			printf "%d ip src=192.0.2.1 dst=198.51.100.%d tcp sport=%d dport=80 seq=1 flags=SYN\n", t, h, p
			printf "%d ip src=198.51.100.%d dst=192.0.2.1 tcp sport=80 dport=%d ack=2 flags=RST,ACK\n", t, h, p } }'
	}
	rows 20000 >t
	is "$(tcpdiag --summary t | tail -n +2 | cut -f 9,10 | sort | uniq -c | tr -s ' ')" $' 20000 refused\trst-b'
	is "$(tcpdiag --summary t | tail -n +2 | cut -f 1 | sort -n | uniq | wc -l)" 20000
	mkfifo f
	# Less than 70,000 connections would need.
	rows 70000 >f &
	(ulimit -v 40000 && tcpdiag --summary f >out)
	is "$(wc -l <out)" 70001
}
