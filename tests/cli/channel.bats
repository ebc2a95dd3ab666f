#!/usr/bin/env bats
# channel.bats - modem-sim channel: signals in and out, measured as raw 64-bit samples by od and awk.

load helper
code=0 # try sets it

# tone HZ COUNT [AMPLITUDE]: raw samples at 8000 Hz, 16-bit.
tone() {
	LC_ALL=C awk -v hz="$1" -v n="$2" -v a="${3:-0.5}" 'BEGIN {
		for (i = 0; i < n; i++) {
			v = int(a * 32768 * cos(6.283185307179586 * hz * i / 8000))
			if (v < 0) v += 65536
			printf "%c%c", v % 256, int(v / 256)
		}
	}'
}

# power FILE: mean square of raw f64 samples, and their number.
power() {
	od -An -v -w8 -tf8 "$1" | awk '{ s += $1 * $1 } END { printf "%.6f %d\n", s / NR, NR }'
}

# channel ARGUMENT...: the subcommand on raw samples.
channel() {
	modem-sim channel --raw -r 8000 "$@"
}

@test '--help, and what is wrong with options' {
	has "$(modem-sim channel --help)" 'usage: modem-sim channel '
	has "$(modem-sim --help)" ' channel '
	tone 1000 80 >x
	while read -r line; do
		# shellcheck disable=SC2086 # options are words
		try channel ${line%% => *} x
		is "${line%% => *}: $code $(wc -l <err)" "${line%% => *}: 2 1"
		has "$(cat err)" "${line#* => }"
		[ ! -s out ]
	done <<-'END'
	--clock 6% => --clock: "6%" is not an offset from -5% to 5%
	--clock 5 => --clock: "5" is not an offset
	--echo 5 => --echo: "5" is not MS:DB or MS:DB:DEGREES
	--echo 1:2:3:4 => --echo: "1:2:3:4" is not
	--echo 1:x => --echo: "1:x" is not
	--echo -1:0 => delay of an echo, s: -0.001 is not within 0 and 2
	--band 300 => --band: "300" is not LOW:HIGH, in Hz
	--band 3400:300 => no band between 3400 and 300 Hz
	--band 300:5000 => upper edge of the band, Hz: 5000 is not within 0 and 4000
	--twist 3:1200 => has a lower tone and no upper one
	--fading nan => --fading: "nan" is not HZ or HZ:K
	--fading 5000 => Doppler shift, Hz: 5000 is not within 0 and 4000
	--bursts 1:2 => --bursts: "1:2" is not EVERY:MS:SNR
	--ebn0 5 => --ebn0: give the bit rate too, with -m SCHEME or --bitrate
	--ebn0 5 -m nonsense => there is no scheme "nonsense"
	--snr 5 --noise -20 => give one
	--snr x => is not a number
	--quantise 0 => allowed is 1 to 32
	END
	try modem-sim channel x
	fails 2 'modem-sim channel: x: not a WAVE file (raw samples are read with --raw)'
	try modem-sim channel nowhere
	is "$code" 2
	try modem-sim channel x y
	fails 2 'modem-sim channel: one FILE at most: x and y are two'
	try modem-sim channel --raw -w x x
	fails 2 'modem-sim channel: -w: x is the input too'
	[ -s x ]
}

@test 'without options a signal passes as it came, in WAVE files and raw' {
	tone 700 3000 >x
	channel x | cmp - x
	channel <x -w y
	cmp x y
	{
		printf 'RIFF\224\027\0\0WAVEfmt \020\0\0\0\001\0\001\0\100\037\0\0\200\076\0\0\002\0\020\0data\160\027\0\0'
		cat x
	} >x.wav
	modem-sim channel x.wav -w y.wav
	tail -c 6000 y.wav | cmp - x
	is "$(wc -c <y.wav)" 6044
	head -c 3000 x.wav >cut.wav
	try modem-sim channel cut.wav
	fails 1 'modem-sim channel: cut.wav: cut short: it ends after 1478 samples, its header speaks of more'
	is "$(wc -c <out)" 3000
}

@test '--snr, --ebn0 and --noise add noise of that power; silence around does not count' {
	{ tone 1000 8000 0; tone 1000 16000; tone 1000 8000 0; } >x
	for o in '--snr 10' '--ebn0 10 --bitrate 4000' '--noise -19.0309'; do
		# shellcheck disable=SC2086 # options are words
		channel $o --seed 1 --to f64 x >y
		is "$o $(head -c 64000 y >z; power z | awk '{ print ($1 > 0.0117 && $1 < 0.0133), $2 }')" "$o 1 8000"
	done
	# At -20 dB the noise of --snr follows the signal; 1 bit in 8 samples has 8 times the energy of a sample.
	channel --snr 10 --attenuation 20 --seed 1 --to f64 x >y
	is "$(head -c 64000 y >z; power z | awk '{ print ($1 > 0.000117 && $1 < 0.000133) }')" 1
	channel --ebn0 10 --bitrate 1000 --seed 1 --to f64 x >y
	is "$(head -c 64000 y >z; power z | awk '{ print ($1 > 0.047 && $1 < 0.053) }')" 1
	try channel --snr 10 -v --seed 5 x
	is "$(cat err)" "modem-sim channel: seed 5
modem-sim channel: power of the signal: -9.03 dB of full scale
modem-sim channel: power of the noise, 0 to 4000 Hz: -19.03 dB of full scale"
}

@test 'a file, a pipe, and a power that is told give the same' {
	tone 1000 16000 >x
	channel --snr 10 --seed 1 x >a
	tail -c +1 x | channel --snr 10 --seed 1 | cmp - a
	channel --snr 10 --seed 1 <x | cmp - a
	channel --snr 10 --seed 1 --to f64 x >b
	channel --snr 10 --seed 1 --power -9.0313 --to f64 x >c
	paste <(od -An -v -w8 -tf8 b) <(od -An -v -w8 -tf8 c) | awk '{ d = $1 - $2; if (d * d > 1e-8) n++ } END { exit n > 0 }'
	channel --snr 10 --seed 2 x >d
	no cmp -s a d
}

@test 'silence has no signal to noise ratio, and that is said' {
	tone 1000 800 0 >x
	try channel --snr 10 x
	is "$code" 0
	has "$(cat err)" 'x: silence, so that noise has no strength'
	cmp out x
}

@test 'a clock that is 1% fast: shorter by 1%' {
	tone 1000 8080 >x
	is "$(channel --clock 1% x | wc -c)" 16000
	is "$(channel --clock 10000ppm x | wc -c)" 16000
	is "$(channel --clock -1% x | wc -c)" 16324
}

@test 'an echo is where and as strong as it was told; clipping is told' {
	printf '\000\100' >x
	head -c 18 /dev/zero >>x
	is "$(channel --echo 1:-6.0206 --echo 2:-12.0412 --to f64 x | od -An -v -w8 -tf8 |
		awk '$1 * $1 > 1e-10 { printf "%d:%.4f ", NR - 1, $1 }')" '0:0.5000 8:0.2500 16:0.1250 '
	try channel --attenuation -20 x
	is "$code" 0
	is "$(cat err)" 'modem-sim channel: 1 sample beyond full scale clipped: --attenuation or --to f32 avoids that'
}

@test 'with --power it streams' {
	mkfifo i o
	channel --snr 20 --power -9 --seed 1 <i >o &
	exec 7>i 8<o
	tone 1000 100 >&7
	is "$(head -c 200 <&8 | wc -c)" 200
	exec 7>&-
	wait $!
	exec 8<&-
}
