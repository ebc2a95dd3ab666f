# minimodem.bats - octets over sound, between modem-sim and minimodem, both ways.

load peers

setup() {
	need minimodem
	t=$BATS_TEST_TMPDIR
	for n in $(seq 0 255); do printf '%b' "\\x$(printf %02x "$n")"; done >"$t/octets"
	fold -w 60 LICENSE | tr '[:lower:]' '[:upper:]' | tr -cd "A-Z0-9\r\n !&#'()\":;?,./-" | head -c 400 >"$t/text"
}

# there SCHEME MODE RATE FILE: what we send arrives at minimodem.
there() {
	modem-sim tx -m "$1" --bytes -r "$3" -w "$t/x.wav" <"$4"
	minimodem --rx -q -f "$t/x.wav" "$2" 2>/dev/null | cmp - "$4"
}

# back SCHEME MODE RATE FILE [OPTION...]: what minimodem sends arrives here.
back() {
	minimodem --tx -R "$3" "${@:5}" -f "$t/y.wav" "$2" <"$4"
	modem-sim rx -m "$1" --bytes "$t/y.wav" | cmp - "$4"
}

@test "minimodem: 300 and 1200 baud, every octet, both ways" {
	for rate in 8000 11025 22050 44100 48000; do
		there bell103 300 $rate "$t/octets"
		there bell202 1200 $rate "$t/octets"
		back bell103 300 $rate "$t/octets"
		# At 1200 baud and a low rate the whole samples of minimodem's bits are far from the right length: at 8000 Hz 7 for
		# 6.67, at 22050 Hz 18 for 18.375.
		[ $rate -lt 44100 ] || back bell202 1200 $rate "$t/octets"
	done
	back bell103 300 48000 "$t/octets" --float-samples
	back bell103 300 48000 "$t/octets" -v 0.01
}

@test "minimodem: V.21 and V.23 by their tones" {
	modem-sim tx -m v21 --bytes -w "$t/x.wav" <"$t/octets"
	minimodem --rx -q -M 980 -S 1180 -f "$t/x.wav" 300 | cmp - "$t/octets"
	back v23 1200 48000 "$t/octets" -M 1300 -S 2100
}

@test "minimodem: rtty and tdd, both ways" {
	for mode in rtty tdd; do
		there $mode $mode 48000 "$t/text"
		back $mode $mode 48000 "$t/text"
		there $mode $mode 8000 "$t/text"
		back $mode $mode 44100 "$t/text"
	done
}

@test "minimodem: same, both ways" {
	# minimodem leaves out octets like those of the preamble wherever they are.
	tr -d '\253' <"$t/octets" >"$t/some"
	for rate in 8000 22050 44100 48000; do
		there same same $rate "$t/some"
	done
	for rate in 11025 22050 44100 48000; do
		back same same $rate "$t/octets"
	done
}

@test "multimon-ng: an alert, three times" {
	need multimon-ng
	alert=ZCZC-WXR-TOR-039173-039051+0030-1591829-KCLE/NWS-
	for _ in 1 2 3; do
		printf %s $alert | modem-sim tx -m same --bytes -r 22050 --raw
		head -c 44100 /dev/zero # a second of silence
	done >"$t/eas"
	multimon-ng -q -a EAS -t raw "$t/eas" >"$t/heard"
	grep -qF "$alert" "$t/heard"
	[ "$(modem-sim rx -m same --bytes --raw -r 22050 "$t/eas")" = $alert$alert$alert ]
}
