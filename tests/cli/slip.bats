#!/usr/bin/env bats
# slip.bats - framer -t slip, cobs, kiss and sync: frames that say little about what is in them.

load helper
load damage
code=0 # try sets it

IP='ip id=0 ttl=64 src=192.0.2.1 dst=192.0.2.2'

@test 'slip: END and ESC are escaped (RFC 1055)' {
	is "$(framer -t slip <<<'data hex=c0db00')" 'octets hex=c0dbdcdbdd00c0'
	is "$(framer -t slip --octets <<<'data hex=41')" 'octets hex=c041c0'
	is "$(framer -d -t slip <<<'octets hex=41dbdc42c0c043c0' | tr '\n' ' ')" 'data hex=41c042 data str=C '
}

@test 'cobs: the examples of Cheshire and Baker' {
	for pair in 00:0101 0000:010101 11220033:0311220233 11223344:0511223344 11000000:0211010101; do
		is "$(framer -t cobs <<<"data hex=${pair%:*}")" "octets hex=${pair#*:}00"
		is "$(framer -d -t cobs <<<"octets hex=${pair#*:}00")" "data hex=${pair%:*}"
	done
	run=$(printf '%02x' {1..254})
	is "$(framer -t cobs <<<"data hex=$run")" "octets hex=ff${run}00"
	is "$(framer -t cobs <<<"data hex=00$run")" "octets hex=01ff${run}00"
	is "$(framer -t cobs <<<"data hex=${run}ff")" "octets hex=ff${run}02ff00"
	is "$(framer -t cobs <<<"data hex=${run}00")" "octets hex=ff${run}010100"
	for hex in "$run" "00$run" "${run}ff" "${run}00" "${run}${run}" "00${run}00${run}0000"; do
		is "$(framer -t cobs <<<"data hex=$hex" | framer -d -t cobs)" "data hex=$hex"
	done
}

@test 'what comes out: IP packets where their lengths say so, else data' {
	for type in slip cobs sync; do
		printf '%s\n' "1.5 $IP udp data hex=c0db00 @a.b=c" 'ip6 src=2001:db8::1 dst=2001:db8::2 udp data str=x' 'data str=hello' \
			'data str=E-is-0x45-and-looks-like-a-header-of-IP' "data str=n-is-0x6e-$(printf '%060d' 0)" 'data hex=c0dbdcdd00' | pktcat >a
		framer -t $type a | framer -d -t $type | diff a -
		framer -d -t $type -v < <(framer -t $type a) 2>&1 >out | grep -q '6 frames: '
	done
	try framer -d -t slip <<<"$IP"
	fails 2 'framer: -:1: not octets of a medium: the first layer is ip'
}

@test 'kiss: port and command, AX.25 in it without its check sequence' {
	is "$(framer -t kiss <<<'ax25 dst=AB src=CD data str=x')" 'octets hex=c000828440404040e08688404040406103f078c0'
	is "$(framer -t kiss <<<'ax25 dst=AB src=CD fcs=crc data str=x')" "$(framer -t kiss <<<'ax25 dst=AB src=CD data str=x')"
	printf '%s\n' 'kiss port=3 cmd=0 ax25 dst=APRS src=N0CALL-1 via=WIDE1-1+,WIDE2-1 ctl=0x03 data str=hi' 'kiss port=0 cmd=1 data hex=c0' \
		'kiss port=0 cmd=0 ax25 dst=QST src=W1AW ctl=0x3f' >a
	framer -t kiss a | framer -d -t kiss | diff a -
	is "$(framer -t kiss --port 5 <<<'ax25 dst=AB src=CD data str=x' | framer -d -t kiss)" 'kiss port=5 cmd=0 ax25 dst=AB src=CD ctl=0x03 data str=x'
	# Of several ports in one stream, cut anywhere; back to back with one FEND between.
	framer -t kiss a | sed 's/octets hex=//' | tr -d '\n' | sed 's/c0c0/c0/g' | fold -w 6 | sed 's/^/octets hex=/' | framer -d -t kiss | diff a -
}

@test 'sync: word, length, octets and CRC, the most significant bit first' {
	# CRC-16/IBM-3740 of 01 41 is 0x76db, CRC-32 of 00 01 41 0xe7819955.
	is "$(framer -t sync --flags 1 --length 8 <<<'data str=A')" 'bits b=10101010001011011101010000000001010000010111011011011011'
	is "$(framer -t sync --flags 1 --fcs 32 <<<'data str=A')" 'bits b=10101010001011011101010000000000000000010100000111100111100000011001100101010101'
	framer -t sync --sync 0x1acffc1d --flags 2 <<<'data str=A' | grep -q 'b=101010101010101000011010110011111111110000011101000000000000000101000001'
	printf 'data str=%s\n' a bb '' ccc >a
	for how in '' '--length 8' '--fcs 32' '--sync 0xfaf320' '--sync 10100111000'; do
		# shellcheck disable=SC2086 # options are words
		framer -t sync $how a | framer -d -t sync $how | diff a -
		# shellcheck disable=SC2086
		framer -t sync $how a | sed 's/bits b=//' | tr -d '\n' | fold -w 13 | sed 's/^/bits b=/' | framer -d -t sync $how | diff a -
	done
	try framer -t sync --length 8 <<<"data str=$(printf '%0256d' 0)"
	fails 2 'framer: -:1: 256 octets are more than a length of 8 bits can say'
}

@test 'sync: a wrong length is got over, wrong bits of the word where that is allowed' {
	line=$(framer -t sync --flags 1 <<<'data str=whole')
	word=$(framer -t sync --flags 1 <<<'data str=whole' | sed 's/bits b=//')
	# A length of 65535 in front: everything is looked at again when the input ends.
	try framer -d -t sync <<<"bits b=${word:0:24}1111111111111111${word:8}"
	is "$code $(cat out)" '1 data str=whole'
	has "$(cat err)" '1 good, 1 damaged and dropped (1 cut)'
	is "$(framer -d -t sync <<<"$line")" 'data str=whole'
	bad="bits b=${word:0:10}$((1 - ${word:10:1}))${word:11}"
	is "$(framer -d -t sync <<<"$bad")" ''
	is "$(framer -d -t sync --errors 1 <<<"$bad")" 'data str=whole'
}

@test 'a thousand damaged streams: everything whole is found, and what has a check sequence never wrong' {
	survives 6 1000 '-t sync --flags 1 --sync 0x1acffc1d' 'data str=message&'
	for type in slip cobs; do
		seq 1000 | sed 's/.*/data str=message&/' >sent
		framer -t $type sent | damage 7 >air
		framer -d -q -t $type air >got || :
		# Without a flag before it a frame is one with what is left of that before: those behind damage are not asked for.
		paste -d ' ' sent air | awk '!/@t.hurt/ && !before { print $1, $2 } { before = /@t.hurt/ }' | sort >unhurt
		[ "$(wc -l <unhurt)" -gt 150 ]
		is "$(sed 's/ @.*//' got | sort | comm -13 - unhurt | head -n 3)" ''
	done
}
