# direwolf_afsk.bats - packets at 1200 and 300 bit/s between modem-sim and direwolf, both ways, and to multimon-ng.

load direwolf

@test "direwolf hears every packet of ours" {
	for rate in 8000 11025 22050 44100 48000; do
		for mode in "bell202 1200" "afsk300 300"; do
			read -r scheme baud <<<"$mode"
			hdlc send 20 16 | modem-sim tx -m "$scheme" -r $rate -w "$t/x.wav"
			[ "$(theirs "$t/x.wav" -B "$baud")" = 20 ]
		done
	done
}

@test "we hear every packet of direwolf's" {
	for rate in 8000 11025 22050 44100 48000; do
		for mode in "bell202 1200" "afsk300 300"; do
			read -r scheme baud <<<"$mode"
			direwolf 20 "$t/y.wav" -r $rate -B "$baud"
			[ "$(heard "$scheme" "$t/y.wav")" = 20 ]
		done
	done
}

@test "a level of 1 in 100, 8 bits and a wrong tone of 50 Hz do not matter" {
	direwolf 20 "$t/x.wav" -r 44100 -B 1200
	modem-sim channel --attenuation 40 --to s16 -w "$t/y.wav" "$t/x.wav"
	[ "$(heard bell202 "$t/y.wav")" = 20 ]
	direwolf 20 "$t/y.wav" -r 44100 -B 1200 -8
	[ "$(heard bell202 "$t/y.wav")" = 20 ]
	direwolf 20 "$t/y.wav" -r 44100 -B 1200 -m 1250 -s 2250
	[ "$(heard bell202 "$t/y.wav")" = 20 ]
}

@test "multimon-ng hears every packet of ours" {
	need multimon-ng
	hdlc send 20 16 | modem-sim tx -m bell202 -r 22050 --raw >"$t/x.raw"
	[ "$(multimon-ng -q -a AFSK1200 -t raw "$t/x.raw" | grep -c 'quick brown fox')" = 20 ]
}

@test "of direwolf's own 100 packets in rising noise we hear 95 and more, and none that is wrong" {
	gen_packets -n 100 -B 1200 -o "$t/z.wav" >/dev/null
	local ours peers
	ours=$(heard bell202 "$t/z.wav" '^,The quick brown fox jumps over the lazy dog! +[0-9]+ of 100$')
	peers=$(theirs "$t/z.wav" -B 1200 -P E+ -F 1)
	echo "# rising noise: $ours of 100; direwolf $peers" >&3
	[ "$ours" -ge 95 ]
}

@test "1200 bit/s in white noise: half at 6.6 dB, 99 of 100 at 9.5 dB" {
	direwolf 300 "$t/y.wav" -r 44100 -B 1200
	local ours peers db least
	for case in "6.6 150" "9.5 294"; do
		read -r db least <<<"$case"
		modem-sim channel --ebn0 "$db" -m bell202 --seed 1 --to s16 -w "$t/n.wav" "$t/y.wav"
		ours=$(heard bell202 "$t/n.wav")
		peers=$(theirs "$t/n.wav" -B 1200)
		echo "# 1200 bit/s at $db dB: $ours of 300; direwolf ${peers:-0}" >&3
		[ "$ours" -ge "$least" ]
	done
}

@test "twisted tones, a clock 1 % off, and both with 50 Hz of offset" {
	direwolf 40 "$t/y.wav" -r 44100 -B 1200
	for way in "--twist 8" "--twist -8" "--clock 1%" "--clock -1% --offset 50"; do
		# shellcheck disable=SC2086
		modem-sim channel $way --ebn0 14 -m bell202 --seed 2 --to s16 -w "$t/n.wav" "$t/y.wav"
		[ "$(heard bell202 "$t/n.wav")" -ge 38 ]
	done
}
