#!/usr/bin/env bats
# roundtrip.bats - capture -> packet text -> capture is the identity, for every capture in OSIKIT_DATA, the damaged ones up to
# their damage. tests/unit/roundtrip_test.c compares record by record, and many mutants of these.

load helper

setup_file() {
	export CAPTURES=$BATS_FILE_TMPDIR/captures
	[ ! -d "${OSIKIT_DATA:-/nonexistent}" ] || find "$OSIKIT_DATA" -type f \
		\( -name '*.pcap' -o -name '*.pcapng' -o -name '*.cap' -o -name '*.pcap.gz' -o -name '*.pcapng.gz' \) | sort >"$CAPTURES"
}

have_captures() {
	[ -s "$CAPTURES" ] || skip 'no captures: OSIKIT_DATA names none'
}

# zlib: the tools read gzip.
zlib() {
	printf 'x' | gzip -c >x.gz
	! pktcat x.gz 2>&1 | grep -q 'no zlib'
}

# each FUNCTION: calls it for every capture, on all processors. What it prints is a fault.
each() {
	zlib && cp "$CAPTURES" list || grep -v '\.gz$' "$CAPTURES" >list
	export -f "$1"
	xargs -a list -d '\n' -n 16 -P "$(getconf _NPROCESSORS_ONLN)" bash -c '
		d=$(mktemp -d) && cd "$d" || exit
		for f; do '"$1"' "$f"; done
		rm -r "$d"' bash >faults 2>&1
	head -n 20 faults
	[ ! -s faults ]
}

# Link types with more than 16 bits, which say something of an FCS, go into a classic pcap only.
through_text() {
	y=y.pcapng
	pktcat -q "$1" >a 2>err
	if ! pktcat -q -w $y a 2>err2; then
		y=y.pcap
		grep -q 'pcapng holds 16 bits of it' err2 && pktcat -q -w $y a || echo "$1: $(cat err2)"
	fi
	pktcat -q $y >b || echo "$1: $y is not read"
	cmp -s a b || echo "$1: $(diff a b | head -n 2 | cut -c1-200)"
}

@test 'text -> pcapng -> text is the same for every capture' {
	have_captures
	each through_text
}

# The file's own octets are the judge here, not our reader: behind the file header a little-endian pcap comes back as it was.
to_the_octet() {
	case $(od -An -tx1 -N4 "$1" | tr -d ' ') in d4c3b2a1 | 4d3cb2a1) ;; *) return ;; esac
	whole=yes
	pktcat -q "$1" 2>err >a || whole=no
	pktcat -q -w y.pcap a || { echo "$1: not written"; return; }
	[ -s a ] || return
	size=$(wc -c <y.pcap)
	[ $whole = no ] || [ "$(wc -c <"$1")" = "$size" ] || echo "$1: $(wc -c <"$1") octets, now $size"
	cmp -n 4 "$1" y.pcap && cmp -i 20 -n $((size - 20)) "$1" y.pcap
}

@test 'pcap -> text -> pcap is the same to the octet' {
	have_captures
	each to_the_octet
}

@test 'all captures in one stream, of all link types and precisions, make one pcapng' {
	have_captures
	zlib && cp "$CAPTURES" list || grep -v '\.gz$' "$CAPTURES" >list
	head -n 60 list | while read -r f; do pktcat -q "$f" 2>/dev/null || :; done | grep -vE '^[0-9.]+ frame dlt=[0-9]{6}' >a
	pktcat -q -w y.pcapng a
	pktcat -q y.pcapng | cmp - a
	pktcat -q -Q y.pcapng | pktcat | cmp - a
}
