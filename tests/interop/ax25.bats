# ax25.bats - AX.25 and FX.25 frames through sound: ours to direwolf and multimon-ng, direwolf's to us; with --fix more of them, none false.

load peers

setup() {
	need gen_packets atest
	t=$BATS_TEST_TMPDIR
}

# sent N: what gen_packets -n N sends, its text without the escapes of packet text: "... 0007 of 0100".
text() { grep -o 'data str=.*' | sed 's/data str=//; s/ @.*//; s/%20/ /g; s/%21/!/g; s/%0D//g; s/%0A//g'; }

# theirs WAVE OPTION...: how many packets direwolf decodes.
theirs() { atest "${@:2}" "$1" | grep -ao '[0-9]* packets decoded' | cut -d ' ' -f 1; }

@test "ax25: the pipe of the manual, to direwolf and to multimon-ng" {
	need multimon-ng
	ipsend -n ax25 dst=APRS src=N0CALL-1 data str=hello | framer -t ax25 --bits | modem-sim tx -m bell202 -w "$t/x.wav"
	atest "$t/x.wav" | grep -aq 'N0CALL-1>APRS:hello'
	multimon-ng -q -a AFSK1200 -t wav "$t/x.wav" | grep -aq 'fm N0CALL-1 to APRS'
}

@test "ax25: direwolf hears each frame of connected mode, repeaters and all" {
	for ctl in 0x00 0x54 0x01 0x35 0xe9 0x2d 0x2f 0x3f 0x43 0x63 0x73 0x1f 0x03 0x13; do
		echo "ax25 dst=KB1ABC-15 src=W1AW-3 via=WIDE1-1+,RELAY ctl=$ctl data str=information"
	done >"$t/sent"
	framer -t ax25 --bits "$t/sent" | modem-sim tx -m bell202 -w "$t/x.wav"
	[ "$(theirs "$t/x.wav")" -eq 14 ]
	[ "$(atest "$t/x.wav" | grep -ac 'W1AW-3>KB1ABC-15,WIDE1-1\*,RELAY:')" -eq 14 ]
}

@test "ax25: 95 of gen_packets' 100 or more, none false, and more with --fix" {
	gen_packets -n 100 -B 1200 -o "$t/x.wav" >/dev/null
	modem-sim rx -m bell202 "$t/x.wav" >"$t/bits"
	framer -d -q -t ax25 "$t/bits" | text >"$t/plain" || true
	framer -d -q -t ax25 --fix "$t/bits" | text >"$t/fixed" || true
	for f in plain fixed; do
		run grep -vE '^,The quick brown fox jumps over the lazy dog!  0[0-9]{3} of 0100$' "$t/$f"
		[ -z "$output" ]
		[ "$(sort "$t/$f" | uniq -d | wc -l)" -eq 0 ]
	done
	plain=$(wc -l <"$t/plain") fixed=$(wc -l <"$t/fixed")
	echo "# of 100: $plain, with --fix $fixed; direwolf $(theirs "$t/x.wav")" >&3
	[ "$plain" -ge 95 ]
	[ "$fixed" -gt "$plain" ] || [ "$fixed" -eq 100 ]
}

@test "fx25: direwolf repairs nothing in what we send, and finds all eleven tags" {
	for check in 16 32 64; do
		for n in 1 20 60 90 150; do
			echo "ax25 dst=APRS src=N0CALL-1 data str=$(printf "%0${n}d" 0)"
		done | framer -t fx25 --check $check 2>/dev/null | modem-sim tx -m bell202 -w "$t/x.wav" || true
		atest -d x "$t/x.wav" >"$t/$check"
	done
	cat "$t/16" "$t/32" "$t/64" >"$t/all"
	[ "$(grep -ao 'Matched correlation tag 0x0.' "$t/all" | sort -u | wc -l)" -ge 9 ]
	[ "$(grep -ac 'with 0 bit errors' "$t/all")" -eq "$(grep -ac 'FEC complete with no errors' "$t/all")" ]
	[ "$(grep -ac 'FEC complete with no errors' "$t/all")" -ge 12 ]
	echo "# $(grep -ac 'FEC complete with no errors' "$t/all") blocks, tags $(grep -ao 'correlation tag 0x0.' "$t/all" | sort -u | sed 's/.* 0x//' | tr '\n' ' ')" >&3
}

@test "fx25: direwolf's blocks, clean and in noise: at least as many as direwolf" {
	for check in 16 32 64; do
		gen_packets -n 20 -X $check -o "$t/x.wav" >/dev/null
		ours=$(modem-sim rx -m bell202 "$t/x.wav" | framer -d -q -t fx25 | wc -l)
		them=$(theirs "$t/x.wav")
		echo "# $check check symbols: $ours of 20, direwolf $them" >&3
		[ "$ours" -ge 20 ] && [ "$ours" -ge "$them" ]
	done
}

@test "kiss: direwolf's octets on TCP, and ours to it" {
	need direwolf python3
	counts timeout 60 python3 "$here/direwolf_kiss.py" "$t" || { cat "$t/dw.log"; false; }
}
