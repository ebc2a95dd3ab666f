# channel.bats - modem-sim channel, measured by sox, and heard by minimodem.

load peers

setup() {
	need sox
	cd "$BATS_TEST_TMPDIR" || return 1
	sox -n -r 48000 -b 24 -c 1 tone.wav synth 5 sine 1500 vol 0.25
}

# level FILE [EFFECT...]: RMS over 2 s from the middle, dB of full scale.
level() {
	local file=$1
	shift
	sox "$file" -n "$@" trim 1.5 2 stats 2>&1 | awk '/^RMS lev dB/ { print $4 }'
}

# within A B TOLERANCE
within() {
	awk -v a="$1" -v b="$2" -v t="$3" 'BEGIN { d = a - b; if (d < 0) d = -d; if (a != "" && d <= t) exit 0; print a, "is not", b; exit 1 }'
}

@test "channel: levels that sox measures: attenuation, noise, an echo, a band, de-emphasis" {
	within "$(level tone.wav)" -15.05 0.02
	modem-sim channel --attenuation 10 tone.wav -w x.wav
	within "$(level x.wav)" -25.05 0.02
	modem-sim channel --attenuation 200 --noise -30 --seed 1 tone.wav -w x.wav
	within "$(level x.wav)" -30 0.1
	within "$(level x.wav sinc 6k-12k)" -36.02 0.2 # a quarter of the band has a quarter of the power
	modem-sim channel --snr 0 --seed 1 tone.wav -w x.wav
	within "$(level x.wav)" -12.04 0.1
	modem-sim channel --echo 0.66666667:0 tone.wav -w x.wav # a whole period
	within "$(level x.wav)" -9.03 0.02
	modem-sim channel --band 2000:3000 tone.wav -w x.wav
	awk -v a="$(level x.wav)" 'BEGIN { exit !(a < -70) }'
	modem-sim channel --deemphasis 750 tone.wav -w x.wav # (1 + (2 pi 1.5 0.75)^2) / (1 + (2 pi 0.75)^2), against 1 kHz
	within "$(level x.wav)" -18.45 0.05
}

@test "channel: frequencies that sox finds: carrier and clock offset" {
	modem-sim channel --offset 300 tone.wav -w x.wav
	within "$(level x.wav sinc -t 50 1650-1950)" -15.05 0.1
	awk -v a="$(level x.wav sinc -t 50 1300-1600)" 'BEGIN { exit !(a < -60) }'
	modem-sim channel --clock 2% tone.wav -w x.wav
	within "$(soxi -D x.wav)" 4.901961 0.0001
	within "$(level x.wav sinc -t 10 1515-1545)" -15.05 0.2 # 1530 Hz
}

@test "channel: minimodem hears through it what it would hear after sox did the same" {
	need minimodem
	printf 'the quick brown fox jumps over the lazy dog %s\n' 1 2 3 4 5 >text
	minimodem --tx --quiet -f sent.wav 1200 <text
	modem-sim channel --clock 0.5% --band 300:3400 --snr 20 --seed 1 sent.wav -w x.wav
	minimodem --rx --quiet -f x.wav 1200 | cmp - text
}
