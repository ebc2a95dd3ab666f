#!/usr/bin/env bats
# bridge.bats - framer bridge: learning, ageing, flooding, filtering and VLANs, on frames in packet text.

load helper
code=0 # try sets it

IP='ip id=0 ttl=64 src=192.0.2.1 dst=192.0.2.2'

# f FROM TO [REST...]: a frame between two stations.
f() { echo "eth da=02:00:00:00:00:0$2 sa=02:00:00:00:00:0$1 ${*:3}"; }

# all TO [REST...]: to everyone.
all() { echo "eth da=ff:ff:ff:ff:ff:ff sa=02:00:00:00:00:0$1 ${*:2}"; }

# ways: of the lines on stdin, "PORTS" of each frame that went in, as --together writes them.
ways() { sed 's/.*@framer\.\(out\|drop\)=\([^ ]*\).*/\2/' | paste -sd' '; }

@test '--help, and wrong options: one line that says why' {
	has "$(framer bridge --help)" 'usage: framer bridge '
	has "$(framer --help)" 'bridge'
	while IFS='|' read -r options message; do
		# shellcheck disable=SC2086 # options are words
		try framer bridge $options <<<"$(f 1 2 "$IP") @if=1"
		fails 2 "framer bridge: $message"
		[ ! -s out ]
	done <<-'END'
		|-p says which ports there are: -p 4, or -p a,b,c
		-p 0|-p: 1 to 64 ports
		-p 65|-p: 1 to 64 ports
		-p a,,b|-p: "" cannot be the name of a port
		-p a,b,|-p: "" cannot be the name of a port
		-p a,a|-p: two ports are called a
		-p a%b|-p: "a%b" cannot be the name of a port
		-p 3 --vlan 1|--vlan: PORT:PVID[,VID...], not "1"
		-p 3 --vlan 4:1|--vlan: there is no port "4"
		-p 3 --vlan 1:|--vlan: a VLAN is 0 to 4094, not ""
		-p 3 --vlan 1:4095|--vlan: a VLAN is 0 to 4094, not "4095"
		-p 3 --vlan 1:1,0|--vlan: a VLAN is 1 to 4094, not "0"
		-p 3 --vlan 1:1,20-10|--vlan: a VLAN is 20 to 4094, not "10"
		-p 3 --vlan 1:1,|--vlan: a VLAN is 1 to 4094, not ""
		-p 3 --vlan 1:1-3|--vlan: a VLAN is 0 to 4094, not "1-3"
		-p 3 --static 1:2:3=1|--static: MAC[@VID]=PORTS, not "1:2:3=1"
		-p 3 --static 02:00:00:00:00:09|--static: MAC[@VID]=PORTS, not "02:00:00:00:00:09"
		-p 3 --static 02:00:00:00:00:09=4|--static: there is no port "4"
		-p 3 --static 02:00:00:00:00:09@5=3|--static: @5 wants a bridge with VLANs (--vlan)
		-p 3 --from 4|--from: there is no port "4"
		-p 3 --block 1,9|--block: there is no port "9"
	END
}

@test 'a line for each port that a frame leaves by, as it came but for its notes' {
	try framer bridge -p 3 <<<"1.50   $(f 1 2 "$IP")  @a.b=c @if=2 @framer.drop=old"
	quiet_ok
	is "$(cat out)" "1.50   $(f 1 2 "$IP")  @a.b=c @if=1 @framer.in=2
1.50   $(f 1 2 "$IP")  @a.b=c @if=3 @framer.in=2"
	is "$(framer bridge -p 3 --together out | head -1)" "1.50   $(f 1 2 "$IP")  @a.b=c @if=1 @framer.out=2,3"
}

@test 'it learns where stations are, and forgets them after the ageing time of packet time' {
	try framer bridge -p 3 --together --keep --age 10 <<END
1 $(f 1 2 "$IP") @if=1
2 $(f 2 1 "$IP") @if=2
3 $(f 3 1 "$IP") @if=3
10.999999 $(f 3 1 "$IP") @if=3
11 $(f 3 1 "$IP") @if=3
12 $(f 3 2 "$IP") @if=3
13 $(f 3 3 "$IP") @if=3
14 $(f 3 1 "$IP") @if=1
15 $(f 2 3 "$IP") @if=2
END
	quiet_ok
	is "$(ways <out)" '2,3 1 1 1 1,2 1,2 same 2,3 1'
}

@test 'ports have names, and frames without @if= come in by --from' {
	is "$(framer bridge -p eth0,eth0.5,wlan0 --from wlan0 --together <<<"$(f 1 2 "$IP")" | ways)" eth0,eth0.5
	try framer bridge -p 3 <<<"$(f 1 2 "$IP")"
	fails 2 'framer bridge: -:1: no @if= says by which port it came in (--from PORT is for those)'
	try framer bridge -p 3 <<<"$(f 1 2 "$IP") @if=4"
	fails 2 'framer bridge: -:1: @if=4: there is no such port'
	try framer bridge -p 3 <<<"$IP @if=1"
	fails 2 'framer bridge: -:1: not an Ethernet frame: the first layer is ip'
}

@test 'reserved addresses, sources that are none, blocked ports, damaged frames: dropped, with --keep the reason' {
	cat >in <<END
$(f 1 2 "$IP") @if=1
eth da=01:80:c2:00:00:00 sa=02:00:00:00:00:01 llc data @if=1
eth da=02:00:00:00:00:01 sa=03:00:00:00:00:01 $IP @if=1
$(f 2 1 "$IP") @if=4
eth da=02:00:00:00:00:02 sa=02:00:00:00:00:01 fcs=0x1 $IP @if=1
$(f 3 1 "$IP") @if=1
END
	try framer bridge -p 4 --block 4 in
	is "$code" 1
	is "$(cat err)" 'framer bridge: 6 frames: 0 forwarded, 1 flooded, 5 dropped (1 blocked, 1 source, 1 reserved, 1 same, 1 fcs)'
	is "$(wc -l <out)" 2
	is "$(framer bridge -q -p 4 --block 4 --keep --together in | ways)" '2,3 reserved source blocked fcs same'
	is "$(framer bridge -q -p 4 --block 4 --keep in | sed -n 3p)" 'eth da=01:80:c2:00:00:00 sa=02:00:00:00:00:01 llc data @if=1 @framer.drop=reserved'
}

@test 'static entries: of stations, of groups, of nobody; by VLAN' {
	try framer bridge -p 4 --together --keep --static 02:00:00:00:00:07=3 --static 1:0:5e:0:0:1=2,3 --static 2:0:0:0:0:8= <<END
$(f 1 7 "$IP") @if=1
eth da=01:00:5e:00:00:01 sa=02:00:00:00:00:01 $IP @if=1
eth da=01:00:5e:00:00:01 sa=02:00:00:00:00:02 $IP @if=2
$(f 1 8 "$IP") @if=1
END
	quiet_ok
	is "$(ways <out)" '3 2,3 3 static'
	is "$(framer bridge -p 3 --vlan 1:5 --vlan 2:5 --vlan 3:5 --static 02:00:00:00:00:07@5=3 --together <<<"$(f 1 7 "$IP") @if=1" | ways)" 3
}

@test 'a table of N addresses learns no more' {
	try framer bridge -p 3 --table 1 --together <<END
$(f 1 9 "$IP") @if=1
$(f 2 1 "$IP") @if=2
$(f 1 2 "$IP") @if=1
END
	quiet_ok
	is "$(ways <out)" '2,3 1 2,3'
}

CAMPUS='-p a,b,c,trunk --vlan a:10 --vlan b:10 --vlan c:20 --vlan trunk:0,10,20'

@test 'VLANs: tags come and go by the port, the frame check sequence and the padding with them' {
	# shellcheck disable=SC2086 # options are words
	try framer bridge $CAMPUS <<END
$(all 1 "fcs=crc $IP pad n=26") @if=a
$(all 3 "fcs=crc $IP pad n=26") @if=c
$(all 4 "fcs=crc vlan pcp=5 dei=1 vid=20 $IP pad n=22") @if=trunk
$(f 4 1 "fcs=crc vlan pcp=5 dei=1 vid=10 $IP pad hex=$(printf '%044d' 1)") @if=trunk
$(f 1 4 "$IP pad n=26") @if=a
END
	quiet_ok
	is "$(cat out)" "$(all 1 "fcs=crc $IP pad n=26") @if=b @framer.in=a
$(all 1 "fcs=crc vlan vid=10 $IP pad n=26") @if=trunk @framer.in=a
$(all 3 "fcs=crc vlan vid=20 $IP pad n=26") @if=trunk @framer.in=c
$(all 4 "fcs=crc $IP pad n=26") @if=c @framer.in=trunk
$(f 4 1 "fcs=crc $IP pad hex=$(printf '%044d' 1)00000000") @if=a @framer.in=trunk
$(f 1 4 "vlan vid=10 $IP pad n=26") @if=trunk @framer.in=a"
}

@test 'VLANs: frames of others, without a VLAN, with a priority only' {
	# shellcheck disable=SC2086 # options are words
	try framer bridge $CAMPUS --keep --together <<END
$(all 4 "vlan vid=30 $IP") @if=trunk
$(all 4 "$IP") @if=trunk
$(all 1 "vlan vid=20 $IP") @if=a
$(all 1 "vlan vid=10 $IP") @if=a
$(all 1 "vlan pcp=3 vid=0 $IP") @if=a
END
	quiet_ok
	is "$(ways <out)" 'vlan untagged vlan b trunk b trunk'
	is "$(tail -n 4 out)" "$(all 1 "$IP") @if=a @framer.out=b
$(all 1 "vlan vid=10 $IP") @if=a @framer.out=trunk
$(all 1 "$IP") @if=a @framer.out=b
$(all 1 "vlan pcp=3 vid=10 $IP") @if=a @framer.out=trunk"
}

@test 'VLANs: lengths and types of the payload stay, ranges and u, ports without --vlan are in VLAN 1' {
	try framer bridge -p 3 --vlan 2:0,1-5 --vlan 3:9,1u <<END
$(all 1 "llc data str=abc") @if=1
$(all 1 "type=0x1234 data str=abc") @if=1
$(all 2 "vlan vid=1 llc data str=abc") @if=2
$(all 2 "type=0x88a8 vlan vid=1 $IP") @if=1
END
	quiet_ok
	is "$(pktcat -T tsv -e type,len,ctl out)" "$(printf '%s\t%s\t%s\n' type len ctl 33024,6 24 3 6 20 3 33024,4660 21 '' 4660 17 '' 6 20 3 6 20 3 \
		33024,34984,2048 42 '' 34984,2048 38 '')"
	is "$(sed -n 's/.*\(type=0x88a8\|vlan vid=1 type\).*@if=\(.\).*/\1 \2/p' out)" $'vlan vid=1 type 2\ntype=0x88a8 2\ntype=0x88a8 3'
}

@test 'a provider bridge puts a service tag before the customers tag' {
	try framer bridge -p 2 --provider --vlan 1:100 --vlan 2:0,100 <<END
$(all 1 "vlan vid=7 $IP") @if=1
$(all 2 "type=0x88a8 vlan pcp=1 vid=100 vlan vid=7 $IP") @if=2
eth da=01:80:c2:00:00:00 sa=02:00:00:00:00:01 llc data @if=1
END
	quiet_ok
	is "$(cat out)" "$(all 1 "type=0x88a8 vlan vid=100 vlan vid=7 $IP") @if=2 @framer.in=1
$(all 2 "vlan vid=7 $IP") @if=1 @framer.in=2
eth da=01:80:c2:00:00:00 sa=02:00:00:00:00:01 type=0x88a8 vlan vid=100 llc ctl=0x03 data str= @if=2 @framer.in=1"
}

@test 'what the octets say counts, not what the text calls them' {
	# An EtherType that says tag before something else; a tag that an EtherType hides.
	try framer bridge -p 2 --vlan 1:0,64 --vlan 2:64 <<<"$(all 1 'type=0x8100 data hex=00400800') @if=1"
	quiet_ok
	is "$(cat out)" "$(all 1 'type=0x0800') @if=2 @framer.in=1"
	try framer bridge -p 2 --vlan 1:5 --vlan 2:0,5 <<<"$(all 1 "type=0x0801 vlan vid=9 $IP") @if=1"
	quiet_ok
	is "$(cat out)" "$(all 1 "vlan vid=5 type=0x0801 vlan vid=9 $IP") @if=2 @framer.in=1"
	# Cut before the VID: no tag.
	is "$(framer bridge -p 2 --vlan 1:0,64 --keep <<<"$(all 1 'type=0x8100 data hex=00') @if=1" | ways)" untagged
	# A capture that was cut keeps its count.
	has "$(framer bridge -p 2 --vlan 2:0,1 <<<"$(all 1 "$IP udp data str=abc @len=1000") @if=1")" ' @len=1004 '
}

@test 'what two bridges and a trunk did to a frame is undone at the end' {
	cat >in <<END
$(all 1 "fcs=crc $IP udp data str=hello pad n=13") @if=1
$(f 2 9 "llc ctl=0x03 snap oui=0x000000 $IP") @if=1
$(f 3 9 "type=0x1234 data hex=$(printf '%0200d' 0)") @if=1
$(f 4 9 "vlan vid=0 $IP") @if=1
END
	framer bridge -p 2 --vlan 1:7 --vlan 2:0,7 in >trunk
	is "$(grep -c 'vlan vid=7 ' trunk)" 4
	framer bridge -p 2 --vlan 1:7 --vlan 2:0,7 trunk | sed 's/ @.*//' >back
	sed 's/vlan vid=0 //; s/ @.*//' in | pktcat | diff - back
}

@test '-v says what became of each frame, and the table then' {
	try framer bridge -v -p a,b --vlan a:5 --vlan b:5 --age 20.5 --static 2:0:0:0:0:9@5=b <<END
7 $(f 1 2 "$IP") @if=a
8.25 $(f 2 1 "$IP") @if=b
9 $(f 2 1 "$IP") @if=a
29 $(f 9 1 "$IP") @if=b
END
	is "$code" 0
	is "$(cat err)" "-:1: port a, VLAN 5: 02:00:00:00:00:01 to 02:00:00:00:00:02: flooded to b; source learned
  VLAN  address            age     ports
     5  02:00:00:00:00:01  0       a
     5  02:00:00:00:00:09  static  b
-:2: port b, VLAN 5: 02:00:00:00:00:02 to 02:00:00:00:00:01: forwarded to a; source learned
  VLAN  address            age     ports
     5  02:00:00:00:00:01  1.25    a
     5  02:00:00:00:00:02  0       b
     5  02:00:00:00:00:09  static  b
-:3: port a, VLAN 5: 02:00:00:00:00:02 to 02:00:00:00:00:01: its destination is on the port that it came from (8.6.1); source moved here from port b
  VLAN  address            age     ports
     5  02:00:00:00:00:01  2       a
     5  02:00:00:00:00:02  0       a
     5  02:00:00:00:00:09  static  b
-:4: port b, VLAN 5: 02:00:00:00:00:09 to 02:00:00:00:00:01: flooded to a
  VLAN  address            age     ports
     5  02:00:00:00:00:02  20      a
     5  02:00:00:00:00:09  static  b
framer bridge: 4 frames: 1 forwarded, 2 flooded, 1 dropped (1 same)"
}

@test 'it is live: each frame comes out while the next is not yet there' {
	mkfifo in
	framer bridge -p 2 <in >out 2>err &
	exec 8>in
	echo "$(f 1 2 "$IP") @if=1" >&8
	await grep -q '@if=2' out
	echo "$(f 2 1 "$IP") @if=2" >&8
	await grep -q '@if=1' out
	exec 8>&-
	wait $!
}
