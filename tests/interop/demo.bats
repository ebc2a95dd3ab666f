# demo.bats - make demo ends well with a server and without one; its stand-in, tests/golden/http.pkt, is a true exchange.

load peers

setup() {
	t=$BATS_TEST_TMPDIR
}

came_through() {
	[ "$status" -eq 0 ]
	[[ ${lines[-1]} == 'The message came through: all '*' packets, the same to the last octet, '* ]]
	[[ $output == *'the same to the last octet: yes'* ]]
	[[ $output == *'<html><body>A message, down all the layers and up again.</body></html>'* ]]
}

@test "demo: make demo, with a server and the right to capture" {
	need make nginx curl
	[ "$(id -u)" -eq 0 ] || skip 'no right to capture here (root)'
	run make --no-print-directory -o all B="$bin" demo # builds nothing
	came_through
	[[ $output == *'(nginx on 127.0.0.1:'* ]]
	echo "# ${lines[-1]}" >&3
}

@test "demo: without a server, with the exchange that the project made" {
	mkdir "$t/path"
	for d in /usr/bin /bin; do ln -sf "$d"/* "$t/path/"; done
	rm -f "$t/path"/nginx* "$t/path"/python* "$t/path"/busybox*
	PATH=$bin:$t/path run tests/demo
	came_through
	[[ $output == *'(no server or no right to capture here: an exchange that the project made)'* ]]
	[[ ${lines[-1]} == *'all 10 packets'* ]]
	echo "# ${lines[-1]}" >&3
}

@test "demo: without the right to capture, with the exchange that the project made" {
	need setpriv
	if [ "$(id -u)" -eq 0 ]; then
		run setpriv --ambient-caps=-all --bounding-set=-all --inh-caps=-all tests/demo
	else
		run tests/demo
	fi
	came_through
	[[ $output == *'(no server or no right to capture here: an exchange that the project made)'* ]]
}

@test "demo: http.pkt is canonical text, and a complete HTTP exchange without a fault to tshark" {
	need tshark
	pktcat tests/golden/http.pkt | cmp - tests/golden/http.pkt
	run udpck -q tests/golden/http.pkt
	[[ $output == *'10 packets: 10 ok'* ]]
	pktcat -w "$t/http.pcap" tests/golden/http.pkt
	fields() { tshark -n -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -r "$t/http.pcap" "$@" 2>/dev/null; }
	# One stream, complete: SYN, SYN-ACK, ACK, data, FIN (31).
	[ "$(fields -T fields -e tcp.completeness | tail -n 1)" = 31 ]
	[ "$(fields -T fields -e ip.checksum.status -e tcp.checksum.status | sort | uniq -c | tr -s ' \t' ' ')" = ' 10 1 1' ]
	[ "$(fields -Y http.request -T fields -e http.request.method -e http.request.version)" = $'GET\tHTTP/1.1' ]
	[ "$(fields -Y http.response -T fields -e http.response.code -e http.file_data -e http.request_in)" = \
		$'200\t<html><body>A message, down all the layers and up again.</body></html>\\n\t4' ]
	# Nothing that tcp.analysis finds odd, no warning.
	[ -z "$(fields -Y 'tcp.analysis.flags || _ws.malformed || _ws.expert.severity >= 0x600000' -T fields -e frame.number)" ]
	[ "$(fields -Y tcp.analysis.initial_rtt -T fields -e tcp.analysis.initial_rtt | head -n 1)" = 0.023235000 ]
}
