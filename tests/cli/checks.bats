#!/usr/bin/env bats
# checks.bats - framer parity, hamming, checksum: forms of input, checking and repairing, the working. (Results of books: textbook.bats.)

load helper
code=0 # try sets it

@test 'parity: words, lines, hex; the sum is shown' {
	is "$(framer parity 1011 '1 0_1' '')" $'10111\n1010\n0'
	is "$(printf '1011\n101\r\n' | framer parity --odd)" $'10110\n1011'
	is "$(framer parity --hex A7 7)" $'101001111\n01111'
	is "$(framer parity --work 1011)" $'  1+0+1+1 = 3, odd: for even parity the bit is 1\n10111'
	is "$(framer parity --work --check 10111)" $'  1+0+1+1+1 = 4, even: right; or an even number of bits is wrong\n1011'
}

@test 'parity --check: exit 1, only what is right is printed' {
	try framer parity --check 10111 10011 00000
	is "$code $(paste -sd ' ' out)" '1 1011 0000'
	is "$(cat err)" 'framer parity: 10011: wrong: the number of 1s is odd'
	try framer parity --check --odd 10011 10111
	is "$code $(cat out)" '1 1001'
	is "$(cat err)" 'framer parity: 10111: wrong: the number of 1s is even'
}

@test 'parity --2d: every single error is repaired, two are found' {
	framer parity --2d 10110 01100 11011 >table
	is "$(paste -sd ' ' table)" '101101 011000 110110 000011'
	framer parity --2d --columns 5 101100110011011 | cmp - table
	try framer parity --2d --check <table
	quiet_ok
	is "$(paste -sd ' ' out)" '10110 01100 11011'
	mv out data
	for i in 0 5 8 14 18 23; do
		awk -v at=$i '{ for (c = 1; c <= 6; c++) printf "%d", (NR - 1) * 6 + c - 1 == at ? 1 - substr($0, c, 1) : substr($0, c, 1); print "" }' table >hurt
		try framer parity --2d --check <hurt
		is "$code" 1
		cmp out data
		has "$(cat err)" "row $((i / 6 + 1)), column $((i % 6 + 1)): wrong, repaired"
	done
	try framer parity --2d --check 011101 011000 110110 000011
	is "$code $(cat out)" '1 '
	is "$(cat err)" 'framer parity: 0 rows and 2 columns are wrong: more than one bit, which cannot be found'
}

@test 'parity --2d --work: the table, what is wrong, what it cannot see' {
	is "$(framer parity --2d --work 101 110)" "$(printf '  %s\n' '1 0 1 | 0' '1 1 0 | 0' '------+--' '0 1 1 | 0')"$'\n1010\n1100\n0110'
	is "$(framer parity --2d --work --check 1010 1110 0110 2>/dev/null)" \
		"$(printf '  %s\n' '1 0 1 | 0' '1 1 1 | 0 <' '------+--' '0 1 1 | 0' '    ^' 'the bit where they cross is turned, *:' \
			'1 0 1 | 0' '1 1 0*| 0' '------+--' '0 1 1 | 0')"$'\n101\n110'
	has "$(framer parity --2d --work --check 1010 1100 0110)" 'four wrong bits at the corners of a rectangle'
}

@test 'hamming: any length there and back, with one error, with two' {
	for n in 1 4 11 57; do
		data=$(printf "%0${n}d" 1)
		for options in '' -x --systematic '-x --systematic'; do
			# shellcheck disable=SC2086 # options are words
			{
				word=$(framer hamming $options "$data")
				is "$(framer hamming -d $options "$word")" "$data"
				try framer hamming --repair $options "$((1 - ${word:0:1}))${word:1}"
				is "$code $(cat out)" "0 $word"
				has "$(cat err)" 'wrong, repaired'
			}
		done
	done
	framer hamming --systematic 1011 >out
	is "$(cat out)" 1011010
	try framer hamming -x -d 00000011
	is "$code $(cat out)" '1 ????'
	is "$(cat err)" 'framer hamming: 00000011: two bits, or more, are wrong, which cannot be found'
	try framer hamming -d 111001001111 100000000001 -q # the second: positions 1 and 12, like 13, which is not there
	is "$code $(paste -sd ' ' out)" '1 10101111 ????????'
	is "$(cat err)" 'framer hamming: 100000000001: more bits than one are wrong, which cannot be found'
}

@test 'hamming -c: words one behind the other' {
	is "$(framer hamming -c 7,4 10111011)" 01100110110011
	is "$(framer hamming -c 8,4 10111011)" 0110011001100110
	try framer hamming -c 7,4 -d 01100110110111
	is "$code $(cat out)" '0 10111011'
	is "$(cat err)" 'framer hamming: 01100110110111: word 2: the bit at position 5 is wrong, repaired'
	try framer hamming -c 7,4 --check 01100110110111
	is "$code $(cat out)" '1 '
	is "$(cat err)" 'framer hamming: 01100110110111: word 2: the bit at position 5 is wrong'
	try framer hamming --check 0110011
	quiet_ok
	try framer hamming -v -d 0110111
	has "$(cat err)" '1 word: 1 repaired, 0 beyond repair'
}

@test 'hamming --work' {
	framer hamming --work 1011 >out
	cmp out - <<-'END'
	  Hamming code 7,4
	  position     1    2    3    4    5    6    7
	  in binary  001  010  011  100  101  110  111
	              p1   p2   d1   p4   d2   d3   d4
	  p1           .         1         0         1  sum 0
	  p2                .    1              1    1  sum 1
	  p4                          .    0    1    1  sum 0
	  word         0    1    1    0    0    1    1
	0110011
	END
	framer hamming --work -d 0110111 2>/dev/null >out
	cmp out - <<-'END'
	  Hamming code 7,4
	  position     1    2    3    4    5    6    7
	  in binary  001  010  011  100  101  110  111
	              p1   p2   d1   p4   d2   d3   d4
	  received     0    1    1    0    1    1    1
	  p1           0         1         1         1  sum 1
	  p2                1    1              1    1  sum 0
	  p4                          0    1    1    1  sum 1
	  syndrome p4 p2 p1 = 101 = 5: the bit at position 5 is wrong
	  repaired     0    1    1    0    0    1    1
	  data 1011
	1011
	END
	has "$(framer hamming --work -x -d 01100110)" 'syndrome p4 p2 p1 = 000 = 0, sum of all 0: no error'
	has "$(framer hamming --work -x -d 01100111 2>&1)" 'sum of all 1: the parity bit over all is wrong'
	has "$(framer hamming --work -x -d 00000011 2>&1)" '= 111 = 7, sum of all 0: two bits are wrong, which cannot be found'
	has "$(framer hamming --work -d 100000000001 2>&1)" '= 1101 = 13: there is no such position: more bits than one are wrong'
	# Long words as lines.
	has "$(framer hamming --work "$(printf '%057d' 1)")" 'p32: 1 1s among the positions that have 32 in their number: sum 1'
}

@test 'hamming --octets: streams of any length, errors repaired and counted' {
	head -c 300000 "$(command -v framer)" >octets
	for c in 7,4 8,4 13,8 5,2; do
		for n in 0 1 3 7 65537; do
			head -c $n octets >data
			framer hamming --octets -c $c data >coded
			is "$c $n: $(wc -c <coded)" "$c $n: $(((n * ${c%,*} + ${c#*,} - 1) / ${c#*,}))"
			framer hamming --octets -c $c -d coded | cmp - data
		done
	done
	framer hamming --octets octets | framer hamming --octets -d | cmp - octets
	# In pieces; and what is whole goes on before more comes.
	is "$({ printf ab; printf c; printf defghi; } | framer hamming --octets -c 5,2 | framer hamming --octets -d -c 5,2)" abcdefghi
	mkfifo there back
	framer hamming --octets <there >back &
	exec 5>there 6<back
	printf wxyz >&5
	is "$(timeout 20 head -c 7 <&6 | framer hamming --octets -d)" wxyz
	exec 5>&- 6<&-
	wait
	# Words of zeros with one wrong bit each, then with two.
	head -c 1000 /dev/zero | tr '\0' '\20' >hurt
	try framer hamming --octets -x -d hurt
	is "$code $(cat err)" '0 framer hamming: 1000 words: 1000 repaired, 0 beyond repair'
	head -c 500 /dev/zero | cmp - out
	head -c 1000 /dev/zero | tr '\0' '\21' >hurt
	try framer hamming --octets -x -d hurt
	is "$code $(cat err)" '1 framer hamming: 1000 words: 0 repaired, 1000 beyond repair'
	printf '\1' >rest
	try framer hamming --octets -d rest
	is "$code $(wc -c <out)" '1 0'
	is "$(head -n 1 err)" 'framer hamming: rest: 1 octet behind the last word'
}

@test 'checksum: files, names, pieces' {
	printf 123456789 >a
	: >b
	is "$(framer checksum <a)" 0xf62a
	is "$(framer checksum a b)" $'0xf62a a\n0xffff b'
	is "$(framer checksum - <a)" '0xf62a -'
	is "$(for a in fletcher16 fletcher32 adler32; do framer checksum -a $a <a; done | paste -sd ' ')" '0x1ede 0xdf09d509 0x091e01de'
	# The octets of the file, not what a compressed one holds; in pieces through a pipe the same.
	gzip -c a >a.gz
	no [ "$(framer checksum <a.gz)" = 0xf62a ]
	is "$({ printf 1; printf 234; printf 56789; } | framer checksum)" 0xf62a
	is "$(printf '00 01\n0001f203\n' | framer checksum --hex)" $'0xfffe\n0x0dfb'
}

@test 'checksum --check, --verify' {
	printf 123456789 >a
	try framer checksum --check 0xf62a a
	quiet_ok
	try framer checksum --check 63018 a
	quiet_ok
	try framer checksum --check 0xf62b a
	fails 1 'framer checksum: a: wrong: 0xf62a, not 0xf62b'
	try framer checksum -a adler32 --check 1 a
	fails 1 'framer checksum: a: wrong: 0x091e01de, not 0x00000001'
	try framer checksum --verify --hex 0001f203f4f5f6f7220d
	quiet_ok
	try framer checksum --verify --hex 0001f203f4f5f6f7220e
	fails 1 'framer checksum: 0001f203f4f5f6f7220e: wrong: the sum with the checksum in it is not all 1s'
}

@test 'checksum --work: each addition with its carry' {
	framer checksum --work --hex 0001f203f4f5f6f7 >out
	cmp out - <<-'END'
	      0001
	    + f203
	    ------
	      f204
	    + f4f5
	    ------
	    1 e6f9  the carry goes around: + 1
	      e6fa
	    + f6f7
	    ------
	    1 ddf1  the carry goes around: + 1
	      ddf2
	  sum ddf2, its ones' complement 220d
	0x220d
	END
	framer checksum --work --width 4 --bits 0111 1011 1100 >out
	cmp out - <<-'END'
	      0111
	    + 1011
	    ------
	    1 0010  the carry goes around: + 1
	      0011
	    + 1100
	    ------
	      1111
	  sum 1111, its ones' complement 0000
	0000
	END
	printf abcd | framer checksum --work -a fletcher16 >out
	cmp out - <<-'END'
	   octet         a        b  modulo 255
	                 0        0
	      61        97       97
	      62       195       37
	      63        39       76
	      64       139      215
	0xd78b
	END
}

@test 'usage' {
	for c in parity hamming checksum; do
		has "$(framer $c --help)" "usage: framer $c "
	done
	while read -r line; do
		# shellcheck disable=SC2086 # options are words
		try framer ${line%% => *} </dev/null
		is "${line%% => *}: $code, $(wc -l <err) line, $(wc -c <out) octets" "${line%% => *}: 2, 1 line, 0 octets"
		is "$(cat err)" "framer ${line%% *}: ${line#* => }"
	done <<-'END'
	parity 12 => "12": not bits
	parity --columns 3 101 => --columns goes with --2d
	parity --2d 101 10 => 10: a row of 2 bits, where the first has 3
	parity --2d --columns 3 1010 => 1010: 4 bits are not whole rows of 3
	parity --2d --check 101 => a table of 1 by 3 bits has no parity row and column
	parity --2d => no rows
	hamming 12 => "12": not bits
	hamming -d --check 0110011 => one of -d, --repair and --check
	hamming -c 7;4 1011 => --code: "7;4" is not N,K, as 7,4
	hamming -c 9,4 1011 => --code: no Hamming code 9,4: with 4 bits of data there are 7,4 and, with a parity bit over all, 8,4
	hamming -c 7,4 10110 => 10110: 5 bits are not whole data of 4
	hamming -c 7,4 -d 10110 => 10110: 5 bits are not whole words of 7
	hamming -d 1011 => no Hamming code has words of 4 bits
	hamming -x -d 01 => no Hamming code has words of 2 bits with a parity bit over all
	hamming -x -c 8,4 1011 => -x or -c: the code says whether there is a parity bit over all
	hamming --octets --check => --octets goes with -d or without
	hamming --octets -c 15,11 => --octets: 11 bits of data a word do not divide an octet
	checksum --bits --hex 00 => --bits or --hex, not both
	checksum --width 4 => --width goes with --bits and -a internet
	checksum --verify -a adler32 => --verify goes with -a internet; others: --check VALUE
	checksum --verify --check 0 => --check or --verify, not both
	checksum --check 0x10000 => --check: "0x10000" is not a number of 16 bits, as 0x1234
	checksum --bits 0110 => 4 bits are not whole words of 16
	checksum --hex 012 => "012": an odd number of hex digits is not whole octets
	checksum /nowhere => /nowhere: No such file or directory
	END
}
