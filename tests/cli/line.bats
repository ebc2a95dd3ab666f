#!/usr/bin/env bats
# line.bats - modem-sim line: line codes drawn, read back, and as the textbooks and standards print them.

load helper
code=0 # try sets it

line() { modem-sim line "$@"; }

# code NAME BITS LEVELS [OPTION...]: BITS become LEVELS, and LEVELS BITS.
code() {
	local name=$1 bits=$2 levels=$3
	shift 3
	is "$name $bits: $(line "$name" --levels "$@" "$bits")" "$name $bits: $levels"
	is "$name $levels: $(line -d "$name" "$@" "$levels" 2>/dev/null)" "$name $levels: $bits"
}

@test '--help and wrong usage' {
	has "$(line --help)" 'usage: modem-sim line [options] CODE [BITS...]'
	has "$(modem-sim --help)" ' line '
	for wrong in '' nonsense 'ami+ami 1' 'ami 012' 'ami J' '2b1q 101' '8b10b 0101' '8b10b K5.1' '4b5b 0101X' '-d ami +x' '--start 2 ami 1' '-T json ami 1' \
		'--width 3 ami 1' '--hex ami 0g' '--bits 1 --spectrum ami'; do
		# shellcheck disable=SC2086 # options are words
		try line $wrong </dev/null
		is "$wrong: $code $(wc -l <err)" "$wrong: 2 1"
		has "$(cat err)" 'modem-sim line: '
		[ ! -s out ]
	done
}

# ---- as the books have it ----

@test 'Stallings, Data and Computer Communications, figure 5.2: 01001100011 in six codes' {
	b=01001100011
	code nrz-l $b -+--++---++ # (he draws the levels of NRZ-L the other way up)
	code nrz-i $b -+++-++++-+
	code ami $b 0+00-+000-+
	code pseudoternary $b +0-+00-+-00
	code manchester $b +--++-+--+-++-+-+--+-+
	code diff-manchester $b +--+-+-++--+-+-+-++--+
}

@test 'Stallings, figure 5.6: B8ZS, and HDB3 with an odd number of pulses since the last substitution' {
	b=1100000000110000010
	code ami $b +-00000000+-00000+0
	code b8zs $b +-000-+0+-+-00000+0
	code hdb3 $b +-000-+00+-+-00-0+0 --start=-odd
}

@test 'Forouzan, Data Communications and Networking, figures 4.6 to 4.8, 4.13, 4.19, 4.20' {
	code nrz-l 01001110 -+--+++-
	code nrz-i 01001110 -+++-+--
	code rz-polar 01001 -0+0-0-0+0
	code manchester 010011 +--++-+--+-+
	code mlt-3 01011011 0++0--0+
	code mlt-3 11111111 +0-0+0-0
	code b8zs 00000000 000+-0-+ --start +
	code b8zs 00000000 000-+0+- --start -
	code hdb3 110000100000000 +-+00+-000-+00+
}

@test 'Tanenbaum, Computer Networks, figure 2-20: 10000101111' {
	code nrz-l 10000101111 +----+-++++
	code nrz-i 10000101111 +++++--+-+-
	code thomas 10000101111 +--+-+-+-++--++-+-+-+-
	code ami 10000101111 +0000-0+-+-
}

@test 'Peterson and Davie, Computer Networks, figure 2.7: 0010111101000010 in NRZ and Manchester (clock XOR data)' {
	code nrz-l 0010111101000010 --+-++++-+----+-
	code thomas 0010111101000010 -+-++--++-+-+-+--++--+-+-+-++--+
}

@test 'a single 1 and zeros: the substitutions of G.703 and T1.102, after either polarity' {
	code b8zs 100000000 +000+-0-+
	code b8zs 100000000 -000-+0+- --start +
	code hdb3 10000 +000+ # odd: 000V
	code hdb3 10000 -000- --start +
	code hdb3 0000 +00+ # even: B00V
	code hdb3 0000 -00- --start +
	code hdb3 110000 +-+00+
	code hdb3 1100000000 +-+00+-00-
	code hdb3 10000000010000 +000+-00-+000+
	code ami 10000 +0000
}

@test 'IEEE 802.3: preamble and start of frame in Manchester; 4B/5B of every digit; 100BASE-X idle, J K and T R' {
	is "$(echo octets hex=55d5 | line manchester --levels)" "$(line manchester --levels 1010101010101011)"
	has "$(line manchester --levels 1010101010101011)" -++--++--++--++--++--++--++--+-+
	is "$(line 4b5b+nrz-l --hex --levels 0123456789abcdef | tr +- 10 | fold -w 5 | xargs)" \
		'11110 01001 10100 10101 01010 01011 01110 01111 10010 10011 10110 10111 11010 11011 11100 11101'
	is "$(line 4b5b+nrz-l --levels I J K T R H | tr +- 10 | fold -w 5 | xargs)" '11111 11000 10001 01101 00111 00100'
	is "$(line 4b5b --levels I)" +-+-+
	is "$(line 4b5b+mlt-3 --levels I I)" +0-0+0-0+0
	is "$(line 4b5b --levels J K)" +----++++-
	is "$(line 4b5b --levels T R)" -+--+++-+-
}

@test 'FDDI (ISO/IEC 9314-1): Q quiet is no transition, H halt one, S and L' {
	is "$(line 4b5b --levels QQ)" ----------
	is "$(line 4b5b --levels HH)" --+++++---
	is "$(line 4b5b+nrz-l --levels S L Q | tr +- 10 | fold -w 5 | xargs)" '11001 00110 00000'
}

@test 'IEEE 802.5: the starting and ending delimiters have J and K; from either level' {
	is "$(line diff-manchester --levels JK0JK000)" --++-+++--+-+-+-
	is "$(line diff-manchester --start + --levels JK0JK000)" ++--+---++-+-+-+
	try line -d diff-manchester -- --++-+++--+-+-+-
	is "$code: $(cat out)" '1: J K 0 J K 000'
	is "$(cat err)" 'modem-sim line: level 1 (bit 1): no transition in the middle of the bit: J
modem-sim line: level 3 (bit 2): no transition in the middle of the bit: K
modem-sim line: level 7 (bit 4): no transition in the middle of the bit: J
modem-sim line: level 9 (bit 5): no transition in the middle of the bit: K'
	try line -d diff-manchester "$(line diff-manchester --levels JK1JK100)"
	is "$code: $(cat out)" '1: J K 1 J K 100'
}

@test 'IEEE 802.3, 36.2.4: K28.5 at both disparities, the idles I1 and I2, C1 and C2' {
	tenths() { tr +- 10 | fold -w 10 | xargs; }
	is "$(line 8b10b --levels K28.5 | tenths)" 0011111010
	is "$(line 8b10b --start + --levels K28.5 | tenths)" 1100000101
	is "$(line 8b10b --start=+ --levels K28.5 D5.6 | tenths)" '1100000101 1010010110'
	is "$(line 8b10b --levels K28.5 D16.2 | tenths)" '0011111010 1001000101'
	is "$(line 8b10b --levels K28.5 D21.5 | tenths)" '0011111010 1010101010'
	is "$(line 8b10b --levels K28.5 D2.2 | tenths)" '0011111010 0100100101'
	is "$(line 8b10b --levels --hex bcb5 | tenths)" "$(line 8b10b --levels D28.5 D21.5 | tenths)"
	is "$(line -d 8b10b "$(line 8b10b --levels K28.5 D16.2 K23.7 00000000)")" 'K28.5 01010000 K23.7 00000000'
}

@test 'ANSI T1.601: the quats, and the sync word of a frame on the U interface' {
	code 2b1q 10110100 '+3 +1 -1 -3'
	code 2b1q 101000000010001010 '+3 +3 -3 -3 -3 +3 -3 +3 +3'
}

@test 'NRZ-M changes on 1, NRZ-S on 0 (IRIG 106); HDLC flags in NRZ-S; RZ' {
	code nrz-m 10110001 ++-++++-
	code nrz-s 10110001 -+++-+--
	code nrz-s 01111110 +++++++-
	code nrz-m 0110 -+-- --start -
	code nrz-m 0110 +-++ --start +
	code rz 1010 +000+000
	code unipolar 1010 +0+0
}

# ---- the drawing ----

@test 'a drawing: bits above, levels at the left, ticks below, then what the levels are like' {
	cat >want <<'END'
       0     1     1     0
 +  ---+     +--+  +-----+
       |     |  |  |     |
 -     +-----+  +--+     +--
    |  .  |  .  |  .  |  .  |
4 bits, 8 levels: 2 baud per bit/s
transitions: 5; longest run without one: 2 levels
running digital sum: -1 to 1, 0 at the end
END
	line manchester 0110 | diff - want
	cat >want <<'END'
      1   0   0   0   0   0   0   0   0
                      V   B       V   B
 +  ----+           +---+           +---
        |           |   |           |
 0      +-----------+   |   +---+   |
                        |   |   |   |
 -                      +---+   +---+
    |   |   |   |   |   |   |   |   |   |
9 bits, 9 levels: 1 baud per bit/s
transitions: 6; longest run without one: 3 levels
running digital sum: 0 to 2, 1 at the end
END
	line b8zs 1 00000000 | diff - want
	cat >want <<'END'
     11  01  00
 +3

 +1 ----+
        |
 -1     +---+
            |
 -3         +---
    |   |   |   |
6 bits, 3 levels: 0.5 baud per bit/s
transitions: 2; longest run without one: 1 level
running digital sum: -3 to 1, -3 at the end
END
	line 2b1q 110100 | diff - want
	cat >want <<'END'
           J             0101
     1  1  0  0  0  0  1  0  1  1
 +  ---+              +-----+  +--
       |              |     |  |
 -     +--------------+     +--+
    |  .  .  .  .  |  .  .  .  .  |
8 bits, 10 levels: 1.25 baud per bit/s
transitions: 4; longest run without one: 5 levels
running digital sum: -4 to 1, -2 at the end
END
	line 4b5b J 0101 | diff - want
}

@test 'no row is wider than --width, none but a symbol that is; rows go on where the last ended' {
	for w in 16 40 79 80 81 200; do
		line --width $w nrz-l "$(printf '01%.0s' {1..100})" >out
		is "$w: $(awk -v w=$w 'length > w && !/:/' out | wc -l)" "$w: 0"
	done
	line --width 16 nrz-l 0011 >out
	is "$(sed -n '2p;8p' out)" $' +\n +  +-------'
}

@test 'violations are marked where they are, said on stderr, and make the exit status 1' {
	try line -d -v ami +0-0-+
	is "$code: $(cat err)" '1: modem-sim line: level 5 (bit 5): bipolar violation: - follows -'
	is "$(sed -n 2p out)" '                      !'
	try line -d hdb3 +0-000-
	quiet_ok
	is "$(cat out)" 1010000
	try line -d hdb3 -+0-000-
	quiet_ok
	is "$(cat out)" 11010000
	try line -d manchester '+- -+ ++'
	is "$code: $(cat out)" '1: 01?'
	try line -d ami "$(printf '+%.0s' {1..100})"
	is "$code $(wc -l <err): $(tail -n 1 err)" '1 21: modem-sim line: 99 code violations in all'
}

@test '-T tsv: a row a level' {
	is "$(line -T tsv hdb3 0000)" $'record\tn\ttime_bits\tsymbol\tlevel\tmark\tsum\n1\t1\t0\t0\t1\tB\t1\n1\t2\t1\t0\t0\t\t1\n1\t3\t2\t0\t0\t\t1\n1\t4\t3\t0\t1\tV\t2'
	is "$(line -T tsv manchester 10 | cut -f 3-5 | tail -n +2)" $'0\t1\t-1\n0.5\t\t1\n1\t0\t1\n1.5\t\t-1'
}

# ---- in a pipe ----

@test 'packet text in, levels out, and bits again, for every code' {
	p='ip id=0 ttl=9 src=0.0.0.0 dst=0.0.0.0 udp sport=0 dport=0 data str=hello'
	bits=$(pktcat <<<"$p" | modem-sim line nrz-l --levels | tr +- 10)
	for c in $(line --list -T tsv | cut -f 1 | tail -n +2); do
		is "$c: $(line "$c" --levels <<<"$p" | line -d "$c")" "$c: bits b=$bits"
	done
	is "$(printf '# note\nbits b=01\n\nbits b=10\n' | line ami --levels)" $'# note\n0+\n\n+0'
	is "$(printf '0+\n\n# no\n+0\r\n' | line -d ami)" $'bits b=01\nbits b=\nbits b=10'
}

@test 'a packet is drawn, octets least significant bit first' {
	line thomas <<<'octets hex=01' >a
	line thomas 10000000 | cmp a -
	line 8b10b --levels <<<'octets hex=bc' >a
	line 8b10b --levels D28.5 | cmp a -
	try line 2b1q <<<'bits b=011'
	fails 2 'modem-sim line: -:1: 2b1q takes 2 bits at a time; 1 are left over'
	try line -d ami <<<'0+x'
	fails 2 'modem-sim line: -:1: "x" is no level: + - 0, +3 +1 -1 -3'
}

@test '--list has every code, and each of its rows works' {
	line --list | grep -q '^hdb3  '
	is "$(line --list -T tsv | awk -F '\t' 'NF != 8' | wc -l)" 0
	is "$(line --list -T tsv | wc -l)" 19
}

@test '--spectrum: the same for the same seed; close to the closed form; hdb3 has none' {
	line --spectrum --seed 1 -T tsv ami >a
	line --spectrum --seed 1 -T tsv ami | cmp a -
	awk -F '\t' 'NR > 1 { d = $2 - $3; if (d * d > 0.0025) bad = 1; n++ } END { exit bad || n != 81 }' a
	has "$(line --spectrum --seed 1 --bits 10000 ami)" 'theory: sinc^2(f) sin^2(pi f)'
	is "$(line --spectrum --seed 1 --bits 10000 -T tsv hdb3 | awk -F '\t' 'NR > 1 && $3 != ""' | wc -l)" 0
	has "$(line --spectrum --seed 1 --bits 100000 rz)" 'a line at 1 times the rate of the pulses: 0.05'
}

# ---- pictures in files ----

@test '--svg: title, labels and marks in it, the same each time; long messages; spectra; what cannot be written' {
	line hdb3 1 0000 --svg a.svg >a
	line hdb3 1 0000 | cmp a -
	for words in '<svg ' 'HDB3: high-density bipolar of order 3' '>V<' 'running digital sum' 'time, bits'; do
		grep -q -F -- "$words" a.svg || has "$(cat a.svg)" "$words"
	done
	line hdb3 1 0000 --svg b.svg >/dev/null
	cmp a.svg b.svg
	line 8b10b K28.5 D16.2 --svg a.svg >/dev/null
	has "$(cat a.svg)" '>K28.5<'
	has "$(cat a.svg)" '>D16.2 01010000<'
	printf 'octets hex=%s\n' "$(printf '5a%.0s' {1..2000})" ff | line manchester --levels --svg a.svg >/dev/null
	has "$(cat a.svg)" 'the first 2000 levels'
	[ "$(wc -c <a.svg)" -lt 1000000 ]
	line --spectrum --seed 1 --bits 10000 rz --svg a.svg >/dev/null
	has "$(cat a.svg)" '>measured<'
	has "$(cat a.svg)" 'line, 0.0'
	try line ami 1 --svg /nonexistent/x
	is "$code $(wc -l <err)" '2 1'
	line ami '' --svg a.svg # nothing is a drawing too
}
