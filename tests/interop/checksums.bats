# checksums.bats - udpck's verdicts are tshark's.

load peers

@test "checksums: IP, UDP, TCP, ICMP, ICMPv6, IGMP and GRE in the captures of others, against tshark" {
	need python3 tshark mergecap
	captures >/dev/null
	counts python3 "$here/sums.py"
}

@test "checksums: trains of fragments, against what the kernel made of them" {
	need python3
	[ -e "$data/frag/verdicts.json" ] || skip "no $data/frag"
	counts python3 "$here/trains.py"
}
