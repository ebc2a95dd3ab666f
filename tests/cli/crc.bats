#!/usr/bin/env bats
# crc.bats - framer crc: the catalogue, book results, files and lines, checking, the long division, what polynomials detect.

load helper
code=0 # try sets it

crc() { framer crc "$@"; }

@test '--help and wrong options' {
	has "$(crc --help)" 'usage: framer crc '
	has "$(framer --help)" '  crc '
	try crc --bits --hex </dev/null
	fails 2 'framer crc: --bits or --hex, not both'
	try crc --poly 0x3 </dev/null
	fails 2 'framer crc: --poly 0x3: say --width too, or write the whole polynomial: 0b10011, x^4+x+1'
	try crc --width 4 </dev/null
	fails 2 'framer crc: which polynomial? --poly 0x3 with --width 4, --poly 0b10011 or --poly x^4+x+1; or -a NAME'
	try crc --width 4 --poly 0x13 </dev/null
	fails 2 'framer crc: --poly 0x13: its highest term x^4 is not written in this form'
	try crc --width 5 --poly x^4+x+1 </dev/null
	fails 2 'framer crc: --poly x^4+x+1: its width is 4, not 5'
	for wrong in 0x x^ x^4+ x^4+x^4 x^129 0b1 0b 0x1g 0x100000000000000000000000000000000 y; do
		try crc --width 8 --poly "$wrong" </dev/null
		is "$wrong: $code $(wc -l <err) $(wc -c <out)" "$wrong: 2 1 0"
	done
	try crc --width 4 --poly 3 --init 0x10 </dev/null
	fails 2 'framer crc: the initial value has more than 4 bits'
	try crc -a CRC-32 --init 0 </dev/null
	fails 2 'framer crc: -a says all of the algorithm: no --width, --poly, --init, --refin, --refout, --xorout with it'
	try crc --check 0x100000000 </dev/null
	fails 2 'framer crc: --check: 0x100000000 has more than 32 bits'
	try crc --bits 012
	fails 2 'framer crc: "012" is not bits'
	try crc --hex 0
	fails 2 'framer crc: "0": 1 hex digits are not whole octets'
	try crc --hex <<<$'00\n0x'
	fails 2 'framer crc: -:2: "0x" is not octets in hex'
	try crc nonsuch
	fails 2 'framer crc: nonsuch: No such file or directory'
}

@test 'an unknown name suggests near ones' {
	try crc -a crc32 </dev/null
	is "$code $(wc -l <err)" '2 1'
	has "$(cat err)" 'no algorithm "crc32"; did you mean CRC-32/ISO-HDLC'
	try crc -a castagnoly </dev/null
	fails 2 'framer crc: no algorithm "castagnoly"; did you mean CRC-32/ISCSI? (framer crc --list has all)'
	try crc -a zzzzzzzz </dev/null
	fails 2 'framer crc: no algorithm "zzzzzzzz" (framer crc --list has all)'
}

@test 'the catalogue of OSIKIT_DATA: every row, every check value' {
	tsv=${OSIKIT_DATA:-/nonexistent}/crc.tsv
	[ -r "$tsv" ] || skip 'no crc.tsv: OSIKIT_DATA names none'
	crc --list -T tsv | cut -f 1-9 >mine
	cut -f 1-9 "$tsv" | diff - mine
	is "$(wc -l <mine)" 114
	printf 123456789 >digits
	tail -n +2 "$tsv" | cut -f 1,8 | while IFS=$'\t' read -r name value; do
		echo "$(crc -a "$name" digits) $value" | awk -v name="$name" '$1 != $3 { print name, $1, "not", $3 }'
	done >faults
	cat faults
	[ ! -s faults ]
}

@test 'check values by their parameters, by name in lower case, by alias' {
	for args in '-a CRC-32/ISO-HDLC' '-a crc-32/iso-hdlc' '-a pkzip' '' \
		'--width 32 --poly 0x04c11db7 --init 0xffffffff --refin --refout --xorout 0xffffffff'; do
		# shellcheck disable=SC2086 # options are words
		is "$(printf 123456789 | crc $args)" 0xcbf43926
	done
	is "$(printf 123456789 | crc --poly x^16+x^12+x^5+1 --init 0xffff)" 0x29b1
	is "$(printf 123456789 | crc --poly 'x^16 + x^12 + x^5 + 1')" 0x31c3
	is "$(printf 123456789 | crc --width 12 --poly 0x80f --refout)" 0xdaf
	is "$(printf 123456789 | crc -a crc-82/darc)" 0x09ea83f625023801fd612
}

@test 'a CRC and its residue, message and check in bits as they are sent' {
	crc --list -T tsv | awk -F '\t' 'NR % 12 == 2 || $1 == "CRC-12/UMTS" { print $1, $5 }' | while read -r name refin; do
		bits=$(printf 123456789 | od -An -v -tu1 -w1 | awk -v low="$refin" '
			{ for (i = 0; i < 8; i++) printf "%d", int($1 / 2 ^ (low == "true" ? i : 7 - i)) % 2 }')
		check=$(crc -a "$name" --bits "$bits")
		crc -a "$name" --residue --bits "$bits$check" >/dev/null || echo "$name"
		crc -a "$name" --check "$check" --bits "$bits" >/dev/null || echo "$name"
		if crc -q -a "$name" --residue --bits "${bits%?}$((1 - ${bits: -1}))$check" >/dev/null; then echo "$name: a bit was turned"; fi
	done >faults
	cat faults
	[ ! -s faults ]
}

# book SOURCE: lines of a generator, a message, the remainder.
book() {
	while read -r g m r; do
		is "$1: $g $m $(crc --poly "0b$g" --bits "$m")" "$1: $g $m $r"
		crc --poly "0b$g" --bits --residue "$m$r" >/dev/null
	done
}

@test 'book results: remainders' {
	is "$(crc --bits --width 4 --poly 0x3 1101011011)" 1110
	book 'A. S. Tanenbaum, Computer Networks, 4th ed., figure 3-8' <<<'10011 1101011011 1110'
	book 'A. S. Tanenbaum, D. J. Wetherall, Computer Networks, 5th ed., figure 3-9' <<<'10011 1101011111 0010'
	book 'the same, chapter 3, problems: 10011101 by x^3 + 1' <<<'1001 10011101 100'
	book 'J. F. Kurose, K. W. Ross, Computer Networking, 6.2.3' <<<'1001 101110 011'
	book 'the same, chapter 6, problems' <<-END
		10011 1010101010 0100
		10011 1001010101 0000
		10011 0101101010 1111
		10011 1010100000 1001
	END
	book 'L. L. Peterson, B. S. Davie, Computer Networks, 2.4.3' <<<'1101 10011010 101'
	book 'W. Stallings, Data and Computer Communications, 8th ed., example 6.6' <<<'110101 1010001101 01110'
	book 'the same, chapter 6, problems' <<<'110011 11100011 11010'
	book 'Wikipedia, Cyclic redundancy check, Computation' <<<'1011 11010011101100 100'
}

@test 'book results: B. A. Forouzan, Data Communications and Networking, 4th ed., table 10.6: the code C(7,4) of 1011' {
	book 'table 10.6' <<-END
		1011 0000 000
		1011 0001 011
		1011 0010 110
		1011 0011 101
		1011 0100 111
		1011 0101 100
		1011 0110 001
		1011 0111 010
		1011 1000 101
		1011 1001 110
		1011 1010 011
		1011 1011 000
		1011 1100 010
		1011 1101 001
		1011 1110 100
		1011 1111 111
	END
}

@test 'book results: what a receiver has left of a damaged message' {
	# Tanenbaum, Wetherall, 5th ed., chapter 3, problems: x^7 + x^5 + 1 by x^3 + 1; the third bit of 10011101100 inverted.
	is "$(crc -q --poly x^3+1 --bits --residue 10100001 || echo "$?")" $'111\n1'
	is "$(crc -q --poly x^3+1 --bits --residue 10111101100 || echo "$?")" $'100\n1'
	# RFC 1662, C.2 and C.3: the good FCS.
	is "$(crc -a CRC-16/X-25 --hex --residue 3132333435363738396e90)" 0xf0b8
	is "$(crc --hex --residue 3132333435363738392639f4cb)" 0xdebb20e3
}

# known ALGORITHM HEX VALUE
known() { is "$1 $2 $(crc -a "$1" --hex "$2")" "$1 $2 $3"; }

@test 'results of standards' {
	# RFC 3720, B.4
	known CRC-32C "$(printf '%064d' 0)" 0x8a9136aa
	known CRC-32C "$(printf '%064d' 0 | tr 0 f)" 0x62a8ab43
	known CRC-32C 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f 0x46dd794e
	known CRC-32C 1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100 0x113fdb5c
	known CRC-32C 01c000000000000000000000000000001400000000000400000000140000001828000000000000000200000000000000 0xd9963a56
	# ISO/IEC 14443-3, annex B
	known CRC-A 0000 0x1ea0
	known CRC-A 1234 0xcf26
	known CRC-B 000000 0xc6cc
	known CRC-B 0faaff 0xd1fc
	known CRC-B 0a123456 0xf62c
	# MODBUS over Serial Line 1.02, 6.2.2
	known MODBUS 0207 0x1241
	# Maxim, application note 27
	known CRC-8/MAXIM 021cb801000000 0xa2
	# PNG, IEND (ISO/IEC 15948, 11.2.5)
	known CRC-32 49454e44 0xae426082
}

@test 'the CRC of gzip, and of cksum, whose last octets are the length' {
	head -c 100000 /dev/zero | tr '\0' x >file
	is "$(crc file)" "0x$(gzip -c file | tail -c 8 | od -An -tx4 --endian=little -N4 | tr -d ' ') file"
	{ cat file; printf '\240\206\001'; } >longer
	is "$(crc -a CKSUM longer)" "$(cksum <file | awk '{ printf "0x%08x longer", $1 }')"
}

@test 'files: a line each; compressed ones as they are' {
	printf 123456789 >a
	printf 123456789 | gzip -n >b.gz
	crc a b.gz - <a >out
	is "$(sed -n 1p out)" '0xcbf43926 a'
	is "$(sed -n 3p out)" 0xcbf43926
	is "$(sed -n 2p out)" "$(crc <b.gz) b.gz"
	no grep -q cbf43926.b.gz out
	is "$(crc </dev/null)" 0x00000000
	is "$(crc -a x-25 </dev/null)" 0x0000
	try crc .
	fails 2 'framer crc: .: Is a directory'
}

@test 'a file of some MB, whatever the sizes of its pieces' {
	awk 'BEGIN { for (i = 0; i < 400000; i++) print i }' >file
	want=$(gzip -c file | tail -c 8 | od -An -tx4 --endian=little -N4 | tr -d ' ')
	is "$(crc <file)" "0x$want"
	is "$(dd if=file bs=777 status=none | crc)" "0x$want"
}

@test 'lines of bits and of hex; blanks are for the eye' {
	is "$(printf '%s\n' 1101011011 '11010 11011' '' | crc --poly x^4+x+1 --bits)" $'1110\n1110\n0000'
	is "$(crc --hex '31 32 33 34 35 36 37 38 39' 313233343536373839)" $'0xcbf43926\n0xcbf43926'
	is "$(crc --hex ABCDEF)" "$(crc --hex abcdef)"
}

@test '--check: exit status 1 when wrong' {
	printf 123456789 >a
	is "$(crc --check 0xCBF43926 a)" '0xcbf43926 a'
	try crc --check 0xcbf43927 a a
	is "$code $(cat out)" $'1 0xcbf43926 a\n0xcbf43926 a'
	is "$(head -n 1 err)" 'framer crc: a: the check is 0xcbf43926, not 0xcbf43927'
	try crc --poly x^4+x+1 --bits --check 1110 1101011011 1101011011
	quiet_ok
	try crc --poly x^4+x+1 --bits --check 1111 1101011011
	fails 1 'framer crc: the check is 1110, not 1111'
}

@test '--residue: exit status 1 when wrong' {
	printf '123456789\x26\x39\xf4\xcb' >a
	is "$(crc --residue a)" '0xdebb20e3 a'
	printf '123456789\x26\x39\xf4\xcc' >b
	try crc --residue b
	is "$code" 1
	has "$(cat err)" 'b: damaged: the register holds 0x'
}

@test '--work divides as on paper' {
	crc --bits --poly x^4+x+1 --work 1101011011 >got
	cat >want <<'END'
message    1101011011
divisor    10011, that is x^4 + x + 1
dividend   the message and 4 zeros

            1100001010
      ----------------
10011 ) 11010110110000
        10011
        -----
         10011
         10011
         -----
              10110
              10011
              -----
                10100
                10011
                -----
                  1110

remainder  1110
to send    1101011011 1110
1110
END
	diff got want
}

@test '--work: init, reflection and xorout, of octets; a message shorter than the divisor; none' {
	crc -a CRC-8/ROHC --hex --work 80 >got
	has "$(cat got)" 'message    00000001'
	has "$(cat got)" 'dividend   the message and 8 zeros, 11111111 added to its first bits (init)'
	has "$(cat got)" ') 1111111000000000'
	has "$(cat got)" "reflected  $(crc -a CRC-8/ROHC --hex 80)"
	crc -a CRC-16/GENIBUS --bits --work 1 >got
	has "$(cat got)" 'xorout     1111111111111111'
	is "$(tail -n 1 got)" "$(crc -a CRC-16/GENIBUS --bits 1)"
	has "$(cat got)" "to send    1 $(tail -n 1 got)"
	is "$(crc --poly x+1 --bits --work '' | tail -n 3)" $'remainder  0\nto send     0\n0'
	for name in $(crc --list -T tsv | awk -F '\t' 'NR % 9 == 3 { print $1 }'); do # the division gives what the engine gives
		crc -a "$name" --hex --work 313233 >got
		w=$(sed -n 's/^to send    [01]* //p' got)
		bits=$(sed -n 's/^message    //p' got)
		is "$name $w" "$name $(crc -a "$name" --bits "$bits")"
	done
	try crc --work --hex "$(printf '%0300d' 0)"
	fails 2 'framer crc: --work: 1200 bits are too many to be divided on paper: 1024 at most'
	try crc --work <<<"$(printf '%0300d' 0)"
	is "$code" 2
}

@test '--detects: a polynomial, its factors, its order, its Hamming distances' {
	crc --detects --poly x^16+x^15+x^2+1 >got
	cat >want <<'END'
x^16 + x^15 + x^2 + 1
= (x + 1)(x^15 + x + 1)
one error: all
two errors: all that are not a multiple of 32767 bits apart, so all in up to 32751 bits of data (and 16 of check)
odd numbers of errors: all, since x + 1 divides it
bursts of up to 16 bits: all
bursts of 17 bits: all but one in 32768 (99.99695 %); longer: all but one in 65536 (99.99847 %)
Hamming distance, by bits of data:
           2   32752 and more
           4   1 to 32751
END
	diff got want
	is "$(crc --detects -a CRC-5/USB | tail -n 2)" $'           2   27 and more\n           3   1 to 26'
	has "$(crc --detects --poly x^4+x+1)" $'irreducible\nprimitive\n'
	has "$(crc --detects --poly x^4+x^3+x^2+x+1)" $'irreducible\none error'
	has "$(crc --detects --poly x^6+x^2)" 'no term 1: the last 2 check bits are 0, and it detects what x^4 + 1 does'
	has "$(crc --detects --poly x+1)" $'two errors: none\n'
	has "$(crc --detects --poly x+1)" 'bursts of 2 bits: none; longer: all but one in 2 (50.0 %)'
	has "$(crc --detects -a CRC-82/DARC)" 'are not computed: the width is more than 64'
}

@test '--detects --length: the Hamming distance of Ethernet' {
	# P. Koopman, "32-bit cyclic redundancy codes for Internet applications", DSN 2002: HD 4 from 2975 to 91607 bits, 5 from 269.
	for n in 12112:4 2975:4 2974:5 269:5 268:6; do
		has "$(crc --detects -a CRC-32 --length ${n%:*} | tail -n 1)" "of ${n%:*} bits of data: ${n#*:}: all patterns of up to $((${n#*:} - 1)) errors"
	done
	has "$(crc --detects -a X-25 --length 40000 | tail -n 1)" ': 2: all patterns of up to 1 error are'
	try crc --length 3 </dev/null
	fails 2 'framer crc: --length goes with --detects'
}

@test '-v says what the algorithm is' {
	try crc -v -a CRC-5/USB </dev/null
	has "$(cat err)" 'CRC-5/USB: width 5, poly 0x05, x^5 + x^2 + 1'
	has "$(cat err)" 'octets least significant bit first, register at first 0x1f, read reflected, then xor 0x1f; residue 0x06'
	try crc -v --poly 0b10011 </dev/null
	has "$(cat err)" 'an algorithm of no name: width 4'
}
