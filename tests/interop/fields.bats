# fields.bats - our fields agree with tshark's, packet by packet, occurrence by occurrence.

load peers

@test "fields: every packet of the captures of others, against tshark" {
	need python3 tshark mergecap
	captures >/dev/null
	counts python3 "$here/fields.py"
}

@test "fields: 20,000 generated packets, against tshark" {
	need python3 tshark mergecap
	mkmix=${OSIKIT_OBJ:-bin/.obj}/tests/bench/mkmix
	[ -x "$mkmix" ] || ${CC:-cc} -O1 -o "$BATS_TEST_TMPDIR/mkmix" tests/bench/mkmix.c
	[ -x "$mkmix" ] || mkmix=$BATS_TEST_TMPDIR/mkmix
	"$mkmix" 20000 >"$BATS_TEST_TMPDIR/mix.pcap"
	counts python3 "$here/fields.py" "$BATS_TEST_TMPDIR/mix.pcap"
}
