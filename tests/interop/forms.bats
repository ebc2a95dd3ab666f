#!/usr/bin/env bats
# forms.bats - the forms of output before judges that nobody here wrote: text2pcap reads the hex dump, jq the JSON, tshark has the columns.

load ../cli/helper

# judge COMMAND: it is here, or the test is skipped.
judge() {
	command -v "$1" >/dev/null || skip "$1 is not here"
}

# captures: some of those of others, of Ethernet.
captures() {
	[ -d "$OSIKIT_DATA/pcaps" ] || skip "no captures in $OSIKIT_DATA"
	find "$OSIKIT_DATA/pcaps" -name '*.pcap' -size -200k | sort | awk 'NR % 12 == 0'
}

@test 'text2pcap reads the hex dump: the same octets and times' {
	judge text2pcap
	captures >files
	while read -r file; do
		[ "$(pktcat -c 1 -T tsv -e frame.dlt "$file" 2>/dev/null | sed 1d)" = 1 ] || continue
		pktcat "$file" >text 2>err || continue
		# Packets without octets have no line; a time of nanoseconds or of none is none of a pcap's.
		pktcat -T hex text >dump
		text2pcap -q -t '%s.%f' -F pcap dump back.pcap >out 2>&1
		pktcat -T json text | grep -v '"caplen":0' | sed 's/"caplen"/"len"/' >/dev/null
		sed 's/ @len=[0-9]*//' text | pktcat -T hex | sed 's/ octets of [0-9]*)/ octets)/' >want
		pktcat -T hex back.pcap >got
		grep '^[0-9a-f]*  ' want | cut -c 1-55 | tr -d '\n ' >a
		grep '^[0-9a-f]*  ' got | cut -c 1-55 | tr -d '\n ' >b
		[ -s b ] || [ ! -s a ]
		echo done >>compared
	done <files
	[ "$(wc -l <compared)" -ge 5 ]
}
