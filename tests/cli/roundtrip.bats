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

# readable: the captures that these tools can read: without zlib those in gzip are not among them.
readable() {
	printf 'x' | gzip -c >x.gz
	if pktcat x.gz 2>&1 | grep -q 'no zlib'; then grep -v '\.gz$' "$CAPTURES"; else cat "$CAPTURES"; fi
}

# each FUNCTION: calls it for every capture, on all processors. What it prints is a fault.
each() {
	readable >list
	# shellcheck disable=SC2163 # it is a name
	export -f "$1" to_the_octet records
	xargs -a list -d '\n' -n 16 -P "$(getconf _NPROCESSORS_ONLN)" bash -c '
		d=$(mktemp -d) && cd "$d" || exit
		for f; do '"$1"' "$f"; done
		rm -r "$d"' bash >faults 2>&1
	head -n 20 faults
	[ ! -s faults ]
}

# through_text FILE: text -> capture -> text is the same; and with the file's own octets as the judge, not our reader, behind the
# file header a little-endian pcap comes back as it was. Link types of more than 16 bits go into a classic pcap only.
through_text() {
	whole=yes y=y.pcap
	pktcat -q "$1" >a 2>err || whole=no
	if ! pktcat -q -w y.pcapng a 2>err; then
		grep -q 'pcapng holds 16 bits of it' err || echo "$1: $(cat err)"
	else
		y=y.pcapng
	fi
	magic=$(od -An -tx4 --endian=little -N4 "$1")
	case $magic in
	*a1b2c3d4 | *a1b23c4d) to_the_octet "$1" ;;
	*) [ $y = y.pcapng ] || pktcat -q -w y.pcap a || echo "$1: not written" ;;
	esac
	pktcat -q $y | cmp -s - a || echo "$1: the text of $y differs"
}

to_the_octet() {
	pktcat -q -w y.pcap a || { echo "$1: not written"; return; }
	was=$(stat -c %s "$1") is=$(stat -c %s y.pcap)
	[ "$whole" = no ] || [ -s a ] || [ "$was" = 24 ] || echo "$1: no text"
	[ -s a ] || return
	[ "$whole" = no ] || [ "$was" = "$is" ] || echo "$1: $was octets, now $is"
	cmp -n 4 "$1" y.pcap
	cmp -s -i 20 -n $((is - 20)) "$1" y.pcap && return
	# All that may differ is a fraction of a second or more, which carries (rule 5).
	cmp -s <(records "$1") <(records y.pcap) || echo "$1: other records"
}

# records FILE: seconds, fraction, lengths and octets of each whole record of a little-endian pcap, in decimal.
records() {
	od -An -v -tu1 -w1 "$1" | awk '
		function le(i) { return o[i] + 256 * o[i + 1] + 65536 * o[i + 2] + 16777216 * o[i + 3] }
		{ o[NR - 1] = $1 }
		END {
			whole = o[0] == 77 ? 1e9 : 1e6
			for (at = 24; at + 16 <= NR; at += 16 + n) {
				n = le(at + 8); frac = le(at + 4)
				if (at + 16 + n > NR) break
				printf "%d %d %d %d", le(at) + int(frac / whole), frac % whole, n, le(at + 12)
				for (i = 0; i < n; i++) printf " %d", o[at + 16 + i]
				print ""
			}
		}'
}

@test 'every capture comes through text as it was: pcapng, and pcap to the octet' {
	have_captures
	each through_text
}

@test 'all captures in one stream, of all link types and precisions, make one pcapng' {
	have_captures
	readable >list
	head -n 60 list | while read -r f; do pktcat -q "$f" 2>/dev/null || :; done | grep -vE '^[0-9.]+ frame dlt=[0-9]{6}' >a
	[ -s a ]
	pktcat -q -w y.pcapng a
	pktcat -q y.pcapng | cmp - a
	pktcat -q -Q y.pcapng | pktcat | cmp - a
}
