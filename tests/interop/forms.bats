#!/usr/bin/env bats
# forms.bats - the forms of output before judges that nobody here wrote: text2pcap reads the hex dump, jq the JSON, tshark has columns too.

load ../cli/helper

# judge COMMAND: it is here, or the test is skipped.
judge() {
	command -v "$1" >/dev/null || skip "$1 is not here"
}

# captures EVERY: some of those of others.
captures() {
	[ -d "$OSIKIT_DATA/pcaps" ] || skip "no captures in $OSIKIT_DATA"
	find "$OSIKIT_DATA/pcaps" -name '*.pcap' -size -200k | sort | awk -v every="$1" 'NR % every == 0' >files
}

# octets_of: the octets of each packet of a hex dump, a line a packet.
octets_of() {
	awk '/^[0-9a-f][0-9a-f][0-9a-f][0-9a-f]+  / { s = substr($0, 7, 49); gsub(/ /, "", s); all = all s; next }
		/^$/ && all != "" { print all; all = "" }'
}

@test 'text2pcap reads the hex dump: the same octets and times' {
	judge text2pcap
	captures 12
	while read -r file; do
		pktcat "$file" >text 2>/dev/null || continue
		pktcat -T hex text >dump
		text2pcap -q -t '%s.%f' -F pcap dump back.pcap >/dev/null 2>&1
		octets_of <dump >want
		pktcat -T hex back.pcap | octets_of >got
		cmp want got || { echo "$file"; false; }
		# Of microseconds; a packet without octets cannot be in a dump.
		pktcat -T tsv -e caplen,time text | awk 'NR > 1 && $1 > 0 { print $2 }' >want
		if grep -qxE '[0-9]+\.[0-9]{6}' want; then
			pktcat -T tsv -e time back.pcap | sed 1d | diff want - || { echo "$file"; false; }
		fi
		echo one >>compared
	done <files
	[ "$(wc -l <compared)" -ge 20 ]
}

@test 'jq reads the JSON' {
	judge jq
	captures 6
	while read -r file; do
		pktcat "$file" 2>/dev/null >text || continue
		pktcat -T tsv -e layers text | sed 1d >want
		pktcat -T json text | jq -r '[.layers[].layer] | join(",")' | diff want - || { echo "$file"; false; }
	done <files
}

@test 'tshark has the same in the same columns' {
	judge tshark
	captures 6
	while read -r file; do
		# What tshark takes for more than we do (tunnels, ICMP quotes, names of old protocols) is left out: plain IPv4 in Ethernet.
		pktcat -f 'ip and not icmp and not proto 47 and not proto 4 and not proto 41 and not udp port 4789' "$file" -w part.pcap 2>/dev/null || continue
		pktcat -T tsv -e layers,time,ip.src,ip.dst,ip.ttl,ip.len,tcp.sport,tcp.seq,tcp.win part.pcap | sed 1d >mine
		tshark -n -o ip.defragment:FALSE -r part.pcap -T fields -e frame.time_epoch -e ip.src -e ip.dst -e ip.ttl -e ip.len -e tcp.srcport \
			-e tcp.seq_raw -e tcp.window_size_value 2>/dev/null | paste mine - |
			awk -F '\t' '$1 ~ /^eth,ip(,tcp)?(,data)?(,pad)?$/ {
				# Nine digits there.
				sub(/000$/, "", $10)
				n++
				for (i = 2; i < 10; i++) if ($i != $(i + 8)) { print; next }
			} END { print n + 0 >"counted" }' >differ
		cat counted >>all
		[ ! -s differ ] || { echo "$file"; head -n 3 differ; echo; cat differ >>different; }
	done <files
	[ "$(awk '{ n += $1 } END { print n }' all)" -ge 500 ]
	[ ! -s different ]
}
