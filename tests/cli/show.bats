#!/usr/bin/env bats
# show.bats - modem-sim show: each picture in the terminal, as SVG and as data.

load helper
code=0 # try sets it
GOLDEN=$BATS_TEST_DIRNAME/../golden

show() { modem-sim show "$@"; }

# well_formed FILE: XML, where there is a program to tell; and no scripts, nothing from elsewhere.
well_formed() {
	is "$(head -c 4 "$1")" '<svg'
	no grep -qE '<script|href=|url\(|@import|<image' "$1"
	[ "$(wc -c <"$1")" -lt 1000000 ]
	if command -v xmllint >/dev/null; then xmllint --noout "$1"; fi
}

@test '--help, no picture, wrong pictures and options' {
	has "$(show --help)" 'usage: modem-sim show wave|eye'
	try modem-sim show
	fails 2 'modem-sim show: which picture? wave, eye, constellation, spectrum or trellis (see modem-sim show --help)'
	try modem-sim show wawe
	fails 2 'modem-sim show: no picture "wawe": wave, eye, constellation, spectrum, trellis'
	try modem-sim show wave
	fails 2 'modem-sim show: no scheme: give one with -m (modem-sim --schemes lists them)'
	try modem-sim show wave -m qpsk --data 012
	fails 2 'modem-sim show: --data: "012" is not bits, 0 and 1'
	try modem-sim show wave -m qpsk --data 01 --bits 7
	fails 2 'modem-sim show: FILE, --data and --bits each say what to show: give one'
	try modem-sim show wave a b
	fails 2 'modem-sim show: one FILE at most: a and b are two'
	try modem-sim show wave -m rtty --bits 1000000
	is "$code" 2
	has "$(cat err)" 'fewer --bits'
}

@test 'pictures that make no sense say what does' {
	try modem-sim show constellation -m bell202
	fails 2 'modem-sim show: bell202 has no constellation: its symbols are tones, not points; try modem-sim show eye, wave or trellis -m bell202'
	try modem-sim show trellis -m qpsk
	fails 2 'modem-sim show: qpsk has no phase trellis: it is not FSK; try modem-sim show eye -m qpsk'
	try modem-sim show eye
	fails 2 "modem-sim show: an eye is of symbols: say with -m which scheme's"
	try modem-sim show trellis -m msk x.wav
	is "$code" 2
	try modem-sim show trellis --code 171,133
	is "$code" 2
	has "$(cat err)" '--states lists them'
}

@test 'every kind of picture of every scheme that has it, in SVG' {
	for kind in wave eye constellation spectrum; do
		for scheme in bell202 msk gmsk qpsk dbpsk 16qam psk2400 g3ruh9600; do
			case $kind:$scheme in constellation:[bmg]* | constellation:g3*) continue ;; esac
			show "$kind" -m "$scheme" --seed 1 --ebn0 20 --svg a.svg || { echo "$kind $scheme"; false; }
			well_formed a.svg
			has "$(cat a.svg)" "$scheme</text>"
			has "$(cat a.svg)" 'seed 1'
			has "$(cat a.svg)" 'Eb/N0 20 dB'
		done
	done
	for args in '' '-m msk' '-m gmsk --tree' '-m mfsk4' '--code 23,35'; do
		# shellcheck disable=SC2086 # options are words
		show trellis $args --svg a.svg
		well_formed a.svg
	done
}

@test 'the same seed gives the same picture, another one another' {
	show constellation -m qpsk --ebn0 8 --seed 5 --bits 400 --svg a.svg
	show constellation -m qpsk --ebn0 8 --seed 5 --bits 400 --svg b.svg
	cmp a.svg b.svg
	show constellation -m qpsk --ebn0 8 --seed 6 --bits 400 --svg b.svg
	no cmp -s a.svg b.svg
}

@test 'golden pictures' {
	# Of straight lines and whole numbers: no machine draws them differently. tests/golden/regenerate makes them anew.
	show trellis --code 7,5 --data 10110 --flip 3,8 --svg a.svg
	diff "$GOLDEN/show-viterbi.svg" a.svg
	show trellis -m msk --data 11010010 --svg a.svg
	diff "$GOLDEN/show-msk.svg" a.svg
	COLUMNS=78 show trellis --code 7,5 --data 10110 --flip 3,8 >a.txt
	diff "$GOLDEN/show-viterbi.txt" a.txt
}

@test 'wave: the bits stand over their symbols' {
	show wave -m bell103 --data 1011 -T tsv >a
	is "$(head -n 1 a)" $'panel\tseries\tx\ty\tx1\ty1'
	# Bands of 1/300 s, each with its bit.
	is "$(awk -F '\t' '$1 == "Signal" && $2 ~ /^[01]$/ { printf "%s %.5f %.5f;", $2, $3, $5 }' a)" \
		'1 0.00000 0.00333;0 0.00333 0.00667;1 0.00667 0.01000;1 0.01000 0.01333;'
	# The frequency in the middle of each is the tone of its bit: mark 1270, space 1070 Hz.
	awk -F '\t' '$1 == "Instantaneous frequency" && $2 == "" { t = $3 * 300; if (t % 1 > 0.4 && t % 1 < 0.6 && t > 0 && t < 4) { want = int(t) == 1 ? 1070 : 1270; n++; d = $4 - want; if (d > 50 || d < -50) { print; bad = 1 } } } END { exit bad || n < 8 }' a
}

@test 'wave: of QPSK the baseband at the middle of a symbol has the signs of its bits' {
	show wave -m qpsk --data 0001111001001011 -T tsv >a
	awk -F '\t' '
		BEGIN { n = 0 }
		$1 == "Signal" && $2 ~ /^[01][01]$/ { bits[n] = $2; mid[n++] = ($3 + $5) / 2 }
		$1 == "Baseband" && $2 ~ /a/ {
			for (i = 0; i < n; i++) {
				d = $3 > mid[i] ? $3 - mid[i] : mid[i] - $3
				if (!(($2, i) in off) || d < off[$2, i]) { off[$2, i] = d; v[$2, i] = $4 }
			}
		}
		END {
			for (i = 0; i < n; i++) {
				re = v["in phase", i] * (substr(bits[i], 1, 1) == "0" ? 1 : -1)
				im = v["quadrature", i] * (substr(bits[i], 2, 1) == "0" ? 1 : -1)
				if (re < 0.2 || im < 0.2) { print i, bits[i], re, im; bad = 1 }
			}
			exit bad || n != 8
		}' a
}

@test 'constellation: the error vector is the noise' {
	# Complex noise of variance N0 on points of mean energy Es: EVM = sqrt(N0/Es); 2 bits a symbol at 17 dB: -20 dB, 10 %.
	show constellation -m qpsk --ebn0 16.9897 --seed 1 --bits 20000 >a
	ratio=$(sed -n 's/.*modulation error ratio \([0-9.]*\) dB.*/\1/p' <(tr '\n' ' ' <a))
	awk -v r="$ratio" 'BEGIN { exit !(r > 19.6 && r < 20.3) }'
	has "$(tr '\n' ' ' <a)" '10000 symbols'
}

@test 'spectrum: what is sent is where theory has it' {
	show spectrum -m qpsk --seed 1 -T tsv >a
	awk -F '\t' '$2 == "measured (Welch)" { m[$3] = $4 } $2 ~ /^theory/ && $3 > 700 && $3 < 2900 { n++; d = m[$3] - $4; s += d * d } END { exit !(n > 100 && s / n < 0.25) }' a
	has "$(show spectrum -m qpsk --seed 1 --mask 0:3,1500:3,2000:-40,5000:-40)" 'below the mask'
	has "$(show spectrum -m qpsk --seed 1 --mask 0:3,600:3,900:-40,5000:-40)" 'above the mask'
	try modem-sim show spectrum -m qpsk --mask 5:1,x
	is "$code" 2
	has "$(cat err)" '--mask: "5:1,x" is not 2 to 32 of HZ:DB'
}

@test 'a file: what was sent, a part of it, none, silence, not a WAVE file' {
	modem-sim tx -m qpsk -w a.wav <<<'octets hex=00112233445566778899aabbccddeeff0123456789abcdef'
	show constellation -m qpsk a.wav >out
	grep -qE '^[0-9]{3} symbols; error vector magnitude [01]\.[0-9] %' out
	show eye -m qpsk - <a.wav >out
	show wave a.wav --start 0.1 --length 0.01 --svg a.svg
	well_formed a.svg
	show spectrum a.wav --svg a.svg
	try modem-sim show spectrum a.wav --start 100
	is "$code" 1
	has "$(cat err)" 'no samples from 100 s on'
	try modem-sim show eye -m bpsk a.wav
	fails 1 'modem-sim show: no bpsk signal found'
	modem-sim tx -m qpsk -w b.wav </dev/null
	try modem-sim show spectrum b.wav
	fails 1 'modem-sim show: silence has no spectrum: every sample is 0'
	try modem-sim show wave missing.wav
	is "$code" 2
	echo hello >c
	try modem-sim show wave c
	fails 2 'modem-sim show: c is not a WAVE file; for packet text, say with -m how it is to be modulated'
	try modem-sim show wave -m qpsk c
	is "$code" 2
	has "$(cat err)" 'c:1: '
	head -c 50 a.wav >d.wav
	show wave d.wav >out || [ $? = 1 ]
}

@test 'packet text is what is sent' {
	is "$(show wave -m bell103 - -T tsv <<<'bits b=1100101' | awk -F '\t' '$1 == "Signal" && $2 ~ /^[01]$/ { printf "%s", $2 }')" 1100101
}

@test 'the terminal: braille where the locale has it, else ASCII; colour when asked' {
	LC_ALL=C show trellis -m msk --data 1 >a
	no grep -q '[^ -~]' a
	LC_ALL=C.UTF-8 show trellis -m msk --data 1 >a
	LC_ALL=C grep -q $'\xe2\xa0\|\xe2\xa1\|\xe2\xa2\|\xe2\xa3' a
	no grep -q $'\033' a
	has "$(show trellis -m msk --data 1 --color=always)" $'\033[3'
	[ "$(COLUMNS=60 LC_ALL=C show wave -m msk --data 10 | awk '{ if (length > n) n = length } END { print n }')" -le 60 ]
}

@test 'trellis: states and branches as a table' {
	is "$(show trellis --states | head -n 3)" $'state\tinput\toutput\tnext\n00\t0\t00\t00\n00\t1\t11\t10'
	is "$(show trellis --states --code 171,133 | wc -l)" 129
	is "$(show trellis --states -m msk)" $'phase\tfrequency\tnext
0\t1200\t270
0\t1800\t90
90\t1200\t0
90\t1800\t180
180\t1200\t90
180\t1800\t270
270\t1200\t180
270\t1800\t0'
	is "$(show trellis --states -m bell202 | wc -l)" 25
}

@test 'trellis: Viterbi mends what the code can, and says when it could not' {
	has "$(COLUMNS=200 show trellis --data 10110 --flip 3,8)" 'decoded 10110: 0 bits wrong'
	has "$(COLUMNS=200 show trellis --data 10110 --flip 1,2,3,4)" '4 coded bits received wrong (!), decoded 00110: 1 bit wrong'
	try modem-sim show trellis --data 10110 --flip 15
	fails 2 'modem-sim show: --flip: "15" is not places 1 to 14 of coded bits, with commas'
}
