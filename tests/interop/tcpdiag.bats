# tcpdiag.bats - tcpdiag's verdicts under --as wireshark are tshark's.

load peers

@test "tcpdiag: verdicts, RTT and bytes in flight of the captures of others, as tshark said them frame by frame" {
	need python3
	captures >/dev/null
	[ -r "$data/pcaps/tshark_frames.tsv.gz" ] || skip "no tshark_frames.tsv.gz in $data/pcaps"
	counts python3 "$here/frames.py" pcaps/analysis
}

@test "tcpdiag: the same of kernel traces with known losses, at both ends, as the tshark here says" {
	need python3 tshark
	[ -d "$data/tcp-truth" ] || skip "no $data/tcp-truth"
	counts python3 "$here/frames.py" tcp-truth
}
