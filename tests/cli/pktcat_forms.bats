#!/usr/bin/env bats
# pktcat_forms.bats - every form of output of pktcat, against golden files (tests/golden/regenerate) and by its own rules.

load helper

golden=$BATS_TEST_DIRNAME/../golden

# same FILE COMMAND...: its output is the golden file.
same() {
	local file=$golden/$1
	shift
	try "$@"
	quiet_ok
	diff -u "$file" out
}

# table COLUMNS: of the packet text on stdin, without the header line; ":" in place of tabs.
table() {
	pktcat -T tsv -e "$1" | sed 1d | tr '\t' ';'
}

# random N: so many frames of 0 to 199 random octets in a capture file of Ethernet; the same ones each time.
random() {
	awk -v n="$1" 'BEGIN {
		srand(7)
		for (i = 0; i < n; i++) {
			s = ""
			for (j = int(200 * rand()); j > 0; j--) s = s sprintf("%02x", rand() < 0.2 ? 255 : int(256 * rand()))
			# Half of them begin as IPv4 or IPv6 in Ethernet do.
			if (i % 4 == 1) s = "020000000002020000000001080045" s
			if (i % 4 == 2) s = "02000000000202000000000186dd6" substr(s, 1, length(s) - length(s) % 2) "0"
			print "frame dlt=1 hex=" s
		}
	}' | pktcat -w random.pcap
}

# ---- golden files ----

@test 'json: as the golden file' {
	same forms.json pktcat -T json "$golden/forms.pkt"
}

@test 'tsv: as the golden file' {
	same forms.tsv pktcat -T tsv "$golden/forms.pkt"
}

@test 'hex: as the golden file' {
	same forms.hex pktcat -T hex "$golden/forms.pkt"
}

@test 'diagram: as the golden file' {
	same forms.diagram pktcat -T diagram "$golden/forms.pkt"
}

@test 'tree: as the golden file' {
	same forms.tree pktcat -T tree "$golden/forms.pkt"
}

@test '--help tcp: as the golden file' {
	same help-tcp.txt pktcat --help tcp
}

# ---- JSON ----

@test 'json: text is escaped, octets that are no ASCII are Latin-1, lists stay as they are' {
	is "$(pktcat -T json <<<'data str=%22%5C/%09%0A%0D%7E%20 @x=%00%1F%22%80')" \
		'{"link":147,"len":8,"layers":[{"layer":"data","str":"\"\\/\t\n\r~ "}],"notes":{"x":"\u0000\u001f\"\u0080"}}'
}

@test 'json: a long note is decoded in pieces that break no escape' {
	local note want
	note=$(awk 'BEGIN { for (i = 0; i < 600; i++) printf "a%%20" }')
	want=$(awk 'BEGIN { for (i = 0; i < 600; i++) printf "a " }')
	is "$(pktcat -T json <<<"data str=x @n=b$note")" \
		"{\"link\":147,\"len\":1,\"layers\":[{\"layer\":\"data\",\"str\":\"x\"}],\"notes\":{\"n\":\"b$want\"}}"
	is "$(pktcat -T json <<<"data str=x @n=$note")" \
		"{\"link\":147,\"len\":1,\"layers\":[{\"layer\":\"data\",\"str\":\"x\"}],\"notes\":{\"n\":\"$want\"}}"
}

@test 'json: what a capture cut off, and a packet that nobody knows' {
	is "$(pktcat -T json <<<'1.5 data hex=80 @len=70')" \
		'{"time":1.5,"link":147,"len":70,"caplen":1,"layers":[{"layer":"data","hex":"80"}]}'
	is "$(pktcat -T json <<<'frame dlt=4294967295 hex=00ff')" '{"link":4294967295,"len":2,"hex":"00ff","layers":[]}'
}

@test 'json: python3 reads every line, and reads the same as packet text says' {
	command -v python3 >/dev/null || skip 'python3 is not here'
	random 2000
	pktcat -T json "$golden/forms.pkt" >forms
	pktcat -T json random.pcap >random
	is "$(wc -l <random)" 2000
	pktcat -T tsv -e layers random.pcap | sed 1d >layers
	cat >check.py <<-'END'
		import json, sys

		def once(pairs):
		    assert len(dict(pairs)) == len(pairs), pairs
		    return dict(pairs)

		forms = [json.loads(line, object_pairs_hook=once) for line in open("forms", encoding="ascii")]
		assert forms[0]["time"] == 1700000000.123456
		assert forms[0]["layers"][2]["flags"] == "SYN" and forms[0]["layers"][2]["off"] == 10
		assert forms[1]["layers"][2]["str"] == 'say "hello"\\\t\n'
		assert forms[1]["notes"] == {"udpck.sum": "ok", "a.b": "x\0y\u00ffz"}
		assert forms[3]["layers"][1]["flags"] == "" and forms[3]["layers"][2]["sum"] == 1
		for line, layers in zip(open("random", encoding="ascii"), open("layers")):
		    packet = json.loads(line, object_pairs_hook=once)
		    assert ",".join(l["layer"] for l in packet["layers"]) == layers.rstrip("\n"), line
	END
	python3 check.py
}

# ---- TSV ----

@test 'tsv: a header line with the names as given, also without any packet' {
	is "$(pktcat -T tsv -e time,ip.src,@udpck.sum,dport </dev/null)" $'time\tip.src\t@udpck.sum\tdport'
	is "$(pktcat -T tsv </dev/null)" $'time\tlen\tlayers\tsrc\tdst\tsport\tdport'
}

@test 'tsv: numbers are decimal, derived ones included; what is not there is empty' {
	is "$(table ip.flags,ip.sum,ip.proto,ip.len,tcp.flags,tcp.off,udp.sum,data.str,@x <<<'ip flags=DF id=1 src=1.1.1.1 dst=2.2.2.2 tcp flags=SYN,ACK')" \
		'2;13514;6;40;18;5;;;'
}

@test 'tsv: addresses and lists are text, payload as in packet text' {
	is "$(table eth.da,ip6.src,opt,data.str,data.hex,frame.dlt <<<'eth da=02:00:00:00:00:01 ip6 src=2001:db8:0::1 tcp opt=mss:1,nop data str=%20a')" \
		'02:00:00:00:00:01;2001:db8::1;mss:1,nop;%20a;;1'
	is "$(table data.str,data.hex,frame.dlt,frame.hex,len,caplen,layers <<<'frame dlt=1 hex=00')" ';;1;00;1;1;'
	is "$(table data.str,data.hex,layers <<<'data hex=00ff')" ';00ff;data'
}

@test 'tsv: the values of repeated layers are joined by commas' {
	is "$(table vlan.vid,vlan.pcp,layers,vid <<<'eth vlan vid=5 vlan vid=7 pcp=1 data str=x')" '5,7;0,1;eth,vlan,vlan,data;5,7'
	is "$(table ip.src,src,len,ip.len <<<'ip src=1.1.1.1 ip src=2.2.2.2 data str=x')" '1.1.1.1,2.2.2.2;1.1.1.1,2.2.2.2;41;41,21'
}

@test 'tsv: a name without a layer is that field of whatever layers have it' {
	is "$(printf '%s\n' 'ip src=1.1.1.1 udp dport=5' 'ip6 src=::1 tcp dport=6' 'data str=x' | table src,dport)" \
		$'1.1.1.1;5\n::1;6\n;'
}

@test 'tsv: notes, escaped as they came' {
	is "$(table @udpck.sum,@x <<<'data str=x @udpck.sum=ok @x=a%20b @udpck.sum=bad @udpck.su=no')" 'ok,bad;a%20b'
}

@test 'tsv: a wrong name is refused, with what to do' {
	for wrong in \
		'ip.foo: ip has no such field; it has ver ihl dscp ecn len id flags frag ttl proto sum src dst opt' \
		'ip2.src: unknown layer "ip2" (pktcat --layers lists them)' \
		'.src: unknown layer "" (pktcat --layers lists them)' \
		'foo: no layer has such a field; a column is LAYER.FIELD, FIELD of any layer, @NOTE, time, len, caplen or layers (pktcat --layers, pktcat --help LAYER)' \
		'@: the name of a note is missing'; do
		try pktcat -T tsv -e "time,${wrong%%:*}" </dev/null
		fails 2 "pktcat: -e: $wrong"
	done
	try pktcat -T tsv -e 'time,,len' </dev/null
	fails 2 'pktcat: -e: a name is missing beside a comma'
}

# ---- the pictures ----

@test 'hex: the octets of every packet are there, once, in their order' {
	random 300
	pktcat -T hex random.pcap | awk '
		/^[0-9a-f][0-9a-f][0-9a-f][0-9a-f]+  / { s = substr($0, 7, 49); gsub(/ /, "", s); all = all s; next }
		/^$/ { print all; all = "" }' >dumped
	pktcat random.pcap -w - | od -An -v -tx1 | tr -d ' \n' | awk '{
		for (at = 49; at < length($0); at += 32 + 2 * n) {
			h = substr($0, at + 16, 8)
			n = 0
			for (j = 7; j > 0; j -= 2) n = 256 * n + 16 * (index("0123456789abcdef", substr(h, j, 1)) - 1) + index("0123456789abcdef", substr(h, j + 1, 1)) - 1
			print substr($0, at + 32, 2 * n)
		}
	}' >wanted
	is "$(wc -l <wanted)" 300
	cmp wanted dumped
}

@test 'colour is on demand, and all that it changes' {
	for form in hex diagram tree; do
		pktcat -T $form "$golden/forms.pkt" >plain
		pktcat -T $form --color=always "$golden/forms.pkt" >coloured
		has "$(cat coloured)" $'\033['
		sed $'s/\033\\[[0-9;]*m//g' coloured | diff plain -
	done
}

@test 'no form writes an octet of a packet raw; diagrams fit a terminal' {
	random 1000
	for form in json tsv hex diagram tree; do
		pktcat -T $form random.pcap >out
		[ -s out ]
		is "$(tr -d '\t\n -~' <out | wc -c)" 0
	done
	is "$(pktcat -T diagram random.pcap | awk '/^ / && length($0) > 80' | wc -l)" 0
}

@test 'the largest packet goes through every form' {
	head -c 262144 /dev/zero | tr '\0' ' ' | od -An -v -tx1 | tr -d ' \n' | sed 's/^/frame dlt=147 hex=/;$s/$/\n/' | pktcat -w big.pcap
	for form in json tsv hex diagram tree; do
		try pktcat -T $form big.pcap
		quiet_ok
		[ -s out ]
	done
	is "$(pktcat -T hex big.pcap | tail -n 2 | head -n 1 | cut -c 1-9)" '3fff0  20'
	is "$(pktcat -T json big.pcap | wc -c)" $((262144 + 79))
}

@test 'diagram: a header is drawn bit by bit' {
	is "$(pktcat -T diagram <<<'data str=x' | sed -n '3,$p' | head -n 1)" 'data  Payload (pkt(5), rule 4)'
	pktcat -T diagram <<<'eth vlan pcp=5 vid=7 data str=x' | sed -n '/^vlan/,/header/p' >out
	diff - out <<'END'
vlan  VLAN tag (IEEE 802.1Q, 9.6)
       0                   1                   2                   3
octet  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
      +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    0 |     |d|                       |                               |
      |pcp 5|e|         vid 7         |          type 0x0000          |
      |     |i|                       |                               |
      |     |0|                       |                               |
      +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
      header 4, payload 1 octet
END
}

@test 'tree: what is right and what is wrong' {
	pktcat -T tree <<<'ip src=1.1.1.1 dst=2.2.2.2 udp sport=1 dport=2 sum=1 len=9 data str=xyz' >out
	has "$(cat out)" 'len   = 9                    Length of header and data, in octets (wrong:'
	has "$(cat out)" 'sum   = 0x74c9               Header Checksum (correct)'
	pktcat -T tree <<<'ip src=1.1.1.1 dst=2.2.2.2 udp sport=1 dport=2 sum=0 len=999 data str=xyz' >out
	has "$(tr -s ' \n' ' ' <out)" '(none was sent)'
	has "$(tr -s ' \n' ' ' <out)" '(says more than is here: 11)'
	pktcat -T tree <<<'ip src=1.1.1.1 dst=2.2.2.2 proto=200 data str=xyz' >out
	has "$(cat out)" 'proto = 200                  Protocol of the payload'
	is "$(grep -c 'Protocol of the payload (' out)" 0
}

# ---- help ----

@test '--layers: a line a layer, in the order of the layers' {
	pktcat --layers >out
	is "$(head -n 1 out | awk '{ print $1, $2, $3, $4 }')" 'WORD LAYER TITLE STANDARD'
	sed 1d out | awk '{ print $2 == "-" ? 9 : $2 }' | sort -nc
	grep -qE '^tcp +4 +Transmission Control Protocol +RFC 9293' out
}

@test '--help LAYER: each field has a line, each header a diagram' {
	pktcat --layers | sed 1d | while read -r name layer _; do
		pktcat --help "$name" >out
		grep -q '^Standard ' out
		# AX.25 has no fixed header.
		case $name:$layer in ax25:*) ;; *:[2-7]) grep -q '^octet  0 1 2 3 4 5 6 7' out ;; esac
		is "$(awk 'length($0) > 80' out)" ''
	done
}
