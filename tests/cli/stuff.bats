#!/usr/bin/env bats
# stuff.bats - framer stuff, framer unstuff: what is shown, pipes, faults with their places. (Results of books: textbook.bats.)

load helper
code=0 # try sets it

@test 'what is put in stands in [], what is changed in (), the result on the second line' {
	is "$(framer stuff --bits 0110111111111100)" $'011011111[0]11111[0]00\n011011111011111000'
	is "$(framer stuff --hex 7d5efe27)" $'[7d] (5d) 5e fe 27\n7d5d5efe27'
	is "$(framer stuff -t slip --hex 01c0db)" $'01 [db] (dc) [db] (dd)\n01dbdcdbdd'
	is "$(framer stuff -t cobs --hex 11220033)" $'[03] 11 22 (02) 33\n0311220233'
	is "$(framer stuff -t dle --flags --hex 411042)" $'[10] [02] 41 [10] 10 42 [10] [03]\n1002411010421003'
	is "$(framer stuff -t esc --hex 7e1b)" $'[1b] 7e [1b] 1b\n1b7e1b1b'
	is "$(framer stuff -t count --hex 0102)" $'[03] 01 02\n030102'
	is "$(framer stuff --accm 0x20000 --hex 1112)" $'[7d] (31) 12\n7d3112'
	# Octets go least significant bit first.
	is "$(framer stuff -t hdlc --hex fe01)" $'011111[0]1110000000\n01111101110000000'
	is "$(framer stuff -t hdlc --flags --bits 1)" $'[0][1][1][1][1][1][1][0]1[0][1][1][1][1][1][1][0]\n01111110101111110'
	# A run of 254 octets without a zero, and one more: the second code is put in.
	is "$(framer stuff -t cobs --hex "$(printf '%0510d' 0 | tr 0 1)" | sed -n '1s/ 11//gp')" '[ff] [02]'
	is "$(framer stuff --plain --bits '' && framer stuff --plain -t cobs --hex '')" $'\n01'
}

@test 'unstuff shows what it takes out in the same way' {
	is "$(framer unstuff --bits 011011111011111000)" $'011011111[0]11111[0]00\n0110111111111100'
	is "$(framer unstuff --hex 7d5d5efe27)" $'[7d] (5d) 5e fe 27\n7d5efe27'
	is "$(framer unstuff -t cobs --flags --hex 0311220233000101)" $'[03] 11 22 (02) 33\n11220033'
	is "$(framer unstuff --accm 0x20000 --hex 11411112)" $'[11] 41 [11] 12\n4112'
}

@test 'operands, lines of standard input, files' {
	is "$(framer stuff --plain --bits 111111 '0 1 1_1')" $'1111101\n0111'
	is "$(printf '111111\r\n\n  0111\n111111' | framer stuff --plain --bits)" $'1111101\n0111\n1111101'
	is "$(printf '7e\n7D 00\n' | framer stuff --plain --hex)" $'7d5e\n7d5d00'
	printf '~a' >file
	is "$(framer stuff file)" $'[7d] (5e) 61\n7d5e61'
	is "$(framer stuff - <file)" $'[7d] (5e) 61\n7d5e61'
	is "$(framer stuff file file --plain | od -An -tx1)" ' 7d 5e 61 7d 5e 61'
}

@test '--plain: octets through both, and nothing has changed' {
	head -c 20000 "$(command -v framer)" >octets
	printf '\176\175\300\333\020\002\020\003\033\0' >>octets
	for t in ppp slip cobs dle esc; do
		framer stuff -t "$t" --plain octets | framer unstuff -t "$t" --plain | cmp - octets
		framer stuff -t "$t" --plain --flags octets | framer unstuff -t "$t" --plain --flags | cmp - octets
		no cmp -s octets <(framer stuff -t "$t" --plain octets)
	done
	framer stuff -t hdlc --plain --flags octets | framer unstuff --bits --flags --plain >bits
	is "$(tr -d '\n' <bits | wc -c)" $((8 * $(wc -c <octets)))
	framer stuff -t hdlc --plain octets | framer unstuff --plain --bits | cmp - bits
}

@test 'where stuffing cannot be: the place, exit 1, and on with the next' {
	while IFS='|' read -r arguments message; do
		# shellcheck disable=SC2086 # arguments are words
		try framer unstuff $arguments
		is "$arguments: $code, $(wc -c <out) octets" "$arguments: 1, 0 octets"
		is "$(cat err)" "framer unstuff: ${arguments##* }: $message"
	done <<-'END'
	--bits 00111111|bit 2 (from 0): six 1s: a flag, not data
	--bits 0111111|bit 1 (from 0): six 1s: a flag, not data
	--bits 011111011111110|bit 7 (from 0): seven 1s: the sender gave the frame up
	--flags --bits 01111110101|bit 8 (from 0): no flag behind it
	--flags --bits 011111101011111110|bit 10 (from 0): seven 1s: the sender gave the frame up
	--hex 01027d|octet 2 (from 0): an escape, and nothing behind it: the sender gave the frame up
	--hex 017e|octet 1 (from 0): a flag, not data
	--flags --hex 7e4142|octet 1 (from 0): no delimiter behind it
	-t slip --hex 01db02|octet 1 (from 0): db before what is neither dc nor dd
	-t cobs --hex 0311|octet 0 (from 0): a code that points beyond the end
	-t cobs --hex 03110022|octet 2 (from 0): a zero
	-t dle --hex 411003|octet 1 (from 0): an escape before what needs none
	-t esc --hex 7e|octet 0 (from 0): a flag that is not escaped
	-t count --hex 00|octet 0 (from 0): a count of 0, less than its own octet
	-t count --hex 0541|octet 0 (from 0): a count of more octets than there are
	END
	try framer unstuff --plain --hex 017e 7d5e
	is "$code $(cat out)" '1 7e'
	# A frame that is wrong, and one behind it.
	try framer unstuff --plain --flags -t slip --hex 01c0db02c003c0
	is "$code $(paste -sd ' ' out)" '1 01 03'
	has "$(cat err)" 'octet 2 (from 0): db before'
}

@test '-v says the rule and counts' {
	try framer stuff -v --hex 7e417d
	is "$(cat err)" 'framer stuff: ppp: 7d before 7e, 7d and what --accm names, which are sent exclusive-or 20 (RFC 1662, 4.2): 3 octets become 5; 2 put in'
	try framer unstuff -v --bits 1111100
	is "$(cat err)" 'framer unstuff: hdlc: a 0 behind five 1s (ISO/IEC 13239, 4.3.1): 7 bits give 6; 1 taken out'
}

@test 'usage' {
	for c in stuff unstuff; do
		has "$(framer $c --help)" "usage: framer $c "
		for wrong in '--bits --hex 00' '-t ppp --bits 01' '-t nonsense' '--bits 012' '--hex 0' '--hex 0g' '--accm 1 -t slip --hex 00' \
			'--flags -t count --hex 00' '--accm 4294967296 --hex 00' /nowhere /; do
			# shellcheck disable=SC2086 # options are words
			try framer $c $wrong
			is "$c $wrong: $code, $(wc -l <err) line, $(wc -c <out) octets" "$c $wrong: 2, 1 line, 0 octets"
			has "$(cat err)" "framer $c: "
		done
	done
	try framer stuff -t count --hex "$(printf '%0510d' 0)"
	fails 2 'framer stuff: 255 octets: a count of one octet, itself included, speaks of at most 254'
	if [ -e /dev/full ]; then
		is "$(framer stuff --hex 00 2>&1 >/dev/full || echo $?)" $'framer stuff: cannot write standard output\n2'
	fi
}
