#!/usr/bin/env bats
# streams.bats - a pipe of these tools is live, does not deadlock, ends quietly and takes little memory.
# shellcheck disable=SC2030,SC2031 # pids is of one test

load helper

LINE='1.000000 ip id=1 ttl=64 src=192.0.2.1 dst=192.0.2.53 udp sport=40001 dport=7 data str=hello'
FRAME="1.000000 eth da=02:00:00:00:00:02 sa=02:00:00:00:00:01 fcs=crc ${LINE#* } pad n=13"

teardown() {
	local pid
	# Only what a test started itself is ended.
	for pid in ${pids[@]+"${pids[@]}"}; do kill "$pid" 2>/dev/null || :; done
}

# start COMMAND...: it runs with us writing its input at 7 and reading its output at 8; pid is its process.
start() {
	rm -f to from
	mkfifo to from
	"$@" <to >from 2>err &
	pid=$!
	pids+=("$pid")
	exec 7>to 8<from
}

# hears WANT: the next line that comes at 8.
hears() {
	local got
	IFS= read -r -t 20 got <&8 || { echo "no reply"; return 1; }
	is "$got" "$1"
}

# stop: its input ends, and it with it.
stop() {
	exec 7>&- 8<&-
	wait "$pid" || :
}

# talk LINE REPLY COMMAND...: the command answers the line with the reply, three times, while its input stays open.
talk() {
	local line=$1 want=$2 n
	shift 2
	start "$@"
	for n in 1 2 3; do
		printf '%s\n' "$line" >&7
		hears "$want"
	done
	stop
}

# ---- a line goes on before the next one comes ----

@test 'pktcat passes each line on at once, in every form' {
	talk "$LINE" "$LINE" pktcat
	talk "$LINE" "$LINE" pktcat -f udp -
	talk '# comment' '# comment' pktcat
	start pktcat -T tsv -e udp.dport,data.str
	echo "$LINE" >&7
	hears $'udp.dport\tdata.str'
	hears $'7\thello'
	stop
}

@test 'pktcat reads and writes a capture record by record' {
	captures() { pktcat --pcapng -w - | pktcat -w - | pktcat; }
	start captures
	for n in 1 2 3; do
		echo "${LINE/id=1/id=$n}" >&7
		hears "${LINE/id=1/id=$n}"
	done
	stop
}

@test 'udpck passes each line on at once' {
	talk "$LINE" "$LINE @udpck.sum=ok" udpck
	talk '# comment' '# comment' udpck
}

@test 'modem-sim passes each line on at once' {
	talk "$LINE" "$LINE @modem-sim.bits=264 @modem-sim.errors=0" modem-sim
}

@test 'framer passes each line on at once, both ways' {
	talk "$LINE" "$FRAME" framer
	talk "$FRAME" "$LINE" framer -d
}

@test 'a pipe of all of them is live' {
	all() { framer | modem-sim | framer -d | sed -u 's/ @modem[^ ]*//g' | udpck | pktcat; }
	talk "$LINE" "$LINE @udpck.sum=ok" all
}

@test 'the last line without LF goes on when the input ends' {
	is "$(printf '%s' "$LINE" | udpck 2>err)" "$LINE @udpck.sum=ok"
}

@test 'what one file gave goes out before the next one, a pipe, gives anything' {
	echo "$LINE" >a
	start pktcat a -
	hears "$LINE"
	stop
}

# ---- duplex ----

@test 'a duplex loop of two filters answers each line at once' {
	# us -> to -> udpck -> pktcat -> from -> us
	mkfifo to between from
	udpck <to >between 2>err &
	pids+=($!)
	pktcat <between >from &
	pids+=($!)
	exec 7>to 8<from
	for n in 1 2 3 4 5; do
		echo "${LINE/id=1/id=$n}" >&7
		hears "${LINE/id=1/id=$n} @udpck.sum=ok"
	done
	exec 7>&- 8<&-
}

@test 'a client that writes 2 MB before it reads anything does not stop the filters' {
	mkfifo to from
	yes "$LINE" | head -n 20000 >sent
	[ "$(wc -c <sent)" -gt 1800000 ]
	udpck <to 2>err | pktcat >from &
	# As a client without threads would: all of it, then the replies.
	exec 8<>from
	timeout 60 cat sent >to
	head -n 20000 <&8 >got
	exec 8<&-
	is "$(sort -u got)" "$LINE @udpck.sum=ok"
}

# circulated PID OCTETS: it has read so many.
circulated() {
	[ "$(awk '$1 == "rchar:" { print $2 }' "/proc/$1/io")" -gt "$2" ]
}

@test 'two filters in a ring with more in flight than pipes hold do not deadlock' {
	[ -r /proc/self/io ] || skip 'no /proc/PID/io, by which the ring is watched'
	# 2 MB -> udpck -> forth -> pktcat -> back -> udpck: every line goes round for ever, its notes replaced.
	mkfifo forth back
	yes "$LINE" | head -n 20000 >sent
	exec 7<>forth 8<>back
	udpck sent - <back >forth 2>err &
	udpck=$!
	pktcat <forth >back 2>>err &
	pktcat=$!
	pids+=("$udpck" "$pktcat")
	await circulated "$udpck" 20000000
	await circulated "$pktcat" 20000000
	kill "$udpck" "$pktcat"
	wait "$udpck" "$pktcat" 2>/dev/null || :
	exec 7<&- 8<&-
	[ ! -s err ]
}

# ---- the end ----

@test 'a reader that goes away ends each tool quietly' {
	yes "$LINE" | head -n 50000 >big
	pktcat -w big.pcap big
	for command in 'pktcat big' 'pktcat big.pcap' 'udpck big' 'modem-sim big' 'framer big' 'pktcat -T json big'; do
		got=$($command 2>err | head -n 1; echo "${PIPESTATUS[0]}")
		is "$command: ${got##*$'\n'} $(cat err)" "$command: 141 "
	done
	# The parent ignores SIGPIPE: they die of it all the same.
	got=$(trap '' PIPE; pktcat big 2>err | head -n 1; echo "${PIPESTATUS[0]}")
	is "${got##*$'\n'} $(cat err)" '141 '
}

@test 'the exit status comes through a pipe' {
	is "$(printf 'ip sum=1\nip\n' | udpck 2>err | tail -n 1; echo "${PIPESTATUS[1]}")" 'ip @udpck.sum=ok
1'
}

# ---- memory ----

# peak KIB PID: its largest resident set is below that.
peak() {
	local kib
	kib=$(awk '$1 == "VmHWM:" { print $2 }' "/proc/$2/status")
	[ "$kib" -lt "$1" ] || { echo "$kib KiB"; return 1; }
}

# bounded COMMAND...: it is fed with standard input and then a last packet, while at first nobody reads from it: when the last packet
# comes out it has taken less than 10 MB.
bounded() {
	start "$@"
	{ cat >&7; printf '%b' "$LAST" >&7; } &
	await circulated "$pid" 4000000
	grep -q -a -m 1 -e last-packet -e 6c6173742d7061636b6574 <&8
	peak 10240 "$pid"
	stop
}

memory_is_seen() {
	{ [ -r /proc/self/io ] && [ -r /proc/self/status ]; } || skip 'no /proc/PID/status and io'
	! sanitized || skip 'AddressSanitizer takes memory of its own'
}

@test 'memory is bounded: 100 MB of packet text' {
	memory_is_seen
	LAST='1 ip data str=last-packet\n'
	yes "$LINE data str=$(printf '%01300d' 0)" | head -n 71000 | bounded pktcat
	for tool in udpck framer; do
		yes "$LINE data str=$(printf '%01300d' 0)" | head -n 20000 | bounded "$tool"
	done
	framer --no-pad <<<"$LINE data str=$(printf '%01300d' 0)" >frame
	LAST='eth ip data str=last-packet\n'
	yes "$(cat frame)" | head -n 20000 | bounded framer -d
}

@test 'memory is bounded: 100 MB of pcap, into packet text and into pcapng' {
	memory_is_seen
	# With line feeds, so that grep sees lines in a capture too.
	yes "$LINE data str=$(printf '%01300d' 0)%0A" | head -n 7000 | pktcat -w - >a.pcap
	tail -c +25 a.pcap >records
	LAST='\1\0\0\0\0\0\0\0\14\0\0\0\14\0\0\0last-packet\n'
	cat a.pcap records records records records records records records records records records | bounded pktcat
	for command in udpck 'pktcat --pcapng -w -'; do
		# shellcheck disable=SC2086 # options are words
		cat a.pcap records records | bounded $command
	done
}

@test 'memory is bounded: 100 MB in files, on all processors' {
	memory_is_seen
	{ yes "$LINE data str=$(printf '%01300d' 0)%0A" | head -n 71000; echo '1 ip data str=last-packet%0A'; } >big
	pktcat -w big.pcap big
	# Behind the file it waits for standard input, so that it can be looked at.
	for command in 'pktcat big' 'pktcat big.pcap' 'pktcat -w - big' 'pktcat -w - big.pcap' 'udpck big.pcap'; do
		# shellcheck disable=SC2086 # options are words
		start $command -
		grep -q -a -m 1 last-packet <&8
		echo "$command"
		peak 10240 "$pid"
		stop
	done
}

@test 'memory is bounded: packets of 262144 octets' {
	memory_is_seen
	LAST='1 data str=last-packet\n'
	yes "data pad n=262144 @x=$(printf '%080d' 0)" | head -n 60000 | bounded pktcat -T tsv -e data.str
	octets=$(head -c 50000 /dev/zero | od -An -v -tx1 | tr -d ' \n')
	yes "frame dlt=147 hex=$octets" | head -n 500 | bounded pktcat
}
