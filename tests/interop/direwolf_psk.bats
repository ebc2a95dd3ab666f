# direwolf_psk.bats - packets at 2400, 4800 and 9600 bit/s between modem-sim and direwolf, both ways, and to multimon-ng.

load direwolf

@test "direwolf hears every packet of ours" {
	local rate mode
	for rate in 22050 44100 48000; do
		for mode in "psk2400 -B 2400" "psk2400a -B 2400 -j" "psk2400b -B 2400 -J" "psk4800 -B 4800" "g3ruh9600 -B 9600"; do
			IFS=" " read -ra m <<<"$mode"
			hdlc send 20 16 | modem-sim tx -m "${m[0]}" -r $rate -w "$t/x.wav"
			[ "$(theirs "$t/x.wav" "${m[@]:1}")" = 20 ]
		done
	done
}

@test "we hear every packet of direwolf's" {
	for rate in 44100 48000; do
		for mode in "psk2400 -B 2400 -j" "psk2400 -B 2400 -J" "psk2400a -B 2400 -j" "psk2400b -B 2400 -J" "psk4800 -B 4800" "g3ruh9600 -B 9600"; do
			IFS=" " read -ra m <<<"$mode"
			direwolf 20 "$t/y.wav" -r $rate "${m[@]:1}"
			[ "$(heard "${m[0]}" "$t/y.wav")" = 20 ]
		done
	done
}

@test "multimon-ng hears every packet of ours at 9600 bit/s" {
	need multimon-ng
	hdlc send 20 16 | modem-sim tx -m g3ruh9600 -r 22050 --raw >"$t/x.raw"
	[ "$(multimon-ng -q -a FSK9600 -t raw "$t/x.raw" | grep -c 'quick brown fox')" = 20 ]
}

# in_noise SCHEME EBN0 POWER OPTION...: half of 200 packets of direwolf's in white noise, over the full band, and more than it hears.
in_noise() {
	direwolf 200 "$t/y.wav" "${@:4}"
	modem-sim channel --ebn0 "$2" -m "$1" --power "$3" --seed 1 --to s16 -w "$t/n.wav" "$t/y.wav"
	local ours peers
	ours=$(heard "$1" "$t/n.wav")
	peers=$(theirs "$t/n.wav" "${@:4}")
	echo "# $1 at $2 dB: $ours of 200; direwolf ${peers:-0}" >&3
	[ "$ours" -ge 100 ] && [ "$ours" -gt "${peers:-0}" ]
}

@test "half of the packets at Eb/N0 of 7.3, 8 and 11.5 dB, where direwolf hears few" {
	# Amplitude 8191 of 32768; the pulses at 9600 bit/s have the power of 3/4 of the square.
	in_noise g3ruh9600 7.3 -13.3 -B 9600
	in_noise psk2400 8 -15.05 -B 2400 -j
	in_noise psk2400 8 -15.05 -B 2400 -J
	in_noise psk4800 11.5 -15.05 -B 4800
}

@test "offsets of 30 Hz and clocks 200 ppm off cost nothing" {
	for mode in "psk2400 -B 2400 -J" "psk4800 -B 4800"; do
		IFS=" " read -ra m <<<"$mode"
		direwolf 20 "$t/y.wav" "${m[@]:1}"
		for offset in -30 30; do
			modem-sim channel --offset $offset --clock 200ppm --seed 1 -w "$t/n.wav" "$t/y.wav"
			[ "$(heard "${m[0]}" "$t/n.wav")" = 20 ]
		done
	done
	direwolf 20 "$t/y.wav" -B 9600
	modem-sim channel --clock 200ppm --seed 1 -w "$t/n.wav" "$t/y.wav"
	[ "$(heard g3ruh9600 "$t/n.wav")" = 20 ]
}
