#!/usr/bin/env bats
# modem-sim.bats - modem-sim(1): packets through BPSK and white noise.

load helper
code=0 # try sets it

IP='ip id=0 ttl=9 src=0.0.0.0 dst=0.0.0.0 udp sport=0 dport=0 data str=hello'

# million: 1250 lines of 800 bits each, a million bits.
million() {
	yes "octets hex=$(printf '00ff55aa%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25)" | head -n 1250
}

@test '--help and wrong options' {
	has "$(modem-sim --help)" 'usage: modem-sim '
	for wrong in '--ebn0 101' '--ebn0 -31' '--ebn0 x' '--ebn0 nan' '--seed -1' '--seed 1.5' '-m qam' --nonsense; do
		# shellcheck disable=SC2086 # options are words
		try modem-sim $wrong </dev/null
		is "$wrong: $code $(wc -l <err)" "$wrong: 2 1"
		has "$(cat err)" 'modem-sim: '
	done
}

@test 'without noise every bit arrives, and the text passes as it came' {
	is "$(modem-sim <<<"$IP @a.b=c")" "$IP @a.b=c @modem-sim.bits=264 @modem-sim.errors=0"
	is "$(modem-sim -m bpsk <<<'ip   ttl=9')" 'ip   ttl=9 @modem-sim.bits=160 @modem-sim.errors=0'
	million | modem-sim | grep -c '@modem-sim.bits=800 @modem-sim.errors=0$' | grep -qx 1250
}

@test '--ebn0 100 is clean' {
	million | modem-sim --ebn0 100 --seed 1 -q >out
	is "$(grep -vc ' @modem-sim.errors=0$' out)" 0
	is "$(wc -l <out)" 1250
}

@test 'the same seed gives the same errors, on every machine' {
	line='octets hex=00ff00ff00ff00ff'
	for _ in 1 2; do
		is "$(modem-sim --ebn0 0 --seed 7 <<<"$line")" 'octets hex=10df00ff027a00b3 @modem-sim.bits=64 @modem-sim.errors=9'
		is "$(modem-sim --ebn0=3 --seed=7 <<<"$IP")" \
			'frame dlt=101 hex=55000021020000000911b1cd000000000800100000000000000dbc0268e16c6c6f @modem-sim.bits=264 @modem-sim.errors=6'
		is "$(modem-sim --ebn0 0 --seed 7 <<<'bits b=01010101011')" 'bits b=01001001011 @modem-sim.bits=11 @modem-sim.errors=3'
	done
	[ "$(million | head -n 100 | modem-sim --ebn0 0 --seed 8 | cksum)" != "$(million | head -n 100 | modem-sim --ebn0 0 --seed 7 | cksum)" ]
}

@test 'without --seed the errors differ; -v says the seed, which gives them again' {
	million | head -n 100 >a
	modem-sim --ebn0 0 -v a >one 2>err
	modem-sim --ebn0 0 a >two
	no cmp -s one two
	seed=$(sed -n 's/^modem-sim: seed //p' err)
	[ -n "$seed" ]
	modem-sim --ebn0 0 --seed "$seed" a | cmp - one
}

@test 'at 4 dB the error rate is that of theory over a million bits' {
	# Q(sqrt(2 Eb/N0)) = 0.0125008 (Proakis, Digital Communications, 5.2): 3.8906 standard deviations hold 99.99 %.
	million | modem-sim --ebn0 4 --seed 1 >out
	errors=$(awk '{ sub(/.*@modem-sim.errors=/, ""); n += $0 } END { print n }' out)
	is "$errors" 12377
	awk -v e="$errors" 'BEGIN { n = 1e6; p = 0.012500818; d = e - n * p; s = sqrt(n * p * (1 - p)); exit !(d < 3.8906 * s && d > -3.8906 * s) }'
	# Independent of the first: another seed, another rate. Q(sqrt(2)) = 0.0786496 at 0 dB.
	errors=$(million | modem-sim --ebn0 0 --seed 2 | awk '{ sub(/.*@modem-sim.errors=/, ""); n += $0 } END { print n }')
	awk -v e="$errors" 'BEGIN { n = 1e6; p = 0.0786496; d = e - n * p; s = sqrt(n * p * (1 - p)); exit !(d < 3.8906 * s && d > -3.8906 * s) }'
}

@test 'the errors that a packet says it has are those that it has' {
	million | head -n 200 >a
	modem-sim --ebn0 2 --seed 3 a | awk '
		BEGIN { for (i = 0; i < 16; i++) for (j = 0; j < 16; j++) { n = 0; for (b = 1; b < 16; b *= 2) n += int(i / b) % 2 != int(j / b) % 2; d[sprintf("%x%x", i, j)] = n } }
		NR == FNR { sent[FNR] = $2; next }
		{ e = 0; for (i = 5; i <= length($2); i++) e += d[substr(sent[FNR], i, 1) substr($2, i, 1)]
		  if ($4 != "@modem-sim.errors=" e) { print "line " FNR ": " e, $4; bad = 1 }; all += e }
		END { exit bad || !all }' a -
}

@test 'its earlier notes are replaced, those of others stay, a time too' {
	is "$(modem-sim <<<"1.5 $IP @modem-sim.bits=1 @a=b @modem-sim.errors=9")" "1.5 $IP @a=b @modem-sim.bits=264 @modem-sim.errors=0"
	has "$(modem-sim --ebn0 -10 --seed 1 <<<"1.5 $IP @modem-sim.bits=1 @a=b")" ' @a=b @modem-sim.bits=264 @modem-sim.errors='
	is "$(modem-sim --ebn0 -10 --seed 1 <<<"1.5 $IP" | cut -d' ' -f1)" 1.5
}

@test 'bits that are not whole octets and empty packets go through' {
	printf '%s\n' 'bits b=' 'bits b=1' 'bits b=010' 'bits b=1111111100' 'octets hex=' 'data str=' >a
	is "$(modem-sim a | sed 's/ @.*//')" "$(cat a)"
	modem-sim --ebn0 -30 --seed 1 a >b
	is "$(sed 's/.*.bits=//; s/ .*//' b)" $'0\n1\n3\n10\n0\n0'
	is "$(awk '{ print $1, length($2) }' b | head -n 4)" "$(awk '{ print $1, length($2) }' a | head -n 4)"
}

@test 'what arrives hurt is octets where no link type says what they were' {
	has "$(modem-sim --ebn0 -30 --seed 1 <<<'udp')" 'octets hex='
	has "$(modem-sim --ebn0 -30 --seed 1 <<<'frame dlt=4242 hex=00112233')" 'frame dlt=4242 hex='
	line='eth da=02:00:00:00:00:02 sa=02:00:00:00:00:01 fcs=crc ip id=0 ttl=64 src=0.0.0.0 dst=0.0.0.0 pad n=26'
	has "$(modem-sim --ebn0 8 --seed 2 <<<"$line")" 'eth da='
}

@test 'a length on the wire stays' {
	has "$(modem-sim --ebn0 0 --seed 1 <<<"$IP @len=99")" ' @len=99 '
	has "$(modem-sim <<<"$IP @len=99")" ' @len=99 '
}

@test 'reads pcap and pcapng' {
	pktcat -w a.pcap <<<"$IP"
	is "$(modem-sim a.pcap)" "0.000000 $IP @modem-sim.bits=264 @modem-sim.errors=0"
	pktcat -w a.pcapng <<<"1.5 $IP"
	is "$(modem-sim <a.pcapng)" "1.5 $IP @modem-sim.bits=264 @modem-sim.errors=0"
}

@test '-v says bits, errors and the theory' {
	million | modem-sim --ebn0 4 --seed 1 -v 2>err >out
	is "$(sed -n 1p err)" 'modem-sim: seed 1'
	is "$(sed -n 2p err)" 'modem-sim: 1000000 bits sent, 12377 wrong (rate 0.0124; theory, Q(sqrt(2 Eb/N0)): 0.0125), 1249 packets hit'
}
