#!/usr/bin/env bats
# hdlc.bats - framer -t hdlc, as bits and as octets, and what all kinds of frames on serial lines have in common.

load helper
load damage
code=0 # try sets it

# bits TEXT: the bits of a frame made of it, after one flag.
bits() { framer --bits --flags 1 "${@:2}" <<<"$1" | sed 's/bits b=//'; }

@test 'control fields in words' {
	stays 'hdlc addr=0x03 type=I ns=3 nr=5 pf=1 data str=x'
	stays 'hdlc addr=0x01 type=RNR nr=7 pf=0'
	for kind in UI SIM DM UP SABM DISC UA SABME SNRM FRMR RSET XID SNRME TEST UIH 0x4b; do
		stays "hdlc addr=0x03 type=$kind pf=1"
	done
	reads 'hdlc' 'hdlc addr=0xff type=UI pf=0'
	refuses 'hdlc type=SABM nr=1' 'hdlc: nr=: a header of this kind has no such field'
	refuses 'hdlc type=RR ns=1' 'hdlc: ns=: a header of this kind has no such field'
	refuses 'hdlc type=NO' 'hdlc: type=NO: not a kind of frame'
	refuses 'hdlc type=0x13' 'hdlc: type=0x13: not a kind of frame'
	for ((i = 0; i < 256; i++)); do
		printf 'frame dlt=268 hex=03%02x41\n' "$i"
	done >all
	# All 256 are there in words, and are those octets.
	is "$(pktcat -w - all | pktcat | grep -c 'hdlc addr=0x03 type=')" 256
	pktcat -w a.pcap all
	pktcat a.pcap | pktcat -w b.pcap
	cmp a.pcap b.pcap
}

@test 'a frame, its bits: ISO/IEC 13239, by hand' {
	# ff, 03 and 1f, the least significant bit first, a 0 behind each five 1s.
	is "$(bits 'hdlc type=UI data hex=1f' -t hdlc | cut -c 1-35)" '01111110111110111110000000111110000'
	is "$(bits 'hdlc type=UI data hex=1f' -t hdlc | tail -c 9)" 01111110
	is "$(framer -t hdlc --octets <<<'hdlc data hex=7e7d1f')" 'octets hex=7eff037d5e7d5d1fe9277e'
	is "$(framer -t hdlc --octets --accm 0x80000000 <<<'hdlc data hex=7e7d1f')" 'octets hex=7eff037d5e7d5d7d3fe9277e'
}

@test 'there and back: as text, bits and octets, FCS-16 and FCS-32' {
	printf '%s\n' 'hdlc addr=0x03 type=I ns=3 nr=5 pf=1 data str=x @a.b=c' '1.5 hdlc addr=0x03 type=RR nr=1 pf=0' \
		'hdlc addr=0xff type=UI pf=0 data hex=7e7d7f00ffffffffff' >a
	for how in '' --bits --octets '--bits --fcs 32' '--octets --fcs 32' '--octets --accm 0xffffffff' '--bits --flags 1'; do
		fcs=$(grep -o -e '--fcs 32' <<<"$how" || :)
		# shellcheck disable=SC2086 # options are words
		framer -t hdlc $how a | framer -d -t hdlc $fcs | diff a -
	done
	is "$(framer -t hdlc a | grep -c 'fcs=crc')" 3
	framer -t hdlc a | framer -t hdlc | framer -d -t hdlc | diff a -
	# With -d --bits octets are bits, the lowest first.
	framer -t hdlc --bits --flags 9 <<<'hdlc data str=abc' >b
	is "$(sed 's/bits b=//' b | awk '{ for (i = 1; i < length($0); i += 8) { v = 0; for (j = 7; j >= 0; j--) v = 2 * v + substr($0, i + j, 1); printf "%02x", v } }' |
		sed 's/.*/octets hex=&/' | framer -d -t hdlc --bits)" 'hdlc addr=0xff type=UI pf=0 data str=abc'
}

@test 'flags open and close: 32 and one, or as many as asked for' {
	is "$(framer -t hdlc --bits <<<'hdlc' | sed 's/bits b=//' | grep -o '^\(01111110\)*' | wc -c)" 257
	is "$(bits 'hdlc' -t hdlc | grep -o '^\(01111110\)*' | wc -c)" 9
	is "$(framer -t hdlc --octets <<<'data str=a')" 'octets hex=7eff0361d8587e'
}

@test 'across records, in any pieces; flags that share a 0; one flag between frames' {
	for i in 1 2 3; do echo "hdlc data str=frame$i"; done | framer -t hdlc --bits --flags 1 | sed 's/bits b=//' | tr -d '\n' >all
	for piece in 1 7 8 33; do
		fold -w $piece all | sed 's/^/bits b=/' | framer -d -t hdlc >got
		is "$(grep -o 'str=.*' got | tr '\n' ' ')" 'str=frame1 str=frame2 str=frame3 '
	done
	sed 's/0111111001111110/011111101111110/g' all | sed 's/^/bits b=/' | framer -d -t hdlc | grep -c frame | grep -qx 3
	sed 's/0111111001111110/01111110/g' all | sed 's/^/bits b=/' | framer -d -t hdlc | grep -c frame | grep -qx 3
	for i in 1 2 3; do echo "hdlc data str=frame$i"; done | framer -t hdlc --octets | sed 's/octets hex=//' | tr -d '\n' >all
	for piece in 2 14; do
		fold -w $piece all | sed 's/^/octets hex=/' | framer -d -t hdlc | grep -c frame | grep -qx 3
	done
}

@test 'damage is told, and why' {
	good=$(bits 'hdlc data str=abcdef' -t hdlc)
	n=${#good}
	flag=01111110
	{
		echo "bits b=$flag${good:8:45}11111110"          # seven 1s
		echo "bits b=${good:0:40}${good:44}"             # four bits too few
		echo "bits b=${good:0:40}$((1 - ${good:40:1}))${good:41}"
		echo "bits b=$good"
	} >air
	try framer -d -t hdlc air
	is "$code: $(cat out)" '1: hdlc addr=0xff type=UI pf=0 data str=abcdef'
	is "$(cat err)" 'framer: 4 frames: 1 good, 3 damaged and dropped (1 abort, 1 odd, 1 fcs), 0 without a check sequence'
	try framer -d -v -t hdlc air
	has "$(cat err)" 'air:3: a frame of 10 octets dropped: the frame check sequence does not fit'
	try framer -d -q --keep -t hdlc air
	has "$(cat out)" '@framer.drop=fcs'
	has "$(cat out)" '@framer.drop=odd'
	is "$n" "${#good}"
	{
		printf 'octets hex=7eff0361%s\n' 62637d7e
		printf 'octets hex=7eff036162637e\n'
		printf 'octets hex=7eff0361\n'
	} | framer -d --keep -t hdlc >out 2>err || :
	is "$(cat out)" 'octets hex=ff036162637d @framer.drop=abort
octets hex=ff03616263 @framer.drop=fcs
octets hex=ff0361 @framer.drop=cut'
	is "$(cat err)" 'framer: 3 frames: 0 good, 3 damaged and dropped (1 abort, 1 fcs, 1 cut), 0 without a check sequence'
}

@test 'a check sequence of the other length is told' {
	framer -t hdlc --octets --fcs 32 <<<'data str=x' >air
	try framer -d -t hdlc air
	is "$code $(cat out)" '1 '
	is "$(head -n 1 err)" 'framer: 1 of the damaged frames fits a check sequence of 32 bits: --fcs 32'
	framer -t hdlc --bits <<<'data str=xyz' >air
	try framer -d -t hdlc --fcs 32 air
	is "$(head -n 1 err)" 'framer: 1 of the damaged frames fits a check sequence of 16 bits: --fcs 16'
}

@test 'no single wrong bit passes' {
	good=$(bits 'hdlc data str=abc' -t hdlc)
	for ((i = 8; i < ${#good} - 8; i++)); do
		echo "bits b=${good:0:i}$((1 - ${good:i:1}))${good:i+1}"
		echo "bits b=$good"
	done >air
	try framer -d -q -t hdlc air
	is "$code $(sort -u out)" '1 hdlc addr=0xff type=UI pf=0 data str=abc'
	is "$(wc -l <out)" "$((${#good} - 16))"
}

@test 'a thousand damaged streams: nothing wrong passes, everything whole is found' {
	survives 1 1000 '-t hdlc --bits --flags 1' 'hdlc data str=&' '-t hdlc'
	survives 2 1000 '-t hdlc --octets' 'hdlc data str=&' '-t hdlc'
}

@test 'options that a kind of frame does not have' {
	for wrong in '-t eth --bits' '-t ax25 --octets' '-t slip --fcs 32' '-t hdlc --pfc' '-t ppp --port 1' '-t hdlc --bits --octets' '-t ppp -d --pfc' \
		'-t eth --accm 0' '-t hdlc --check 32' '-t hdlc --length 8' '-t slip -d --fix' '-t sync --sync 7' '-t sync --sync 0x1'; do
		# shellcheck disable=SC2086 # options are words
		try framer $wrong <<<'data str=x'
		is "$wrong: $code, $(wc -l <err) line, $(wc -c <out) octets" "$wrong: 2, 1 line, 0 octets"
	done
	try framer -d -t hdlc <<<'data str=x'
	fails 2 'framer: -:1: not a frame of hdlc: the first layer is data'
	try framer -t hdlc --fcs 32 <<<'data str=x'
	fails 2 'framer: -:1: a check sequence of 32 bits can be in --bits and --octets, not in the text of hdlc'
}
