#!/usr/bin/env bats
# capacity.bats - modem-sim capacity: exercises with the answers that textbooks give.

load helper
code=0 # try sets it

# ask OPTIONS => ANSWER: -q prints just that ("; " between lines) and the exit status is 0, or 1 where the answer ends with "!".
ask() {
	local options=${1%% => *} want=${1#* => }
	# shellcheck disable=SC2086 # options are words
	try modem-sim capacity -q $options
	is "$options: $(paste -sd ';' out | sed 's/;/; /g')$([ "$code" = 1 ] && echo '!')" "$options: $want"
	[ "$code" -lt 2 ]
	[ ! -s err ]
}

@test 'answers, in each direction' {
	while read -r line; do
		ask "$line"
	done <<-'END'
	--bandwidth 3000 --levels 2 => at most 6000 bit/s
	--bandwidth 3000 --levels 4 --noiseless => at most 12000 bit/s
	--bandwidth 3100 --snr-db 30 => at most 30898.4 bit/s
	--bandwidth 3100 --snr 1000 => at most 30898.4 bit/s
	--bandwidth 3100 --snr-db 30 --levels 4 => at most 12400 bit/s
	--bandwidth 3100 --snr-db 30 --levels 64 => at most 30898.4 bit/s
	--bandwidth 4000 --snr 0 => at most 0 bit/s
	--bandwidth 3100 --bitrate 56000 --snr-db 30 => 56000 bit/s cannot be sent: at most 30898.4!
	--bandwidth 1e6 --bitrate 7e6 --snr 251 => at least 12 levels (16, if symbols carry whole bits); 7000000 bit/s can be sent: at most 7977280
	--bandwidth 20000 --bitrate 265000 --noiseless => at least 99 levels (128, if symbols carry whole bits)
	--bandwidth 1e6 --bitrate 8e6 --noiseless => at least 16 levels
	--bandwidth 3100 --bitrate 31000 => at least 32 levels; a signal to noise ratio of 30.0988 dB at least
	--bitrate 1000 --snr-db 10 => at least 289.065 Hz at this S/N
	--bitrate 9600 --levels 16 => 2400 baud; at least 1200 Hz
	--baud 2400 --bitrate 9600 => 4 bits a symbol, 16 levels; at least 1200 Hz
	--baud 2400 --levels 4 => 4800 bit/s; at least 1200 Hz
	--baud 1200 --bandwidth 500 => 1200 baud is more than a band of 500 Hz can carry: 1000!
	--bitrate 9600 --baud 1200 --levels 4 => 1200 baud of 4 levels are less than 9600 bit/s; at least 2400 Hz!
	--ebn0 0 --bandwidth 1000 => at most 1000 bit/s
	--ebn0 -1.6 --bandwidth 1000 => nothing can be sent at an Eb/N0 below ln 2 = -1.59 dB!
	--ebn0 0 --bitrate 1000 => at least 1000 Hz
	--ebn0 10 --bandwidth 1000 --bitrate 6000 => 6000 bit/s cannot be sent: at most 5930.74!
	END
}

@test 'the working is shown line by line' {
	modem-sim capacity --bandwidth 3100 --snr-db 30 >out
	is "$(cat out)" 'S/N = 10^(30/10) = 1000

Shannon, white noise: C = B log2(1 + S/N)
  = 3100 x log2(1 + 1000)
  = 3100 x 9.96723
  = 30898.4 bit/s
  as many as sqrt(1 + S/N) = 31.6386 levels without noise

efficiency e = C / B = 30898.4 / 3100 = 9.96723 bit/s/Hz
  needs Eb/N0 = (2^e - 1) / e = 100.329 = 20.0143 dB (in an endless band ln 2 = -1.59 dB)
  has Eb/N0 = S/N x B / C = 100.329 = 20.0143 dB

at most 30898.4 bit/s'
	has "$(modem-sim capacity --bandwidth 3000 --levels 2)" 'Nyquist, without noise: C = 2 B log2 M
  = 2 x 3000 x log2 2
  = 2 x 3000 x 1
  = 6000 bit/s'
}

@test 'a table: absent values are empty' {
	is "$(modem-sim capacity -T tsv --bandwidth 3000 --levels 2 --noiseless | tr '\t' ' ')" \
		'bandwidth_hz baud levels bitrate snr snr_db nyquist shannon efficiency ebn0_db ebn0_min_db
3000  2 6000   6000  2  '
}

@test 'what makes no sense is said' {
	while read -r line; do
		# shellcheck disable=SC2086 # options are words
		try modem-sim capacity ${line%% => *}
		is "${line%% => *}: $code $(wc -l <err) $(wc -c <out)" "${line%% => *}: 2 1 0"
		has "$(cat err)" "${line#* => }"
	done <<-'END'
	--bandwidth 3000 => give two or more of
	--snr 10 --levels 2 => nothing follows from that
	--snr 10 --snr-db 10 --bandwidth 3000 => give one
	--noiseless --snr-db 10 --bandwidth 3000 => give one
	--levels 1 --bandwidth 3000 => --levels: 1 is out of range
	--levels 2.5 --bandwidth 3000 => is not a whole number
	--bandwidth -1 --levels 2 => out of range
	--bandwidth 3 kHz => takes no file
	END
}
