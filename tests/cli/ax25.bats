#!/usr/bin/env bats
# ax25.bats - framer -t ax25 and -t fx25.

load helper
load damage
code=0 # try sets it

HI='ax25 dst=APRS src=N0CALL-1 ctl=0x03 data str=hi'

@test 'a packet becomes the information of a UI frame' {
	is "$(framer -t ax25 --dst APRS --src N0CALL-1 --via WIDE1-1,WIDE2-2 <<<'data str=hi')" \
		'ax25 dst=APRS src=N0CALL-1 via=WIDE1-1,WIDE2-2 ctl=0x03 fcs=crc data str=hi'
	is "$(framer -t ax25 <<<"$HI")" 'ax25 dst=APRS src=N0CALL-1 ctl=0x03 fcs=crc data str=hi'
	is "$(framer -t ax25 <<<"$HI" | framer -t ax25 | framer -d -t ax25)" "$HI"
	is "$(framer -t ax25 <<<'ip src=192.0.2.1')" 'ax25 dst=NOCALL src=NOCALL ctl=0x03 fcs=crc ip id=0 ttl=64 src=192.0.2.1 dst=0.0.0.0'
}

@test 'connected mode, addresses of all kinds, there and back as bits' {
	{
		for ctl in 0x00 0x2c 0xfe 0x01 0x25 0xe9 0x0d 0x2f 0x3f 0x6f 0x7f 0x43 0x53 0x63 0x73 0x0f 0x1f 0x87 0xaf 0xe3 0x13; do
			echo "ax25 dst=AB1CDE-15 src=W1AW via=WIDE1-1+,RELAY cr=01 ctl=$ctl data str=information"
		done
		echo "$HI"
	} | pktcat >a
	framer -t ax25 --bits a | framer -d -t ax25 | diff a -
	framer -t ax25 --bits --flags 1 a | sed 's/bits b=//' | tr -d '\n' | fold -w 1001 | sed 's/^/bits b=/' | framer -d -t ax25 | diff a -
}

@test '--fix mends what its receiver was least sure of, and says so' {
	line=$(framer -t ax25 --bits --flags 2 <<<"$HI")
	b=${line#bits b=}
	sure=${b//?/f}
	try framer -d -q -t ax25 --fix <<<"bits b=${b:0:60}$((1 - ${b:60:1}))${b:61} q=${sure:0:60}1${sure:61}"
	is "$code $(cat out)" "0 $HI @framer.fixed=1"
	two="bits b=${b:0:60}$((1 - ${b:60:1}))$((1 - ${b:61:1}))${b:62} q=${sure:0:60}21${sure:62}"
	is "$(framer -d -q -t ax25 --fix <<<"$two")" "$HI @framer.fixed=2"
	try framer -d -q -t ax25 <<<"$two"
	is "$code $(cat out)" '1 '
	# Four in a row that are sure to the same degree are one event, three apart are not.
	four="bits b=${b:0:60}$(tr 01 10 <<<"${b:60:4}")${b:64} q=${sure:0:60}8888${sure:64}"
	is "$(framer -d -q -t ax25 --fix <<<"$four")" "$HI @framer.fixed=4"
	four=${b:0:60}$((1 - ${b:60:1}))${b:61:19}$((1 - ${b:80:1}))${b:81:19}$((1 - ${b:100:1}))${b:101}
	no framer -d -q -t ax25 --fix <<<"bits b=$four q=${sure:0:60}8${sure:61:19}8${sure:81:19}8${sure:101}"
	# Not where it was sure, nor without confidences.
	try framer -d -q -t ax25 --fix <<<"bits b=${b:0:60}$((1 - ${b:60:1}))${b:61} q=$sure"
	no grep -q 'fixed=[2-9]' out
	framer -d -v -t ax25 --fix <<<"$two" 2>&1 >out | grep -q '1 frame mended'
}

@test 'fx25: every block of the draft, its tag and 16, 32 or 64 check symbols' {
	for check in 16 32 64; do
		for n in 1 8 20 40 80 130 170; do
			echo "ax25 dst=APRS src=N0CALL-1 ctl=0x03 data str=$(printf "%0${n}d" 0)"
		done >a
		framer -t fx25 --check $check --flags 1 a 2>err >air || :
		n=$(wc -l <air)
		framer -d -t fx25 air | diff <(head -n "$n" a) -
		awk '{ print substr($0, 8 + 8, 64) }' air >>tags
		# A receiver of AX.25 finds them too.
		framer -d -q -t ax25 air | diff <(head -n "$n" a) -
	done
	is "$(sort -u tags | wc -l)" 11
	try framer -t fx25 <<<"ax25 data str=$(printf '%0300d' 0)"
	is "$code" 2
	has "$(cat err)" 'is longer than any block'
}

@test 'fx25: 8, 16 and 32 wrong octets are repaired, 8 wrong bits of the tag passed over' {
	for pair in 16:8 32:16 64:32; do
		check=${pair%:*}
		line=$(framer -t fx25 --check "$check" --flags 1 <<<"$HI")
		b=${line#bits b=}
		for ((i = 0; i < 8; i++)); do # in the tag
			at=$((8 + 7 * i))
			b=${b:0:at}$((1 - ${b:at:1}))${b:at+1}
		done
		is "$check: $(framer -d -t fx25 <<<"bits b=$b")" "$check: $HI"
		for ((i = 0; i < ${pair#*:}; i++)); do
			at=$((8 + 64 + 8 * i + i % 8))
			b=${b:0:at}$((1 - ${b:at:1}))${b:at+1}
		done
		is "$check: $(framer -d -t fx25 <<<"bits b=$b")" "$check: $HI @framer.fixed=${pair#*:}"
		at=$((8 + 64 + 8 * i + 3))
		b=${b:0:at}$((1 - ${b:at:1}))${b:at+1}
		is "$check: $(framer -d -q -t fx25 <<<"bits b=$b")" "$check: "
		# One more with --fix: its receiver was not sure of it.
		q=${b//?/f}
		for ((j = 0; j < 8; j++)); do
			at=$((8 + 64 + 8 * j + j % 8))
			q=${q:0:at}2${q:at+1}
		done
		has "$(framer -d -q -t fx25 --fix <<<"bits b=$b q=$q")" "$HI @framer.fixed="
	done
}

@test 'fx25: plain AX.25 between blocks, and a block that is cut' {
	{
		framer -t ax25 --bits <<<"$HI"
		framer -t fx25 <<<"${HI/hi/ho}"
		framer -t ax25 --bits <<<"${HI/hi/he}"
		framer -t fx25 <<<"${HI/hi/ha}" | sed 's/.\{20\}$//'
	} >air
	is "$(framer -d -t fx25 air | grep -o 'str=.*' | tr '\n' ' ')" 'str=hi str=ho str=he str=ha '
}

@test 'a thousand damaged streams: nothing wrong passes, everything whole is found' {
	survives 8 1000 '-t ax25 --bits --flags 1' 'ax25 dst=APRS src=N0CALL-1 data str=message&' '-t ax25'
	survives 9 300 '-t fx25 --flags 1' 'ax25 dst=APRS src=N0CALL-1 data str=message&' '-t fx25'
}
