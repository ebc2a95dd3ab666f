#!/usr/bin/env bats
# ber.bats - modem-sim ber: what others call it with, and what it says.

load helper
code=0 # try sets it

@test 'the table that others read' {
	try modem-sim ber -m qpsk --ebn0 4:10:2 --bits 100000 --seed 1 -T tsv
	quiet_ok
	is "$(head -n 1 out)" $'ebn0_db\tbits\terrors\tber\ttheory\tci_low\tci_high'
	is "$(awk 'NR > 1 { print NF, $1, $2 }' out | paste -sd ,)" '7 4 100000,7 6 100000,7 8 100000,7 10 100000'
	# Rate is errors a bit; theory is Q(sqrt(2 Eb/N0)) (Proakis, 5.2); the interval is around the rate.
	awk 'NR > 1 { if ($4 != $3 / $2 || $6 > $4 || $7 < $4 || ($3 > 0 && $6 <= 0)) exit 1 }' out
	is "$(cut -f 5 out | paste -sd ' ')" 'theory 0.0125008 0.00238829 0.000190908 3.87211e-06'
	awk 'NR == 2 && ($5 < $6 || $5 > $7) { exit 1 }' out
}

@test 'the same seed, the same table, with one processor or more; another seed, another one' {
	modem-sim ber -m 16qam --ebn0 0:8:4 --bits 300000 --seed 7 -T tsv >a
	taskset -c 0 modem-sim ber -m 16qam --ebn0 0:8:4 --bits 300000 --seed 7 -T tsv | cmp - a
	is "$(modem-sim ber -m 16qam --ebn0 4 --bits 300000 --seed 7 -T tsv | tail -n 1)" "$(sed -n 3p a)" # a point depends on no other
	no cmp -s a <(modem-sim ber -m 16qam --ebn0 0:8:4 --bits 300000 --seed 8 -T tsv)
	try modem-sim ber -m bpsk --ebn0 5 --bits 1000 -v
	seed=$(sed -n 's/.*seed \([0-9]*\),.*/\1/p' err)
	modem-sim ber -m bpsk --ebn0 5 --bits 1000 --seed "$seed" | cmp - out
}

@test 'forms: text names the formula, json is a line a point' {
	modem-sim ber -m bpsk --ebn0 6,9.5 --bits 1000 --seed 1 >out
	is "$(sed -n 2p out | cut -c 1-28)" 'theory: Q(sqrt(2 Eb/N0)); Pr'
	is "$(awk 'NR > 4 { print $1 }' out | paste -sd ,)" '6,9.5'
	has "$(head -n 1 out)" 'timing and phase known'
	is "$(modem-sim ber -m bpsk --ebn0 100 --bits 1000 --seed 1 -T json)" \
		'{"ebn0_db":100,"bits":1000,"errors":0,"ber":0,"theory":0,"ci_low":0,"ci_high":0.00368208}'
}

@test '--errors ends a point early' {
	modem-sim ber -m bpsk --ebn0 0:4:4 --bits 10000000 --errors 100 --seed 1 -T tsv >out
	awk 'NR > 1 && ($3 < 100 || $2 >= 10000000) { exit 1 }' out
}

@test '--svg draws measurement beside theory' {
	modem-sim ber -m bpsk --ebn0 0:6:2 --bits 10000 --seed 1 --svg x.svg >out
	has "$(cat x.svg)" '<svg'
	has "$(cat x.svg)" 'Eb/N0'
	has "$(cat x.svg)" '95% interval'
	has "$(cat x.svg)" 'seed 1'
	modem-sim ber -m bpsk --ebn0 0,20 --bits 1000 --seed 1 --plot >plot
	has "$(cat plot)" "no error: the rate is below"
}

@test 'through transmitter, channel and receiver' {
	modem-sim ber -m qpsk --sync recovered --ebn0 6,30 --bits 20000 --seed 1 -T tsv >out 2>err
	is "$(cat err)" ''
	is "$(awk 'NR == 3 { print $2, $3 }' out)" '20000 0'
	awk 'NR == 2 && ($4 < $5 / 2 || $4 > $5 * 2) { exit 1 }' out
	# Impairments imply it, and cost something: an echo at -3 dB, as late as half a symbol.
	modem-sim ber -m qpsk --echo 0.2:-3 --ebn0 6 --bits 20000 --seed 1 >echoed
	has "$(cat echoed)" 'found by the receiver'
	awk 'NR == 5 && $4 < 2 * $5 { exit 1 }' echoed
}

@test 'what makes no sense is said' {
	while read -r line; do
		# shellcheck disable=SC2086 # options are words
		try modem-sim ber ${line%% => *}
		is "${line%% => *}: $code $(wc -l <err) $(wc -c <out)" "${line%% => *}: 2 1 0"
		has "$(cat err)" "${line#* => }"
	done <<-'END'
	--ebn0 3 => give one with -m
	-m nonsense => there is no scheme "nonsense"
	-m bpsk --ebn0 x => --ebn0: "x" is not dB
	-m bpsk --ebn0 4: => is not dB
	-m bpsk --ebn0 4:2 => is not dB
	-m bpsk --ebn0 1:2:3:4 => is not dB
	-m bpsk --ebn0 1:2:0 => is not dB
	-m bpsk --ebn0 0:100:0.01 => at most 1000
	-m bpsk --ebn0 1,,2 => is not dB
	-m bpsk --bits 0 => --bits: 0 is out of range
	-m bpsk --sync ideal --offset 10 => --sync recovered has more
	-m bpsk x => it takes no file
	-m bpsk --svg /nowhere/x.svg --bits 10 => /nowhere/x.svg
	END
}
