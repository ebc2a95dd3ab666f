#!/usr/bin/env bats
# wire.bats - wire(1): a medium between two programs.
# Nothing waits for a time: programs wait for lines and ends, and a hang is ended by timeout or by tests/run.

load helper
code=0 # try sets it

PING='ip id=0 ttl=9 src=10.0.0.1 dst=10.0.0.2 udp sport=1 dport=7 data str=hello'

# numbered N: packets 1 to N.
numbered() { seq "$1" | sed 's/^/data str=/'; }

# left PATTERN: no process whose command line has it is there.
# (-q: else grep fails over a process that ended meanwhile.)
left() { no grep -q -a -s -e "$1" /proc/[0-9]*/cmdline; }

# sent, got: the numbers of the packets in a file.
numbers() { sed 's/.*str=//; s/ .*//' "$1" | tr '\n' ' '; }

@test '--help and wrong usage' {
	has "$(wire --help)" "usage: wire [options] 'PROGRAM A' 'PROGRAM B'"
	for wrong in '' a 'a b c' '--delay 1x a b' '--delay -1 a b' '--delay 10ms/ a b' '--jitter inf a b' '--rate 0 a b' '--rate 1T a b' \
		'--loss 1.1 a b' '--loss 101% a b' '--dup nan a b' '--reorder x a b' '--corrupt 2 a b' '--bursts 3 a b' '--bursts 0,1 a b' \
		'--bursts 9,9,2 a b' '--seed -1 a b' '--mode duplex a b' '--nonsense a b'; do
		# shellcheck disable=SC2086 # options are words
		try timeout 20 wire $wrong
		is "$wrong: $code $(wc -l <err)" "$wrong: 2 1"
		has "$(cat err)" 'wire: '
	done
	try wire --delay 1x a b
	fails 2 'wire: --delay: "1x" is not a time such as 10ms, 0.5 or 2s, 0 to 1000000 s, or two with a / between'
}

@test 'a question and its answer, and again, while both go on' {
	cat >a <<-'END'
		for i in 1 2 3; do
			echo "data str=ping$i"
			read -r answer && echo "$answer" >>got
		done
	END
	timeout 60 wire 'sh a' 'while read -r line; do echo "$line" | sed s/ping/pong/; done'
	is "$(cat got)" $'data str=pong1\ndata str=pong2\ndata str=pong3'
}

@test 'lines pass as they came, comments and times too' {
	printf '%s\n' '# comment' '' "+1.5 $PING   @a.b=c " 'ip   ttl=9' $'bits b=011\t' >a
	timeout 60 wire 'cat a' 'cat >b'
	cmp a b
	printf '%s' 'data str=x' >a # no line feed
	timeout 60 wire 'cat >b' 'cat a'
	is "$(cat b)" 'data str=x'
	printf 'ip\r\n' >a
	timeout 60 wire 'cat >b' 'cat a'
	cmp a b
}

@test 'a line that is no packet text ends all, and is not passed on' {
	try timeout 60 wire 'echo data str=x; echo; echo ip ttl=300; cat' 'cat >got'
	is "$code" 2
	has "$(cat err)" 'wire: A:3: ip.ttl=300: '
	no grep 300 got
	try timeout 60 wire --through cat 'cat >/dev/null' 'echo nonsense'
	is "$code" 2
	has "$(cat err)" 'wire: pipeline from B to A:1: '
}

# ---- what the medium does ----

@test 'loss: what is lost is in the log and nowhere else; the seed gives it again' {
	numbered 200 >a
	for _ in 1 2; do
		timeout 60 wire --loss 25% --seed 5 --log log 'cat a' 'cat >got'
		grep -v @wire.lost=yes log | numbers - >want
		is "$(numbers got)" "$(cat want)"
		is "$(wc -l <log)" 200
		is "$(cksum <got)" "$(cat first 2>/dev/null || cksum <got | tee first)"
	done
	lost=$(grep -c '@dir=a-b .*@wire.lost=yes$' log)
	# 4.9 standard deviations of 50
	[ "$lost" -gt 20 ] && [ "$lost" -lt 80 ]
	timeout 60 wire --loss 25% --seed 6 'cat a' 'cat >other'
	no cmp -s got other
	timeout 60 wire --loss 100% 'cat a' 'cat >none'
	[ ! -s none ]
}

@test 'each direction may have values of its own' {
	numbered 20 >a
	timeout 60 wire --loss 0/1 --log log 'cat a; exec cat >one' 'cat >two; cat a'
	cmp a two
	[ ! -s one ]
	is "$(grep -c '@dir=b-a .*@wire.lost=yes' log)" 20
}

@test 'duplicates come twice, one after the other' {
	numbered 3 >a
	timeout 60 wire --dup 1 --log log 'cat a' 'cat >got'
	is "$(numbers got)" '1 1 2 2 3 3 '
	is "$(grep -c @wire.dup=yes log)" 3
}

@test 'reordering changes the order and loses nothing' {
	numbered 100 >a
	timeout 60 wire --reorder 30% --seed 1 --log log 'cat a' 'cat >got'
	no cmp -s a got
	is "$(sort got)" "$(sort a)"
	is "$(numbers got)" "$(numbers log)"
	grep -q @wire.late=yes log
	# The only one goes by itself, when nothing more comes.
	is "$(timeout 60 wire --mode simplex --reorder 1 'echo data str=x; exec >&-; read -r x; :' cat)" 'data str=x'
}

@test 'a packet held back while its sender waits for the answer goes on by itself' {
	timeout 60 wire --reorder 1 'echo data str=x; read -r x; echo "$x" >got' 'read -r x; echo "$x"'
	is "$(cat got)" 'data str=x'
}

@test 'bursts are noted' {
	numbered 300 >a
	timeout 60 wire --bursts 20,10 --seed 1 --log log 'cat a' 'cat >got'
	is "$(grep -c '@wire.lost=yes @wire.burst=yes$' log)" $((300 - $(wc -l <got)))
	no grep '@wire.lost=yes$' log
	timeout 60 wire --bursts 1,1e9,0% 'cat a' 'cat >got'
	cmp a got
}

@test 'bit errors: a damaged packet is what its receiver makes of it' {
	yes "1.5 $PING @a.b=c" | head -n 50 >a
	timeout 60 wire --corrupt 1e-3 --seed 1 --log log 'cat a' 'cat >got'
	is "$(wc -l <got)" 50
	is "$(grep -c '^1.5 .* @a.b=c$' got)" 50
	hit=$(grep -c '@wire.errors=' log)
	[ "$hit" -gt 0 ]
	is "$(grep -vcxF "$(head -n 1 a)" got)" "$hit"
	# The octets differ in as many bits as the log says.
	timeout 60 wire --corrupt 10% --seed 2 --log log 'echo octets hex=0000000000000000' 'cat >got'
	bits=$(sed 's/.*hex=//; s/[0]//g; s/[1248]/i/g; s/[3569ac]/ii/g; s/[7bde]/iii/g; s/f/iiii/g' got | tr -d '\n')
	is "$(grep -o '@wire.errors=.*' log)" "@wire.errors=${#bits}"
	[ "${#bits}" -gt 0 ]
	timeout 60 wire --corrupt 1 'echo bits b=0100' 'cat >got'
	is "$(cat got)" 'bits b=1011'
}

# delays FILE: the delays in the log, in microseconds.
delays() { sed 's/.*@wire.delay=\([0-9]*\)\.\([0-9]*\).*/\1\2/; s/^0*//' "$1"; }

@test 'delay and rate: the log says how long a packet took' {
	timeout 60 wire --delay 20ms/1ms --log log 'echo data str=x; read -r x' 'read -r x; echo "$x"'
	is "$(delays log)" $'20000\n1000'
	is "$(awk '{ print $1 }' log | sort -n)" "$(awk '{ print $1 }' log)"
	# 125 octets are 1000 bits, 1 ms at 1 Mbit/s; the second waits for the first.
	timeout 60 wire --rate 1M --log log 'x="octets hex=$(printf %0250d 0)"; printf "%s\n" "$x" "$x"' 'cat >got'
	is "$(delays log | sort -n | head -n 1)" 1000
	[ "$(delays log | tail -n 1)" -gt 1000 ]
	timeout 60 wire --delay 300us --jitter 1ms --seed 3 --log log 'echo data str=x' 'cat >got'
	[ "$(delays log)" -ge 300 ] && [ "$(delays log)" -lt 1300 ]
}

@test 'half duplex: who speaks at the same time is not heard' {
	[ -d /proc/self ] || skip 'no /proc, by which A sees that B has been reaped'
	# 24 bits would take 24 s: B speaks meanwhile. Nobody waits for the end of it, since then both go away: B, and A when
	# B has been reaped, after which all that B said is heard.
	mkfifo go pid
	timeout 60 wire --mode half --rate 1 --log log 'echo data str=one; echo >go; read -r pid <pid; while [ -d "/proc/$pid" ]; do :; done' \
		'read -r x <go; echo $$ >pid; echo data str=two'
	is "$(grep -c ' @wire.lost=yes @wire.collision=yes$' log)" 2
	# In turn they are heard.
	timeout 60 wire --mode half --rate 100k --log log 'echo data str=one; read -r x; echo "$x" >got1' 'read -r x; echo "$x" >got2; echo data str=two'
	is "$(cat got1 got2)" $'data str=two\ndata str=one'
	no grep wire.lost log
	# In full duplex at once too.
	timeout 60 wire --rate 2000 'echo data str=one; exec cat >got1' 'echo data str=two; exec cat >got2'
	is "$(cat got1 got2)" $'data str=two\ndata str=one'
}

@test 'simplex: A hears nothing, what B writes is not for the wire' {
	try timeout 60 wire --mode simplex --log log 'cat >got; echo data str=x' 'echo this is no packet text; cat'
	quiet_ok
	is "$(cat out)" $'this is no packet text\ndata str=x'
	[ ! -s got ]
	is "$(sed 's/^[0-9.]* //; s/ @wire.delay=.*//' log)" 'data str=x @dir=a-b'
}

@test '--through runs once in each direction' {
	timeout 60 wire --through 'echo >>ran; framer | modem-sim | sed -u "s/ @.*//" | framer -d' \
		"echo $PING; read -r x; echo \"\$x\" >got" 'read -r x; echo "$x"'
	is "$(cat got)" "$PING"
	is "$(wc -l <ran)" 2
	timeout 60 wire --mode simplex --through 'echo >>once; cat' "echo $PING" 'cat >got'
	is "$(wc -l <once) $(cat got)" "1 $PING"
}

@test 'the log replaces a time, and notes that are its own' {
	timeout 60 wire --log - 'echo 5.5 ip ttl=9 @dir=x @wire.lost=no @a=b' 'cat >got' >out
	is "$(sed 's/^[0-9]*\.[0-9]\{6\} //; s/[0-9.]*$//' out)" 'ip ttl=9 @a=b @dir=a-b @wire.delay='
	pktcat out >canonical # it is packet text
	is "$(cat got)" '5.5 ip ttl=9 @dir=x @wire.lost=no @a=b'
}

@test '-v says the seed and what happened' {
	numbered 10 >a
	timeout 60 wire -v --loss 100%/0 --dup 0/100% --corrupt 0/1 --seed 7 'cat a; exec cat >got' 'cat >none; cat a' 2>err
	is "$(cat err)" 'wire: seed 7
wire: A to B: 10 packets, 88 bits: 10 lost (0 of them collided), 0 twice, 0 held back, 0 with errors (0 bits)
wire: B to A: 10 packets, 88 bits: 0 lost (0 of them collided), 10 twice, 0 held back, 10 with errors (88 bits)'
}

# ---- live, bounded ----

@test 'A may say much before it hears anything, and so may B' {
	yes 'data str=0123456789012345678901234567890123456789' | head -n 40000 >a
	[ "$(wc -c <a)" -gt 1900000 ]
	timeout 60 wire 'cat a; exec cat >got' 'cat'
	cmp a got
	timeout 60 wire 'cat a; exec cat >got1' 'cat a; exec cat >got2'
	cmp a got1
	cmp a got2
}

# busy PID OCTETS: it has read so many.
busy() { [ "$(awk '$1 == "rchar:" { print $2 }' "/proc/$1/io")" -gt "$2" ]; }

@test 'memory is bounded when B does not read: A has to wait' {
	{ [ -r /proc/self/io ] && [ -r /proc/self/status ]; } || skip 'no /proc/PID/status and io'
	mkfifo go
	wire 'yes data str=0123456789012345678901234567890123456789 | head -n 1000000' 'read -r x <go; cat | wc -l >lines' &
	pid=$!
	await busy "$pid" 2000000
	# By the time that another has passed so many on, one without bounds would have them in memory.
	timeout 60 wire 'yes data str=0123456789012345678901234567890123456789 | head -n 400000' 'cat >/dev/null'
	sanitized || [ "$(awk '$1 == "VmHWM:" { print $2 }' "/proc/$pid/status")" -lt 32768 ]
	echo >go
	wait "$pid"
	is "$(cat lines)" 1000000
	left 'head -n 1000000'
}

# ---- the end ----

@test 'exit status and message say whose program failed' {
	try timeout 60 wire 'exit 3' 'cat >/dev/null'
	fails 1 'wire: A: exit status 3'
	try timeout 60 wire 'cat >/dev/null' 'kill -9 $$'
	fails 1 'wire: B: killed by signal 9 (Killed)'
	try timeout 60 wire 'exit 4' 'exit 5'
	fails 1 $'wire: A: exit status 4\nwire: B: exit status 5'
	try timeout 60 wire 'nosuchcommand 2>/dev/null' 'cat >/dev/null'
	fails 1 'wire: A: exit status 127 (no such command)'
	try timeout 60 wire --through 'exit 6' 'cat >/dev/null' :
	fails 1 $'wire: pipeline from A to B: exit status 6\nwire: pipeline from B to A: exit status 6'
	try timeout 60 wire true 'cat >/dev/null; exit 7'
	fails 1 'wire: B: exit status 7'
}

@test 'whose partner goes away ends by SIGPIPE, which is no failure' {
	try timeout 60 wire 'yes data str=x' 'head -n 1 >got'
	quiet_ok
	is "$(cat got)" 'data str=x'
	try timeout 60 wire 'yes data str=x | cat' :
	quiet_ok
	try timeout 60 wire --through cat 'yes data str=x' 'head -n 1 >got'
	quiet_ok
}

@test 'who closes only its input still speaks; what is sent to it is lost' {
	mkfifo go
	timeout 60 wire --log log 'read -r x; echo data str=1; echo data str=2; exec cat >got' \
		'exec <&-; echo data str=x; read -r x <go; echo data str=y' &
	pid=$!
	await grep -q -s 'str=2 .*@wire.lost=yes @wire.closed=yes' log
	echo >go
	wait "$pid"
	is "$(cat got)" 'data str=y'
}

@test 'nothing is left over: not by a program that leaves others behind, nor by one that is deaf' {
	timeout 60 wire 'sleep 4711 & echo data str=x' 'cat >got'
	is "$(cat got)" 'data str=x'
	left 4711
	timeout 60 wire --through cat 'sleep 4711 & echo data str=x' 'cat >got' # the pipeline's input ends all the same
	left 4711
	timeout 60 wire 'setsid sleep 4712 & :' 'trap "" TERM; sleep 4713 & :'
	left '471[23]'
}

@test 'SIGTERM and SIGINT end all, and wire as they should' {
	for signal in TERM:143 INT:130; do
		rm -f ready code
		# Without job control the shell lets a background process ignore SIGINT.
		(
			set -m
			wire 'sleep 4714 | sleep 4714' 'setsid sleep 4715 & : >ready; trap "" TERM; exec sleep 4716' &
			echo $! >pid
			code=0
			wait $! || code=$?
			echo "$code" >code
		) 2>err &
		await test -e ready
		kill "-${signal%:*}" "$(cat pid)"
		await test -s code
		is "$(cat code)" "${signal#*:}"
		left '471[456]'
	done
}

@test 'a log that cannot be written is an error; one that nobody reads ends all quietly' {
	[ -c /dev/full ] || skip 'no /dev/full'
	try timeout 60 wire --log /dev/full 'echo data str=x; exec sleep 4717' 'exec sleep 4717'
	fails 2 'wire: write /dev/full: No space left on device'
	try wire --log /none/there : :
	fails 2 'wire: open /none/there: No such file or directory'
	got=$(timeout 60 wire --log - 'yes data str=x' 'cat >/dev/null' 2>err | head -n 1; echo "${PIPESTATUS[0]}")
	is "${got##*$'\n'} $(cat err)" '141 '
	left 4717
}

@test 'closed standard input and output do no harm' {
	timeout 60 wire 'echo data str=x' 'cat >got' <&- >&-
	is "$(cat got)" 'data str=x'
}
