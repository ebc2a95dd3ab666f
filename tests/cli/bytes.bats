#!/usr/bin/env bats
# bytes.bats - modem-sim tx and rx --bytes: octets as start-stop characters, and back.

load helper
code=0 # try sets it

# there_and_back ARGS...: what is on stdin, through tx and rx in a pipe.
there_and_back() {
	modem-sim tx --bytes "$@" | modem-sim rx --bytes "$@"
}

# octets: all 256 of them.
all_octets() {
	local n
	for n in 0 1 2 3 4 5 6 7 8 9 a b c d e f; do
		printf '%b' "\\x${n}0\\x${n}1\\x${n}2\\x${n}3\\x${n}4\\x${n}5\\x${n}6\\x${n}7\\x${n}8\\x${n}9\\x${n}a\\x${n}b\\x${n}c\\x${n}d\\x${n}e\\x${n}f"
	done
}

@test 'every octet arrives, in every scheme of eight bits' {
	all_octets >all
	is "$(wc -c <all)" 256
	for scheme in bell103 bell202 v21 v23 same; do
		there_and_back -m $scheme <all | cmp - all
	done
}

@test 'nothing, one octet, and a file of sound' {
	is "$(there_and_back -m bell103 </dev/null | wc -c)" 0
	is "$(printf x | there_and_back -m bell202)" x
	printf 'a message\n' >msg
	modem-sim tx -m bell103 --bytes -w x.wav <msg
	try modem-sim rx -m bell103 --bytes x.wav
	quiet_ok
	cmp out msg
}

@test 'teleprinters know letters and figures, and no lower case' {
	is "$(there_and_back -m rtty <<<'The quick brown fox: 3 + 4 = 7!')" 'THE QUICK BROWN FOX: 3  4  7!'
	is "$(there_and_back -m tdd --usos no <<<'CALL 555 NOW')" 'CALL 555 NOW'
}

@test 'other forms of character' {
	for form in '--data-bits 7 --parity even' '--data-bits 7 --parity odd --stop-bits 2' '--parity even' '--stop-bits 1.5' '--invert' \
		'-b 2400 --carrier 4000' '-b 75'; do
		# shellcheck disable=SC2086 # options are words
		is "$form: $(there_and_back -m bell202 $form <<<'Hello, world')" "$form: Hello, world"
	done
}

@test 'a live pipe: characters come before the input ends' {
	mkfifo in
	{
		modem-sim tx -m bell103 --bytes --raw <<<'soon'
		head -c 96000 /dev/zero # a second of silence
		cat in
	} | modem-sim rx -m bell103 --bytes --raw >live &
	rx=$!
	await grep -qx soon live
	: >in
	wait $rx
}

@test 'silence and noise are no characters' {
	head -c 960000 /dev/zero >zero
	try modem-sim rx -m bell103 --bytes --raw zero
	is "$code $(wc -c <out)" '1 0'
	seq 1 200000 | awk 'BEGIN { srand(1) } { printf "%c", 33 + int(rand() * 90) }' >noise
	try modem-sim rx -m bell202 --bytes --raw --format u8 noise
	is "$code $(wc -c <out)" '1 0'
}

@test 'schemes that carry no characters, and rates too low' {
	modem-sim tx -m bell103 --bytes -w x.wav <<<x
	try modem-sim rx -m qpsk --bytes x.wav
	is "$code $(wc -l <err)" '2 1'
	has "$(cat err)" 'two tones'
	try modem-sim tx -m bell202 --bytes -r 4000 </dev/null
	is "$code $(wc -l <err)" '2 1'
	has "$(cat err)" 'samples a second'
	try modem-sim tx -m bell202 --bytes --data-bits 9 </dev/null
	is "$code $(wc -l <err)" '2 1'
}
