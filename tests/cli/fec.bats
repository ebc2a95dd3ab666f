#!/usr/bin/env bats
# fec.bats - modem-sim fec: codes by hand, packets through them, and what is beyond repair.

load helper
code=0 # try sets it

IP='ip id=0 ttl=9 src=0.0.0.0 dst=0.0.0.0 udp sport=0 dport=0 data str=hello'

raw() { modem-sim fec --raw "$@"; }

# flip N...: each line's bits of these numbers (from 1) turned.
flip() {
	awk -v list="$*" 'BEGIN { n = split(list, at, " ") }
	{ for (i = 1; i <= n; i++) { p = at[i]; $0 = substr($0, 1, p - 1) (substr($0, p, 1) == "1" ? "0" : "1") substr($0, p + 1) } print }'
}

# flip_packet N...: the same in the b= of a line of bits.
flip_packet() {
	awk -v list="$*" 'BEGIN { n = split(list, at, " ") }
	{ for (i = 1; i <= n; i++) { p = at[i] + 7; $0 = substr($0, 1, p - 1) (substr($0, p, 1) == "1" ? "0" : "1") substr($0, p + 1) } print }'
}

@test '--help and wrong options' {
	has "$(modem-sim fec --help)" 'usage: modem-sim fec CODE'
	has "$(modem-sim --help)" ' fec '
	try modem-sim fec </dev/null
	fails 2 'modem-sim fec: which code? conv, hamming:7,4, rs:255,223, interleave:8x32 or several joined by +; see modem-sim fec --help'
	try modem-sim fec turbo </dev/null
	fails 2 'modem-sim fec: no code turbo: conv, hamming, rs or interleave'
	try modem-sim fec hamming:9,4 </dev/null
	fails 2 'modem-sim fec: no Hamming code 9,4: with 4 bits of data there are 7,4 and, with a parity bit over all, 8,4'
	try modem-sim fec --hex conv </dev/null
	fails 2 'modem-sim fec: --hex goes with --raw'
	try modem-sim fec --keep conv </dev/null
	fails 2 'modem-sim fec: --keep goes with -d, without --raw'
	try raw conv 012
	fails 2 'modem-sim fec: "012": not bits'
	try raw --hex conv 012
	fails 2 'modem-sim fec: "012": not octets in hex'
	try raw conv '0?1'
	fails 2 'modem-sim fec: "0?1": ? is for -d'
	try raw -d hamming:7,4 01
	fails 2 'modem-sim fec: 2 bits are not whole words of this code'
}

@test 'Hamming words of the books, and each single error' {
	is "$(raw hamming:7,4 1011)" 0110011
	is "$(raw hamming:8,4 1011)" 01100110
	is "$(raw hamming:7,4,systematic 1011)" 1011010
	is "$(raw hamming:11,7 1000001 1001000)" $'00100001001\n00110010000'
	is "$(raw hamming:7,4 '1011 0000 1')" 01100110000000111
	for i in 1 2 3 4 5 6 7; do
		is "$(raw hamming:7,4 1011 | flip $i | raw -d hamming:7,4)" 1011
	done
	for i in 1 2 3 4 5 6 7 8; do
		is "$(raw hamming:8,4 1011 | flip $i | raw -d hamming:8,4)" 1011
	done
	try raw -d hamming:8,4 11100110 # the second error of two
	is "$code" 0
	try raw -d hamming:8,4 10100110
	fails 1 'modem-sim fec: 1 of 1 words have more errors than hamming:8,4 repairs'
}

@test 'convolutional words of the books' {
	is "$(raw conv:g=7/5 1011)" 111000010111
	is "$(raw conv:g=13/17 10111)" 1101000101010011 # Lin, Costello, 11.1
	# IEEE 802.11a-1999, tables G.7 and G.8
	is "$(raw conv:g=133/171,cut 101100010011000000000000)" 110100011010000100000010001111100111000000000000
	is "$(raw conv:ccsds,cut 0000)" 01010101
	is "$(raw conv:3/4,cut 000000)" 00000000
	is "$(raw conv 1011 | flip 2 9 16 | raw -d conv)" 1011
	is "$(raw -d conv:g=7/5 11?00??10111)" 1011
	is "$(raw conv:ring 1011001110001111000010110011100011110000 | raw -d conv:ring)" 1011001110001111000010110011100011110000
}

@test 'Reed-Solomon words of the books' {
	# HELLO WORLD as a QR code, version 1-M (ISO/IEC 18004)
	data=205b0b78d172dc4d4340ec11ec11ec11
	is "$(raw --hex rs:26,16,fcr=0 $data)" ${data}c4232777ebd7e7e25d17
	is "$(raw -d --hex rs:26,16,fcr=0 215b0b78d172dc4d4340ec00ec11ec11c4232700ebd7e7e25d18)" $data
	is "$(raw -d --hex rs:26,16,fcr=0 '????0b78d172dc4d4340ec??????ec11c423??77eb??????5d17')" $data
	try raw -d --hex rs:26,16,fcr=0 000000000000dc4d4340ec11ec11ec11c4232777ebd7e7e25d17
	fails 1 'modem-sim fec: 1 of 1 words have more errors than rs:26,16,fcr=0 repairs'
	# Zeros are a word of every linear code; the dual basis is linear too.
	is "$(raw --hex rs:255,223,dual "$(printf '00%.0s' {1..223})" | tr -d 0)" ''
}

@test 'interleaving' {
	is "$(raw interleave:3x4 101010000111)" 110001101001
	is "$(raw interleave:3x4 101010000111 | raw -d interleave:3x4)" 101010000111
	is "$(raw --hex interleave:2x3,octets 010203040506)" 010402050306
}

@test '--work shows the parities, the register, the trellis and the locator' {
	raw --work hamming:7,4 1011 >out
	has "$(cat out)" '  p2    positions 2 3 6 7: 1+1+1 = 1'
	is "$(tail -n 1 out)" 0110011
	has "$(raw -d --work hamming:7,4 0110111)" '  syndrome 5: the bit at position 5 is wrong'
	has "$(raw -d --work hamming:8,4 00101110 2>err)" '  syndrome 7, parity of all 0: two bits are wrong; they cannot be found'
	raw --work conv:g=7/5 1011 >out
	is "$(sed -n 4p out)" '     2    0  0 10     10'
	raw -d --work conv:g=7/5 110000010111 >out
	is "$(sed -n 7p out)" "     5  01    3'    -     1'    -"
	is "$(sed -n 9p out)" '  the way back from the end, metric 1: 00 10 01 10 11 01 00'
	raw -d --work --hex rs:26,16,fcr=0 215b0b78d172dc4d4340ec11ec11ec11c4232777ebd7e7e25d18 >out
	has "$(cat out)" '  octet 0 (from 0) is wrong by 01'
	has "$(cat out)" '  octet 25 (from 0) is wrong by 0f'
	has "$(raw --work hamming:7,4+interleave:7x1 1011)" 'interleave:7x1: 7 bits to 7'
	has "$(raw -d --work conv "$(raw conv 1011)")" '  a trellis of 64 states and 10 steps, which is not shown (at most 16 and 64 are)'
}

@test 'packets come back as they were' {
	printf '%s\n' "$IP @a.b=c" 'bits b=' 'bits b=1' 'bits b=0101101' 'octets hex=' 'octets hex=00ff' "1.5 $IP" \
		'eth da=02:00:00:00:00:02 sa=02:00:00:00:00:01 fcs=crc ip id=0 ttl=64 src=0.0.0.0 dst=0.0.0.0 pad n=26' \
		'frame dlt=4242 hex=00112233' '# a comment' >a
	for c in conv conv:7/8 conv:ccsds,ring hamming:7,4 hamming:72,64 rs:255,223 rs:255,239,dual rs:48,32+interleave:8x32,octets+conv:3/4; do
		modem-sim fec "$c" a >b
		is "$(grep -c '^\(1.5 \|+[0-9.]* \)\?bits b=' b)" 9
		modem-sim fec -d "$c" b >c 2>err
		is "$c $(sed 's/ @modem-sim.fixed=0$//' c)" "$c $(cat a)"
		is "$(cat err)" ''
	done
}

@test 'notes pass, and the count of what was repaired' {
	modem-sim fec hamming:7,4 <<<"$IP @a.b=c" | flip_packet 3 14 70 >b
	is "$(modem-sim fec -d hamming:7,4 b)" "$IP @a.b=c @modem-sim.fixed=3"
	is "$(modem-sim fec rs:255,223 <<<"$IP" | flip_packet 1 2 9 200 300 | modem-sim fec -d rs:255,223)" "$IP @modem-sim.fixed=5"
}

@test 'confidences are used' {
	# Two bits of a word of 7,4 are wrong, but unsure.
	modem-sim fec hamming:7,4 <<<'octets hex=00' >b
	bits=$(sed 's/bits b=//' b)
	n=${#bits}
	wrong=$(flip 1 2 <<<"$bits")
	q=00$(printf 'f%.0s' $(seq 3 "$n"))
	is "$(modem-sim fec -d hamming:7,4 <<<"bits b=$wrong q=$q")" 'octets hex=00 @modem-sim.fixed=2'
	try modem-sim fec -d hamming:7,4 <<<"bits b=$wrong"
	is "$code" 1
}

@test 'what cannot be restored is dropped, or kept as it came, and the status says so' {
	modem-sim fec rs:255,223 <<<"$IP" >b
	flip_packet $(seq 1 8 400) <b >c
	try modem-sim fec -d rs:255,223 c
	fails 1 'modem-sim fec: c:1: 1 of 1 words have more errors than rs:255,223 repairs'
	is "$(wc -c <out)" 0
	try modem-sim fec -d --keep rs:255,223 c
	is "$code $(cat out)" "1 $(cat c) @modem-sim.drop=errors"
	try modem-sim fec -d conv <<<'bits b=0101'
	fails 1 'modem-sim fec: -:1: 4 bits are not whole words of this code'
	try modem-sim fec -d conv <<<"bits b=$(raw conv 0000)"
	fails 1 'modem-sim fec: -:1: the header of the packet in the code is damaged'
	try modem-sim fec -d conv <<<"$IP"
	fails 2 'modem-sim fec: -:1: not what a medium carries: the first layer is ip, not bits or octets'
}

@test 'limits' {
	big=$(head -c 262144 /dev/zero | od -An -v -tx1 | tr -d ' \n')
	try modem-sim fec conv <<<"octets hex=$big"
	fails 2 'modem-sim fec: -:1: 2097152 bits become 4194444, more than a packet holds (2097152)'
	try modem-sim fec conv <<<"$IP @len=99"
	fails 2 'modem-sim fec: -:1: a packet whose capture was cut short cannot be coded'
	half=$(head -c 120000 /dev/urandom | od -An -v -tx1 | tr -d ' \n')
	is "$(modem-sim fec conv <<<"octets hex=$half" | modem-sim fec -d conv | cut -d' ' -f1,2 | cksum)" "$(echo "octets hex=$half" | cksum)"
}

@test 'one bit in a hundred turned anywhere: the code restores what is lost without it' {
	line="octets hex=$(head -c 1000 /dev/zero | od -An -v -tx1 | tr -d ' \n')"
	# Knuth's generator in a length that every awk computes exactly.
	awk 'BEGIN { for (i = x = 1; i <= 16140; i++) { x = (x * 16807) % 2147483647; if (x < 21474836) print i } }' >places
	[ "$(wc -l <places)" -gt 100 ]
	# shellcheck disable=SC2046 # numbers
	modem-sim fec conv <<<"$line" | flip_packet $(cat places) | modem-sim fec -d conv >out
	is "$(cat out)" "$line @modem-sim.fixed=$(wc -l <places)"
}

@test 'through a modem and noise, with its confidences' {
	# Bits are wrong 1 time in 80 at 4 dB (without the code: most packets are hit).
	modem-sim fec conv <<<"$IP" >coded
	for seed in 1 2 3 4 5; do
		modem-sim -m bpsk --ebn0 4 --seed $seed coded >arrived
		grep -q ' q=' arrived
		has "$(modem-sim fec -d conv arrived)" "$IP @modem-sim.fixed="
	done
}
