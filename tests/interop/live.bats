# live.bats - real interfaces: pktcat captures what the kernel sends, as tcpdump does; ipsend's packets are answered by
# the kernel. All of it inside a network namespace that each test makes for itself and that ends with it.

load peers

setup() {
	need unshare ip
	t=$BATS_TEST_TMPDIR
	if [ "$(id -u)" -eq 0 ] && unshare -n true 2>/dev/null; then
		net='unshare -n'
	elif unshare -cn --keep-caps true 2>/dev/null; then
		net='unshare -cn --keep-caps'
	else
		skip 'no root and no user namespaces here'
	fi
	export t
	export -f await start stop say
}

# in_net SCRIPT: runs it with bash in a network namespace with loopback up.
in_net() {
	$net bash -euo pipefail -c "ip link set lo up; trap 'kill \$(jobs -p) 2>/dev/null || :' EXIT; $1"
}

# start NAME PROGRAM...: in the background, output to $t/NAME.out; returns when it says that it listens. Its id: $NAME.
start() {
	local name=$1
	shift
	"$@" >"$t/$name.out" 2>"$t/$name.err" &
	printf -v "$name" %d $!
	await grep -q listening "$t/$name.err" || { cat "$t/$name.err" >&2; return 1; }
}

# stop ID...: as Ctrl-C does, and waits for the end.
stop() {
	kill -INT "$@"
	wait "$@" || :
}

# say TEXT PORT: a UDP datagram on loopback.
say() { printf %s "$1" >"/dev/udp/127.0.0.1/$2"; }

# A veth pair of which the kernel is one end (k, 10.9.0.2) and the test the other (v).
pair='
	mac=02:00:00:00:09:02
	ip link add v type veth peer name k address $mac
	ip addr add 10.9.0.2/24 dev k
	ip addr add 2001:db8:9::2/64 dev k nodad
	ip link set v up; ip link set k up
	await sh -c "ip -o link show v | grep -q \"state UP\"" # before that frames are dropped
	me=02:00:00:00:09:01
	eth="eth da=$mac sa=$me"
	ip4="ip src=10.9.0.1 dst=10.9.0.2"
	ip neigh replace 10.9.0.1 lladdr $me dev k
	ip -6 neigh replace 2001:db8:9::1 lladdr $me dev k
	start live pktcat -i v
'

@test "live: pktcat -i lo sees the kernel's datagrams and ICMP errors as tcpdump sees them" {
	need tcpdump
	in_net '
		start dump tcpdump -i lo -U $([ "$(id -u)" -ne 0 ] || echo -Z root) -w "$t/dump.pcap"
		start live pktcat -i lo
		for i in 1 2 3 4 5; do say "datagram $i" $((40000 + i)); done
		say the-end 40009
		await grep -q "icmp type=3 code=3.*the-end" "$t/live.out"
		await sh -c "pktcat -q \"$t/dump.pcap\" | grep -q \"icmp type=3 code=3.*the-end\""
		stop $dump $live
	'
	[ "$(grep -c 'icmp type=3 code=3' "$t/live.out")" -eq 6 ]
	pktcat "$t/dump.pcap" | cut -d' ' -f2- >"$t/theirs"
	cut -d' ' -f2- "$t/live.out" | cmp - "$t/theirs"
	# The kernel's times are the same as well, to the microseconds that tcpdump keeps.
	pktcat "$t/dump.pcap" | cut -c1-17 >"$t/times"
	cut -c1-17 "$t/live.out" | cmp - "$t/times"
	grep -q '^pktcat: 12 packets captured, 0 of them cut short, 0 dropped' "$t/live.err"
	echo "# $(wc -l <"$t/theirs") packets, the same as tcpdump's" >&3
}

@test "live: curl fetches a page from nginx; pktcat -w has all of it, and tshark reads it" {
	need nginx curl tshark
	mkdir "$t/www"
	head -c 200000 /dev/zero | tr '\0' x >"$t/www/big"
	cat >"$t/nginx.conf" <<-END
		daemon off; master_process off; pid $t/nginx.pid; error_log $t/nginx.err; events {}
		http { access_log off; client_body_temp_path $t/t1; proxy_temp_path $t/t2; fastcgi_temp_path $t/t3;
		uwsgi_temp_path $t/t4; scgi_temp_path $t/t5; server { listen 127.0.0.1:8080; root $t/www; } }
	END
	in_net '
		nginx -p "$t" -e "$t/nginx.err" -c "$t/nginx.conf" >/dev/null 2>&1 &
		nginx=$!
		await curl -sf -o /dev/null http://127.0.0.1:8080/big
		"$OSIKIT_BIN/pktcat" -i lo -f "tcp port 8080" -w "$t/http.pcap" 2>"$t/live.err" &
		live=$!
		await grep -q listening "$t/live.err"
		curl -sf --http1.0 http://127.0.0.1:8080/big >"$t/got"
		await sh -c "[ \$(pktcat -q \"$t/http.pcap\" | grep -c flags=FIN) -ge 2 ]"
		stop $live
		kill $nginx
	'
	cmp "$t/got" "$t/www/big"
	[ "$(tshark -n -d tcp.port==8080,http -r "$t/http.pcap" -Y 'http.response.code == 200' -T fields -e http.content_length 2>/dev/null)" = 200000 ]
	# All the octets of the page are in the packet text.
	[ "$(pktcat -q "$t/http.pcap" | grep -c 'sport=8080 .*data str=')" -gt 0 ]
	[ "$(pktcat -q -f 'src port 8080' "$t/http.pcap" | sed -n 's/.* data str=//p' | tr -cd x | wc -c)" -ge 200000 ]
}

@test "live: a running pktcat -i has no capability and no_new_privs" {
	in_net '
		start live pktcat -i lo
		cp "/proc/$live/status" "$t/status"
		say hello 40001
		await grep -q data.str=hello "$t/live.out"
		stop $live
	'
	for set in CapEff CapPrm CapInh CapAmb; do grep -qx "$set:[[:space:]]*0000000000000000" "$t/status"; done
	grep -qx 'NoNewPrivs:[[:space:]]*1' "$t/status"
}

@test "live: without the privilege pktcat -i and ipsend -i name the setcap command, exit 2" {
	need setpriv
	in_net '
		drop="setpriv --ambient-caps=-all --bounding-set=-all --inh-caps=-all"
		$drop pktcat -i lo 2>"$t/pktcat.err" && exit 9 || echo $? >"$t/pktcat.status"
		$drop ipsend -i lo eth ip udp 2>"$t/ipsend.err" && exit 9 || echo $? >"$t/ipsend.status"
	'
	for tool in pktcat ipsend; do
		[ "$(cat "$t/$tool.status")" -eq 2 ]
		[ "$(wc -l <"$t/$tool.err")" -eq 1 ]
		grep -q "^$tool: lo: .*setcap cap_net_raw+ep .*/$tool\$" "$t/$tool.err"
	done
}

@test "live: the kernel answers ipsend's ARP request, and its neighbour solicitation" {
	in_net "$pair"'
		ipsend -i v eth da=ff:ff:ff:ff:ff:ff sa=$me arp op=1 sha=$me spa=10.9.0.1 tpa=10.9.0.2
		await grep -q "arp op=2 sha=$mac spa=10.9.0.2 tha=$me tpa=10.9.0.1" "$t/live.out"
		ipsend -i v eth da=33:33:ff:00:00:02 sa=$me ip6 hop=255 src=2001:db8:9::1 dst=ff02::1:ff00:2 \
			icmp6 type=135 target=2001:db8:9::2 opt=slla:$me
		await grep -q "icmp6 type=136 .*naflags=.*S.* target=2001:db8:9::2 opt=tlla:$mac" "$t/live.out"
	'
}

@test "live: the kernel answers ipsend's ICMP echoes and no packet whose checksum is wrong" {
	in_net "$pair"'
		ipsend -i v $eth $ip4 icmp id=77 seq=1 sum=0xdead data str=abc
		ipsend -i v $eth $ip4 sum=0xdead icmp id=77 seq=2 data str=abc
		ipsend -i v $eth $ip4 icmp id=77 seq=3 data str=abc
		ipsend -i v $eth ip6 src=2001:db8:9::1 dst=2001:db8:9::2 icmp6 id=77 seq=4 sum=0xdead data str=abc
		ipsend -i v $eth ip6 src=2001:db8:9::1 dst=2001:db8:9::2 icmp6 id=77 seq=5 data str=abc
		await grep -q "icmp6 type=129 code=0 id=77 seq=5" "$t/live.out"
	'
	[ "$(grep -o 'icmp6* type=\(0\|129\) .* data str=abc' "$t/live.out")" = \
		$'icmp type=0 code=0 id=77 seq=3 data str=abc\nicmp6 type=129 code=0 id=77 seq=5 data str=abc' ]
	run udpck -q "$t/live.out"
	[[ $output == *' 3 bad,'* ]]
}

@test "live: the kernel's TCP and UDP answer ipsend's segments as the RFCs say" {
	in_net "$pair"'
		# No one listens: RST,ACK of what was sent (RFC 9293, 3.5.2), and ICMP port unreachable that quotes the datagram.
		ipsend -i v $eth $ip4 tcp sport=40000 dport=81 seq=1000 flags=SYN win=1000
		await grep -q "tcp sport=81 dport=40000 seq=0 ack=1001 flags=RST,ACK" "$t/live.out"
		ipsend -i v $eth $ip4 udp sport=40000 dport=82 data str=anybody
		await grep -q "icmp type=3 code=3 .*udp sport=40000 dport=82 data str=anybody" "$t/live.out"
		# Echo reply of a datagram in two fragments, which the kernel puts together.
		ipsend -i v $eth ip id=9 flags=MF src=10.9.0.1 dst=10.9.0.2 icmp id=5 seq=6 sum=$(ipsend -n ip icmp id=5 seq=6 data str=0123456789abcdefWXYZ |
			pktcat -T tsv -e icmp.sum | tail -n 1) data str=0123456789abcdef
		ipsend -i v $eth ip id=9 frag=3 proto=1 src=10.9.0.1 dst=10.9.0.2 data str=WXYZ
		await grep -q "icmp type=0 code=0 id=5 seq=6 data str=0123456789abcdefWXYZ" "$t/live.out"
	'
	need tshark
	pktcat -w "$t/live.pcap" "$t/live.out"
	[ -z "$(tshark -n -r "$t/live.pcap" -Y _ws.malformed -T fields -e frame.number 2>/dev/null)" ]
}

@test "live: a packet that went through framer, modem-sim and back is answered by the kernel" {
	in_net "$pair"'
		packet=$(ipsend -n $eth $ip4 icmp id=8 seq=9 data str="through the noise" | framer | modem-sim --ebn0 12 --seed 1 |
			framer -d | sed "s/ @[^ ]*//g")
		ipsend -i v $eth $packet
		await grep -q "icmp type=0 code=0 id=8 seq=9 data str=through%20the%20noise" "$t/live.out"
		# And the kernel'"'"'s reply, as it was captured, survives the same way.
		grep "icmp type=0" "$t/live.out" >"$t/reply"
		framer "$t/reply" | modem-sim --ebn0 12 --seed 2 | framer -d | sed "s/ @[^ ]*//g" >"$t/again"
		sed "s/ eth .* ip / ip /" "$t/reply" | cmp - "$t/again"
	'
}
