#!/usr/bin/env bats
# The manual fits the tools: what tests/lint (options) and tests/man-examples (examples) do not see.

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	export OSIKIT_BIN=${OSIKIT_BIN:-$PWD/bin}
}

@test "the tables of pkt(5) are those of the protocols" {
	run tests/man-tables
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "tables that are out of date are found" {
	mkdir -p "$BATS_TEST_TMPDIR/tests" "$BATS_TEST_TMPDIR/man"
	cp tests/man-tables "$BATS_TEST_TMPDIR/tests/"
	sed '/tables: begin/,/tables: end/s/Time to Live/Time to Leave/' man/pkt.5 >"$BATS_TEST_TMPDIR/man/pkt.5"
	run "$BATS_TEST_TMPDIR/tests/man-tables"
	[ "$status" -eq 1 ]
	[[ $output == *'-Time to Leave'*'+Time to Live'* ]]
	run "$BATS_TEST_TMPDIR/tests/man-tables" -w
	[ "$status" -eq 0 ]
	cmp man/pkt.5 "$BATS_TEST_TMPDIR/man/pkt.5"
}

@test "every tool and every layer with a tool has its page" {
	for c in layers/*/cmd/*.c; do
		c=${c##*/}
		[ -f "man/${c%.c}.1" ] || { echo "man/${c%.c}.1 is missing"; return 1; }
	done
	for d in layers/[1-7]-*; do
		ls "$d"/cmd/*.c >/dev/null 2>&1 || continue
		[ -f "man/osi-${d##*-}.7" ] || { echo "man/osi-${d##*-}.7 is missing"; return 1; }
	done
}

@test "every page has its sections" {
	for page in man/*.[1-8]; do
		for section in NAME DESCRIPTION EXAMPLES "SEE ALSO" STANDARDS CAVEATS; do
			[ "$page $section" = "man/osikit.7 CAVEATS" ] || grep -q "^\.Sh $section\$" "$page" ||
				{ echo "$page has no $section"; return 1; }
		done
		case $page in
		*.1) grep -q '^\.Sh SYNOPSIS$' "$page" && grep -q '^\.Sh EXIT STATUS$' "$page" ||
			{ echo "$page has no SYNOPSIS or no EXIT STATUS"; return 1; } ;;
		esac
	done
}

@test "pages refer only to pages that are here or belong to others" {
	# Others: the system's own, and those of the peers.
	others='awk cat cmp diff grep gzip head paste sed sort split tail tr tcpdump text2pcap wireshark traceroute pcap-filter pcap-linktype'
	for page in man/*.[1-8]; do
		awk '{ for (i = 1; i < NF; i++) if ($i == "Xr" || $i == ".Xr") print $(i + 1), $(i + 2) }' "$page" |
			while read -r name section; do
				case " $others " in *" $name "*) continue ;; esac
				[ -f "man/$name.$section" ] || { echo "$page refers to $name($section)"; exit 1; }
			done
	done
}
