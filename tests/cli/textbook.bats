#!/usr/bin/env bats
# textbook.bats - results that books, papers and standards print, done by framer. (Those of CRCs: crc.bats.)
#
# The books:
#   Tanenbaum 5   Tanenbaum and Wetherall, Computer Networks, 5th edition, Pearson 2011
#   Tanenbaum 4   Tanenbaum, Computer Networks, 4th edition, Prentice Hall 2003
#   Kurose 6      Kurose and Ross, Computer Networking: A Top-Down Approach, 6th edition, Pearson 2013
#   Interactive   the same authors' Interactive Problems, https://gaia.cs.umass.edu/kurose_ross/interactive/2d_parity.php
#   Peterson 5    Peterson and Davie, Computer Networks: A Systems Approach, 5th edition, Morgan Kaufmann 2012
#   Forouzan 4    Forouzan, Data Communications and Networking, 4th edition, McGraw-Hill 2007
#   Hamming       Hamming, Error Detecting and Error Correcting Codes, Bell System Technical Journal 29(2), 1950
#   Cheshire      Cheshire and Baker, Consistent Overhead Byte Stuffing, IEEE/ACM Transactions on Networking 7(2), 1999
#   Wikipedia     English, the article named

load helper
code=0 # try sets it

# book N: N lines "ARGUMENTS => RESULT    # SOURCE" of framer, each as it says; lines of output are joined by blanks. The loop runs in a
# shell of its own, since bats looks at every step of this one.
book() {
	cat >results
	is "$(wc -l <results) results" "$1 results"
	# shellcheck disable=SC2016 # the other shell expands it
	bash -c 'while IFS= read -r line; do
		line=${line%%"#"*}
		args=${line%% => *} want=${line#* => }
		got=$(framer $args 2>/dev/null)
		want=${want%"${want##*[! ]}"} got=${got//$'\''\n'\''/ }
		[ "$got" = "$want" ] || printf "%s\n" "framer $args" "got:  $got" "want: $want"
	done <results' >wrong
	cat wrong
	[ ! -s wrong ]
}

@test 'bit stuffing' {
	book 12 <<'END'
stuff --plain --bits 011011111111111111110010 => 011011111011111011111010010      # Tanenbaum 5, Fig. 3-5 (a), (b)
unstuff --plain --bits 011011111011111011111010010 => 011011111111111111110010    # the same, (c)
stuff --plain --bits 0111101111101111110 => 011110111110011111010                 # Tanenbaum 5, ch. 3, problem: 0111101111101111110
stuff --plain --bits 01000111111000111110000001111110 => 01000111110100011111000000011111010   # Tanenbaum 5, ch. 3, problem: A B ESC FLAG (c)
stuff --plain --flags --bits 01000111111000111110000001111110 => 011111100100011111010001111100000001111101001111110 # the same, with flags
stuff --plain --bits 110101111101011111101011111110 => 110101111100101111101010111110110       # Peterson 5, ch. 2, exercise: bit stuffing
unstuff --plain --bits 1101011111010111110010111110110 => 1101011111101111101011111110         # Peterson 5, ch. 2, the exercise behind it
unstuff --plain --bits 01111100101 => 0111110101                                  # GATE 2014, CS: 01111100101 with delimiter 01111110
stuff --plain --bits 0110111111111100 => 011011111011111000                       # an exercise of many courses
stuff --bits 0110111111111100 => 011011111[0]11111[0]00 011011111011111000        # the same, shown
unstuff --plain --bits 011011111011111000 => 0110111111111100                     # the same, back
stuff --plain --flags --bits 11111 => 0111111011111001111110                      # ISO/IEC 13239, 4.3.1: behind the last 1s too
END
	# Peterson 5, ch. 2, exercise: in 011010111110101001111111011001111110 seven 1s tell of an error.
	try framer unstuff --bits 011010111110101001111111011001111110
	fails 1 'framer unstuff: 011010111110101001111111011001111110: bit 17 (from 0): seven 1s: the sender gave the frame up'
}

@test 'character counts, flag bytes, characters' {
	# Tanenbaum's A, B, C, D are 41 to 44 here, FLAG 7e, ESC 1b. In the problem A is 01000111, B 11100011.
	book 16 <<'END'
stuff -t count --plain --hex 01020304 => 0501020304                               # Tanenbaum 5, Fig. 3-3 (a), frame 1
stuff -t count --plain --hex 06070809 => 0506070809                               # the same, frame 2
stuff -t count --plain --hex 00010203040506 => 0800010203040506                   # frame 3
stuff -t count --plain --hex 07080900010203 => 0807080900010203                   # frame 4
unstuff -t count --plain --hex 0501020304050607080908000102030405060807080900010203 => 01020304 06070809 00010203040506 07080900010203 # all
unstuff -t count --plain --hex 0501020304070607080908000102030405060807080900010203 => 01020304 060708090800  03 050608 080900010203    # Fig. 3-3 (b): 7 for 5
stuff -t count --plain --hex 47e31b7e => 0547e31b7e                               # ch. 3, problem: A B ESC FLAG (a)
stuff -t esc --plain --flags --hex 47e31b7e => 7e47e31b1b1b7e7e                   # the same, (b)
stuff -t esc --plain --hex 417e42 => 411b7e42                                     # Fig. 3-4 (b): A FLAG B
stuff -t esc --plain --hex 411b42 => 411b1b42                                     # A ESC B
stuff -t esc --plain --hex 411b7e42 => 411b1b1b7e42                               # A ESC FLAG B
stuff -t esc --plain --hex 411b1b42 => 411b1b1b1b42                               # A ESC ESC B
stuff -t esc --plain --hex 41421b431b7e7e44 => 41421b1b431b1b1b7e1b7e44           # ch. 3, problem: A B ESC C ESC FLAG FLAG D
unstuff -t esc --plain --hex 41421b1b431b1b1b7e1b7e44 => 41421b431b7e7e44         # the same, back
stuff -t dle --flags --plain --hex 411042 => 1002411010421003                    # Tanenbaum, 3rd ed., 3.1.2: DLE STX A DLE DLE B DLE ETX
unstuff -t dle --flags --plain --hex 1002411010421003 => 411042                  # the same, back
END
}

@test 'PPP and SLIP' {
	book 16 <<'END'
stuff -t ppp --plain --hex 7e => 7d5e                                             # RFC 1662, 4.2: flag sequence
stuff -t ppp --plain --hex 7d => 7d5d                                             # control escape
stuff -t ppp --plain --accm 0xffffffff --hex 03 => 7d23                           # ETX
stuff -t ppp --plain --accm 0x000a0000 --hex 11 => 7d31                           # XON
stuff -t ppp --plain --accm 0x000a0000 --hex 13 => 7d33                           # XOFF
unstuff -t ppp --plain --hex 7d5e => 7e                                           # and back
unstuff -t ppp --plain --hex 7d5d => 7d
unstuff -t ppp --plain --hex 7d23 => 03
unstuff -t ppp --plain --hex 7db1 => 91                                           # XON with parity set
unstuff -t ppp --plain --hex 7db3 => 93                                           # XOFF with parity set
stuff --hex 7d5efe27 => [7d] (5d) 5e fe 27 7d5d5efe27                             # the same, 4.2: of an escape, and nothing of what it made
stuff -t slip --plain --hex c0 => dbdc                                            # RFC 1055: END
stuff -t slip --plain --hex db => dbdd                                            # ESC
stuff -t slip --plain --flags --hex 45c0db00 => c045dbdcdbdd00c0                  # END before and behind
unstuff -t slip --plain --flags --hex c045dbdcdbdd00c0 => 45c0db00
unstuff -t slip --plain --flags --hex 45c0c046c0 => 45 46                         # empty frames are nothing
END
}

# run_of FROM TO: octets in hex.
run_of() {
	# shellcheck disable=SC2046 # numbers are words
	printf '%02x' $(seq "$1" "$2")
}

@test 'COBS' {
	# Cheshire, the example of the text: the first octets of an IP packet. Then Wikipedia, Consistent Overhead Byte Stuffing, the
	# examples 1 to 11 of its table, without the delimiter.
	book 14 <<END
stuff -t cobs --plain --hex 4500002c4c79000040064f37 => 024501042c4c79010540064f37    # Cheshire
unstuff -t cobs --plain --hex 024501042c4c79010540064f37 => 4500002c4c79000040064f37
stuff -t cobs --plain --hex 00 => 0101                                            # Wikipedia 1
stuff -t cobs --plain --hex 0000 => 010101                                        # 2
stuff -t cobs --plain --hex 001100 => 01021101                                    # 3
stuff -t cobs --plain --hex 11220033 => 0311220233                                # 4
stuff -t cobs --plain --hex 11223344 => 0511223344                                # 5
stuff -t cobs --plain --hex 11000000 => 0211010101                                # 6
stuff -t cobs --plain --hex $(run_of 1 254) => ff$(run_of 1 254)                  # 7
stuff -t cobs --plain --hex $(run_of 0 254) => 01ff$(run_of 1 254)                # 8
stuff -t cobs --plain --hex $(run_of 1 255) => ff$(run_of 1 254)02ff              # 9
stuff -t cobs --plain --hex $(run_of 2 255)00 => ff$(run_of 2 255)0101            # 10
stuff -t cobs --plain --hex $(run_of 3 255)0001 => fe$(run_of 3 255)0201          # 11
stuff -t cobs --plain --flags --hex 11220033 => 031122023300                      # 4, with its delimiter
END
}

@test 'parity' {
	book 20 <<'END'
parity 1011010 => 10110100                                                        # Tanenbaum 5, 3.2.2: even
parity --odd 1011010 => 10110101                                                  # the same: odd
parity 0000 => 00000                                                              # Forouzan 4, Table 10.3, C(5, 4)
parity 0001 => 00011
parity 0010 => 00101
parity 0011 => 00110
parity 0100 => 01001
parity 0101 => 01010
parity 0110 => 01100
parity 0111 => 01111
parity 1000 => 10001
parity 1001 => 10010
parity 1010 => 10100
parity 1011 => 10111
parity 1100 => 11000
parity 1101 => 11011
parity 1110 => 11101
parity 1111 => 11110
parity --check 10111 => 1011                                                      # Forouzan 4, Example 10.12, 1: accepted
parity --check 10011 =>                                                           # 2: a single error, a1; discarded
END
	# Forouzan 4, Example 10.12, 4: two errors, 00110, are not seen.
	is "$(framer parity --check 00110)" 0011
	# Tanenbaum 5, Fig. 3-8: "Network", interleaved: the column parity of ASCII letters.
	is "$(framer parity --2d 1001110 1100101 1110100 1110111 1101111 1110010 1101011 | tail -n 1 | cut -c 1-7)" 1011110
}

@test 'parity in two dimensions' {
	book 8 <<'END'
parity --2d 0101001 1101001 1011110 0001110 0110100 1011111 => 01010011 11010010 10111101 00011101 01101001 10111110 11110110    # Peterson 5, Fig. 2.14
parity --2d 1100111 1011101 0111001 0101001 => 11001111 10111011 01110010 01010011 01010101    # Forouzan 4, Fig. 10.11 (a)
parity --2d 10101 11110 01110 => 101011 111100 011101 001010                      # Kurose 6, Fig. 5.5, no errors
parity --2d --check 101011 101100 011101 001010 => 10101 11110 01110              # the same, correctable single-bit error
parity --2d 1110 0110 1001 1101 => 11101 01100 10010 11011 11000                  # Kurose 6, ch. 5, problem 1
parity --2d 1000111011100010 1001001000101001 1011110011110111 0010110100000101 1101001010110110 => 10001110111000100 10010010001010010 10111100111101110 00101101000001010 11010010101101101 01011111100011111    # Interactive, figure 1
parity --2d 1110100101100110 0001000110000100 0001010000010111 0100001110111010 1100100010010011 => 11101001011001101 00010001100001000 00010100000101110 01000011101110100 11001000100100111 01100111110111000    # another
parity --2d --check 10101111001110111 01010011100101111 00010100111101010 01110011110011001 11010100010001000 11001111110100011 => 1010111100111011 0101001110010111 0001010011110101 0111001111001100 1101010001000100    # figure 2 of the first: one bit is wrong
END
	# Figure 2: column 0, row 5, from 0.
	try framer parity --2d --check 10101111001110111 01010011100101111 00010100111101010 01110011110011001 11010100010001000 11001111110100011
	is "$code" 1
	has "$(cat err)" 'row 6, column 1: wrong, repaired'
	# Kurose 6, Fig. 5.5: the error is in row 2, column 2.
	try framer parity --2d --check 101011 101100 011101 001010
	is "$code" 1
	has "$(cat err)" 'row 2, column 2: wrong, repaired'
}

@test 'Hamming codes' {
	book 39 <<'END'
hamming 0000 => 0000000                                                           # Hamming, the 16 symbols of Table III
hamming 0001 => 1101001
hamming 0010 => 0101010
hamming 0011 => 1000011
hamming 0100 => 1001100
hamming 0101 => 0100101
hamming 0110 => 1100110
hamming 0111 => 0001111
hamming 1000 => 1110000
hamming 1001 => 0011001
hamming 1010 => 1011010
hamming 1011 => 0110011
hamming 1100 => 0111100
hamming 1101 => 1010101
hamming 1110 => 0010110
hamming 1111 => 1111111
hamming 1001000 => 00110010000                                                    # Tanenbaum 4, Fig. 3-7: H
hamming 1100001 => 10111001001                                                    # a
hamming 1101101 => 11101010101                                                    # m
hamming 1101001 => 01101011001                                                    # i
hamming 1101110 => 01101010110                                                    # n
hamming 1100111 => 01111001111                                                    # g
hamming 0100000 => 10011000000                                                    # blank
hamming 1100011 => 11111000011                                                    # c
hamming 1101111 => 10101011111                                                    # o
hamming 1100100 => 11111001100                                                    # d
hamming 1100101 => 00111000101                                                    # e
hamming 1000001 => 00100001001                                                    # Tanenbaum 5, Fig. 3-6: A
hamming --repair 00101001001 => 00100001001                                       # the same: bit 5 is flipped
hamming -d 00101001001 => 1000001
hamming 10101111 => 101001001111                                                  # Tanenbaum 4, ch. 3, problem: 10101111 in even parity
hamming 1101001100110101 => 011110110011001110101                                 # Tanenbaum 5, ch. 3, problem: a 16-bit message
hamming -d --hex E4F => 10101111                                                  # Tanenbaum 5, ch. 3, problem: 0xE4F was 0xAF
hamming -x 1011 => 01100110                                                       # Wikipedia, Hamming(7,4): with additional parity
hamming -x 0000 => 00000000
hamming -x 1000 => 11100001
hamming -x 0100 => 10011001
hamming -x 1100 => 01111000
hamming -x 0010 => 01010101
END
	# Forouzan, 3rd ed., Fig. 10.14: 1001101 is sent 10011100101, the highest position first.
	is "$(framer hamming "$(rev <<<1001101)" | rev)" 10011100101
	# And its bit 7 was wrong: r8 r4 r2 r1 are 0111.
	framer hamming --work -d "$(rev <<<10010100101)" >out
	has "$(cat out)" 'syndrome p8 p4 p2 p1 = 0111 = 7: the bit at position 7 is wrong'
	# The syndrome of Tanenbaum 5, Fig. 3-6.
	framer hamming --work -d 00101001001 >out
	has "$(cat out)" 'syndrome p8 p4 p2 p1 = 0101 = 5: the bit at position 5 is wrong'
}

@test 'Hamming(7,4): every single error of every word is found and repaired' {
	printf '%s\n' {0,1}{0,1}{0,1}{0,1} >data
	framer hamming <data | paste -d ' ' data - | awk '{
		for (i = 1; i <= 7; i++) print $0, substr($2, 1, i - 1) 1 - substr($2, i, 1) substr($2, i + 1)
	}' >cases
	is "$(sort -u cases | wc -l)" 112
	cut -d ' ' -f 3 cases | framer hamming -d 2>err | cmp - <(cut -d ' ' -f 1 cases)
	cut -d ' ' -f 3 cases | framer hamming --repair 2>/dev/null | cmp - <(cut -d ' ' -f 2 cases)
	is "$(sed 's/.*position //; s/ is wrong, repaired//' err | paste -sd '' | head -c 112)" "$(printf '1234567%.0s' {1..16})"
}

# sum ALGORITHM TEXT WANT: of the octets of the text.
sum() {
	is "$1 of \"$2\": $(printf %s "$2" | framer checksum -a "$1")" "$1 of \"$2\": $3"
}

@test 'checksums' {
	book 13 <<'END'
checksum --hex 0001f203f4f5f6f7 => 0x220d                                         # RFC 1071, 3: the sum is ddf2, this its complement
checksum --hex 010003f2f5f4f7f6 => 0x0d22                                         # the same, octets swapped: f2dd
checksum --hex 450000730000400040110000c0a80001c0a800c7 => 0xb861                # Wikipedia, Internet checksum
checksum --verify --hex 45000073000040004011b861c0a80001c0a800c7 => 0x0000        # the same, verified
checksum --hex 4500003044224000800600008c7c19acae241e2b => 0x442e                 # Wikipedia, IPv4, before 2012: an IP header
checksum --hex 4500005441e04000400100000a0000040a000005 => 0xe4c0                 # Stack Overflow, question 58567845: an ICMP packet's header
checksum --bits 0110011001100000 0101010101010101 1000111100001100 => 1011010100111101    # Kurose 6, 3.3.2
checksum --width 8 --bits 01010011 01100110 01110100 => 11010001                  # Kurose 6, ch. 3, problem 3
checksum --width 8 --bits 01011100 01100101 => 00111110                           # Kurose 6, ch. 3, problem 4 (a)
checksum --width 8 --bits 11011010 01100101 => 10111111                           # problem 4 (b)
checksum --width 4 --bits 0111 1011 1100 0000 0110 => 1001                        # Forouzan 4, Example 10.22: 7 11 12 0 6, checksum 9
checksum --width 4 --bits 0111 1011 1100 0000 0110 1001 => 0000                   # the same at the receiver
checksum --hex 466f726f757a616e => 0x7038                                         # Forouzan 4, Example 10.23: Forouzan
END
	sum adler32 Wikipedia 0x11e60398 # Wikipedia, Adler-32
	sum adler32 '' 0x00000001        # RFC 1950, 9: the initial value
	sum fletcher16 abcde 0xc8f0      # Wikipedia, Fletcher's checksum, test vectors
	sum fletcher16 abcdef 0x2057
	sum fletcher16 abcdefgh 0x0627
	sum fletcher32 abcde 0xf04fc729
	sum fletcher32 abcdef 0x56502d2a
	sum fletcher32 abcdefgh 0xebe19591
}
