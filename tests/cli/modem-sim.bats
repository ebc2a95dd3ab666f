#!/usr/bin/env bats
# modem-sim.bats - modem-sim(1) as a filter, tx and rx: packets through signals and a channel.

load helper
code=0 # try sets it

IP='ip id=0 ttl=9 src=0.0.0.0 dst=0.0.0.0 udp sport=0 dport=0 data str=hello'

# some N: N packets of 800 bits.
some() {
	yes "octets hex=$(printf '00ff55aa%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25)" | head -n "$1"
}
errors() { awk '{ sub(/.*@modem-sim.errors=/, ""); n += $0 } END { print n + 0 }' "$@"; }

@test '--help and wrong options' {
	has "$(modem-sim --help)" 'usage: modem-sim '
	for command in tx rx; do
		has "$(modem-sim $command --help)" "usage: modem-sim $command "
		has "$(modem-sim --help)" " $command "
		try modem-sim $command </dev/null
		fails 2 "modem-sim $command: no scheme: give one with -m (modem-sim --schemes lists them)"
	done
	for wrong in '--ebn0 101' '--ebn0 -31' '--ebn0 x' '--ebn0 nan' '--seed -1' '--seed 1.5' '-m qam' --nonsense '--rolloff 2' '--echo x' \
		'-m bpsk --rate 4000 x'; do
		# shellcheck disable=SC2086 # options are words
		try modem-sim $wrong <<<"$IP"
		is "$wrong: $code $(wc -l <err)" "$wrong: 2 1"
		has "$(cat err)" 'modem-sim: '
	done
}

@test '--schemes lists what -m takes' {
	modem-sim --schemes >list
	for m in bell202 bell103 v21 v23 rtty g3ruh9600 psk2400 psk4800 ook bfsk cpfsk msk gmsk bpsk dbpsk qpsk oqpsk pi4dqpsk 8psk 16qam 64qam 256qam; do
		grep -q "^$m " list || { echo "no $m"; return 1; }
	done
	tail -n +2 list | while read -r m _; do
		modem-sim tx -m "$m" --raw <<<'bits b=0110' | head -c 2 | wc -c | grep -qx 2 || { echo "no signal of $m"; exit 1; }
	done
}

@test 'without noise every packet arrives as it came, over every scheme' {
	is "$(modem-sim <<<"$IP @a.b=c")" "$IP @a.b=c @modem-sim.bits=264 @modem-sim.errors=0"
	is "$(modem-sim -m bpsk <<<'ip   ttl=9')" 'ip   ttl=9 @modem-sim.bits=160 @modem-sim.errors=0'
	modem-sim --schemes | tail -n +2 | while read -r m _; do
		got=$(modem-sim -m "$m" --seed 1 <<<"$IP" 2>err | sed 's/ @modem-sim.ebn0.*//')
		[ "$got" = "$IP @modem-sim.bits=264 @modem-sim.errors=0" ] || { echo "$m: $got $(cat err)"; exit 1; }
	done
}

@test 'the same seed gives the same errors; without --seed they differ, and -v says which it was' {
	some 10 >a
	modem-sim --ebn0 3 --seed 7 a >one
	modem-sim --ebn0=3 --seed=7 a | cmp - one
	no cmp -s one <(modem-sim --ebn0 3 --seed 8 a)
	modem-sim --ebn0 3 -v a >one 2>err
	modem-sim --ebn0 3 a >two
	no cmp -s one two
	seed=$(sed -n 's/^modem-sim: seed \([0-9]*\),.*/\1/p' err)
	[ -n "$seed" ]
	modem-sim --ebn0 3 --seed "$seed" a | cmp - one
}

@test 'the error rate is near that of theory, synchronisation included' {
	# Q(sqrt(2 Eb/N0)) = 0.0125008 at 4 dB (Proakis, Digital Communications, 5.2); 3.9 deviations, and 0.3 dB (a factor of 1.25) for the receiver.
	some 200 | modem-sim --ebn0 4 --seed 1 >out
	is "$(wc -l <out)" 200
	awk -v e="$(errors out)" 'BEGIN { n = 160000; p = 0.0125008; s = sqrt(n * p); exit !(e > n * p - 3.9 * s && e < 1.25 * n * p + 3.9 * s) }'
}

@test 'the errors that a packet says it has are those that it has' {
	some 100 >a
	modem-sim --ebn0 4 --seed 3 a | awk '
		BEGIN { for (i = 0; i < 16; i++) for (j = 0; j < 16; j++) { n = 0; for (b = 1; b < 16; b *= 2) n += int(i / b) % 2 != int(j / b) % 2; d[sprintf("%x%x", i, j)] = n } }
		NR == FNR { sent[FNR] = $2; next }
		{ e = 0; for (i = 5; i <= length($2); i++) e += d[substr(sent[FNR], i, 1) substr($2, i, 1)]
		  if ($4 != "@modem-sim.errors=" e) { print "line " FNR ": " e, $4; bad = 1 }; all += e }
		END { exit bad || !all }' a -
}

@test 'its earlier notes are replaced, those of others stay, a time too' {
	is "$(modem-sim <<<"1.5 $IP @modem-sim.bits=1 @a=b @modem-sim.errors=9")" "1.5 $IP @a=b @modem-sim.bits=264 @modem-sim.errors=0"
	has "$(modem-sim --ebn0 2 --seed 1 <<<"1.5 $IP @modem-sim.bits=1 @a=b")" ' @a=b @modem-sim.bits=264 @modem-sim.errors='
	is "$(modem-sim --ebn0 2 --seed 1 <<<"1.5 $IP" | cut -d' ' -f1)" 1.5
}

@test 'bits that are not whole octets and empty packets go through' {
	printf '%s\n' 'bits b=' 'bits b=1' 'bits b=010' 'bits b=1111111100' 'octets hex=' 'data str=' 'frame dlt=4242 hex=00112233' >a
	for m in bpsk 16qam; do
		is "$(modem-sim -m $m a | sed 's/ @.*//; s/ q=f*$//')" "$(cat a)"
	done
	is "$(modem-sim <<<'bits b=010')" 'bits b=010 q=fff @modem-sim.bits=3 @modem-sim.errors=0'
	# Over a line, bits have no beginning; what has one is put into a burst.
	is "$(modem-sim -m bell202 <(tail -n +5 a) | sed 's/ @.*//')" "$(tail -n +5 a)"
}

@test 'data without a transition is no harder to follow' {
	# Zeros only, at 3 dB: Q(sqrt(2 Eb/N0)) = 0.0229 of 12000 bits, 275, and 5 deviations.
	b=$(printf '%012000d' 0)
	for m in bpsk qpsk; do
		modem-sim -m $m --ebn0 3 --seed 1 <<<"bits b=$b" >out
		is "$m: $(cut -d' ' -f2 out | wc -c)" "$m: 12003"
		[ "$(errors out)" -lt 360 ]
	done
}

@test 'bits that arrive hurt say how sure each is; noise that is too strong loses the packet' {
	modem-sim -m qpsk --ebn0 2 --seed 4 >out <<<"bits b=$(printf '0110001%.0s' $(seq 60))"
	grep -qE '^bits b=[01]{420} q=[0-9a-f]{420} @modem-sim.bits=420 @modem-sim.errors=[1-9][0-9]* @modem-sim.ebn0=' out
	# Wrong bits are less sure than right ones.
	awk -v sent="$(printf '0110001%.0s' $(seq 60))" '{ b = substr($2, 3); q = substr($3, 3)
		for (i = 1; i <= 420; i++) { c = index("0123456789abcdef", substr(q, i, 1)) - 1; w = substr(b, i, 1) != substr(sent, i, 1); s[w] += c; n[w]++ }
		exit !(n[1] && s[0] / n[0] > s[1] / n[1] + 2) }' out
	try modem-sim --ebn0 -30 --seed 1 <<<"$IP"
	is "$code $(cat out) $(cat err)" '0  modem-sim: 1 of 1 packet not received'
}

@test 'what arrives hurt is what its receiver makes of it' {
	line='eth da=02:00:00:00:00:02 sa=02:00:00:00:00:01 fcs=crc ip id=0 ttl=64 src=0.0.0.0 dst=0.0.0.0 pad n=26'
	modem-sim --ebn0 3 --seed 2 <<<"$line" >out
	grep -qE '^eth .* fcs=0x[0-9a-f]{8} .*errors=[1-9]' out
	has "$(modem-sim --ebn0 0 --seed 1 <<<udp)" 'octets hex='
	has "$(modem-sim <<<"$IP @len=99")" ' @len=99 '
}

@test 'reads pcap and pcapng' {
	pktcat -w a.pcap <<<"$IP"
	is "$(modem-sim a.pcap)" "0.000000 $IP @modem-sim.bits=264 @modem-sim.errors=0"
	pktcat -w a.pcapng <<<"1.5 $IP"
	is "$(modem-sim <a.pcapng)" "1.5 $IP @modem-sim.bits=264 @modem-sim.errors=0"
}

@test '-v says seed, bits, errors and the theory' {
	some 10 | modem-sim --ebn0 4 --seed 1 -v 2>err >out
	is "$(sed -n 1p err)" 'modem-sim: seed 1, 19200 samples a second'
	is "$(sed -n 2p err | sed 's/[0-9]* with/N with/')" 'modem-sim: 10 packets sent, 0 not received, N with errors'
	has "$(sed -n 3p err)" "modem-sim: 8000 bits sent, $(errors out) wrong (rate "
	has "$(sed -n 4p err)" 'modem-sim: theory: 0.0125 (Q(sqrt(2 Eb/N0))'
}

# ---- tx and rx ----

@test 'packets go through a WAV file and come out as what they were' {
	printf '%s\n' "$IP" 'eth da=02:00:00:00:00:02 sa=02:00:00:00:00:01 fcs=crc ip id=0 ttl=64 src=0.0.0.0 dst=0.0.0.0 pad n=26' 'octets hex=00ff55' >a
	for m in qpsk 16qam bell202 psk2400 msk; do
		modem-sim tx -m $m -w a.wav a
		modem-sim rx -m $m a.wav >out
		is "$m: $(sed 's/^[0-9.]* //; s/ @.*//' out | grep -v '^bits')" "$m: $(cat a)"
		is "$m: $(sed 's/ .*//' out | sort -n | cmp - <(sed 's/ .*//' out) 2>&1)" "$m: "
	done
}

@test 'every sample format, and a pipe, carry the same packets' {
	for f in u8 s16 s24 s32 f32 f64 ulaw alaw; do
		is "$f: $(modem-sim tx -m qpsk --format $f <<<"$IP" | modem-sim rx -m qpsk | sed 's/^[0-9.]* //; s/ @.*//')" "$f: $IP"
		modem-sim tx -m qpsk --format $f --raw -r 11025 <<<"$IP" >a.raw
		is "$f: $(modem-sim rx -m qpsk --raw --format $f -r 11025 a.raw | sed 's/^[0-9.]* //; s/ @.*//')" "$f: $IP"
	done
}

@test 'the bits of a line go out as they are, and come in with confidences, or without' {
	b=$(printf '01111110%.0s' $(seq 32))0100110111010001$(printf '01111110%.0s' 1 2)
	modem-sim tx -m bell202 -w a.wav <<<"bits b=$b"
	modem-sim rx -m bell202 a.wav >out
	grep -qE '^[0-9.]+ bits b=[01]+ q=[0-9a-f]+( @modem-sim[^ ]*)*$' out
	has "$(cat out)" 0100110111010001
	no grep -q q= <(modem-sim rx --hard -m bell202 a.wav)
	# The first bit was sent a tenth of a second behind the start.
	awk '{ exit !($1 > 0.05 && $1 < 0.15) }' out
}

@test 'bytes go out as characters and come in again' {
	head -c 300 /dev/urandom >a
	for m in bell103 bell202 v21 v23; do
		modem-sim tx -m $m --bytes -w a.wav a
		modem-sim rx -m $m --bytes a.wav | cmp - a
	done
	modem-sim tx -m rtty --bytes <<<'RYRY THE QUICK BROWN FOX 123' | modem-sim rx -m rtty --bytes >out
	has "$(cat out)" 'RYRY THE QUICK BROWN FOX 123'
	modem-sim tx -m bell103 --bytes --data-bits 7 --parity even <<<hello | modem-sim rx -m bell103 --bytes --data-bits 7 --parity even >out
	is "$(cat out)" hello
	try modem-sim rx -m qpsk --bytes a.wav
	is "$code" 2
}

@test 'a channel of a file with two' {
	sox -V0 -n -r 8000 -c 1 -b 16 empty.wav trim 0 1 2>/dev/null || skip 'sox is not here'
	modem-sim tx -m bell103 --bytes -r 8000 -w a.wav <<<hello
	sox -M empty.wav a.wav two.wav 2>/dev/null
	is "$(modem-sim rx -m bell103 --bytes -c 2 two.wav)" hello
	try modem-sim rx -m bell103 --bytes -c 3 two.wav
	fails 2 'modem-sim rx: two.wav: has 2 channels, there is no channel 3'
}

@test 'what is no signal: clear words, and the right status' {
	try modem-sim rx -m bell202 nowhere.wav
	fails 2 'modem-sim rx: open nowhere.wav: No such file or directory'
	echo 'hello, this is a text' >a
	try modem-sim rx -m bell202 a
	fails 2 'modem-sim rx: a: not a WAVE file (raw samples are read with --raw)'
	: >a
	try modem-sim rx -m bell202 a
	fails 2 'modem-sim rx: a: empty, not a WAVE file'
	head -c 16000 /dev/zero >a
	try modem-sim rx -m bell202 --raw -r 8000 a
	fails 1 'modem-sim rx: a: silence, 1.0 s of it: every sample is 0'
	try modem-sim rx -m qpsk --raw -r 8000 <(awk 'BEGIN { for (i = 0; i < 16000; i++) printf "\001\377" }')
	is "$code" 1
	has "$(cat err)" ': no qpsk signal in 2.0 s of sound (peak -'
	modem-sim tx -m bell103 --bytes -w a.wav <<<hello
	head -c 20000 a.wav >cut.wav
	try modem-sim rx -m bell103 --bytes cut.wav
	is "$code" 1
	has "$(cat err)" 'modem-sim rx: cut.wav: cut short: it ends after 9978 samples, its header speaks of more'
	try modem-sim rx -m bell202 -r 1e9 a.wav
	is "$code" 2
	try modem-sim rx -m bell202 a.wav a.wav
	fails 2 'modem-sim rx: one FILE at most: a.wav and a.wav are two'
}

@test 'a signal is not written to a terminal, and a rate that is too low says what is needed' {
	try modem-sim tx -m bell202 -r 2000 -w a.wav <<<'bits b=01'
	is "$code" 2
	has "$(cat err)" 'modem-sim tx: '
	try modem-sim tx -m bell202 -w /dev/full <<<'bits b=01'
	is "$code" 2
}
