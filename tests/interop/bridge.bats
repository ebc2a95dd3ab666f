# bridge.bats - framer bridge against bridges of others: the same frames leave by the same ports, octet by octet. Open vSwitch (its
# normal action, with dummy ports and virtual time, as nobody in particular) and the kernel's bridge in a namespace of its own.

load peers

setup() {
	need python3
	t=$BATS_TEST_TMPDIR
	export t here
}

teardown() {
	for pid in vs db; do
		[ ! -f "$t/$pid.pid" ] || kill "$(cat "$t/$pid.pid")"
	done
}

bridge() { python3 "$here/bridge.py" "$@"; }

# ovs SCENARIO: starts Open vSwitch in $t, its clock stopped.
ovs() {
	export OVS_RUNDIR=$t OVS_LOGDIR=$t OVS_DBDIR=$t OVS_SYSCONFDIR=$t
	local db=unix:$t/db.sock port settings
	ovsdb-tool create "$t/conf.db" /usr/share/openvswitch/vswitch.ovsschema
	ovsdb-server --remote="p$db" --pidfile="$t/db.pid" --unixctl="$t/db.ctl" --no-chdir --detach -vconsole:off --log-file="$t/db.log" "$t/conf.db"
	ovs-vsctl --db="$db" --no-wait init
	ovs-vsctl --db="$db" --no-wait set Open_vSwitch . other_config:vlan-limit=2 other_config:flow-limit=0 # each frame anew
	ovs-vswitchd --enable-dummy=override --disable-system --pidfile="$t/vs.pid" --unixctl="$t/vs.ctl" --no-chdir --detach \
		-vconsole:off --log-file="$t/vs.log" "$db"
	ovs-vsctl --db="$db" add-br br0 -- set bridge br0 datapath_type=dummy fail_mode=standalone other-config:mac-aging-time=300
	while read -r port settings; do
		# shellcheck disable=SC2086 # settings are words
		ovs-vsctl --db="$db" add-port br0 "$port" -- set interface "$port" type=dummy "options:tx_pcap=$t/theirs/${port#p}.pcap" \
			${settings:+-- set port $port $settings}
	done < <(bridge settings "$1")
	ovs-appctl -t "$t/vs.ctl" time/stop
}

# ours SCENARIO PORTS OPTION...: what framer bridge lets out, a capture a port, from frames that are text.
ours() {
	local i
	pktcat "$t/in.pcap" | paste -d' ' - "$t/ports" | framer bridge "${@:2}" >"$t/out"
	mkdir -p "$t/ours"
	for ((i = 1; i <= $1; i++)); do
		grep " @if=$i " "$t/out" | pktcat -q -w "$t/ours/$i.pcap"
	done
}

# same N FRAMES: both let out the same.
same() {
	bridge left "$t/theirs" "$1" >"$t/theirs.txt"
	bridge left "$t/ours" "$1" | diff - "$t/theirs.txt" >"$t/diff" || { head "$t/diff"; return 1; }
	[ "$(wc -l <"$t/theirs.txt")" -gt $(($2 / 2)) ]
	echo "# $2 frames in, $(wc -l <"$t/theirs.txt") out, the same" >&3
}

# against_ovs SCENARIO PORTS FRAMES OPTION...
against_ovs() {
	need ovs-vswitchd ovsdb-server ovs-vsctl
	mkdir "$t/theirs"
	ovs "$1"
	bridge frames "$1" 1 "$3" "$t/in.pcap" >"$t/ports"
	bridge ovs "$t/in.pcap" "$t/ports" "$t"
	ours "$2" -p "$2" "${@:4}"
	same "$2" "$3"
}

@test "bridge: Open vSwitch learns, ages and floods as ours does" {
	against_ovs plain 4 600
}

@test "bridge: Open vSwitch's access, trunk and hybrid ports let the same frames out with the same tags" {
	against_ovs vlan 6 600 --vlan 1:10 --vlan 2:10 --vlan 3:20 --vlan 4:0,10,20 --vlan 5:10,20,30 --vlan 6:30,20,30
}

@test "bridge: Open vSwitch's tunnels through a provider are ours" {
	against_ovs provider 4 600 --provider --vlan 1:100 --vlan 2:100 --vlan 3:200 --vlan 4:0,100,200
}

@test "bridge: the kernel's bridge lets the same frames out" {
	need unshare ip
	if [ "$(id -u)" -eq 0 ]; then net='unshare -n'; else net='unshare -cn --keep-caps'; fi
	$net true || skip 'no root and no user namespaces here'
	bridge frames plain 2 400 "$t/in.pcap" >"$t/ports"
	# Time stands still there; all is sent within a second.
	mkdir "$t/theirs"
	$net bash -euo pipefail -c '
		sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1 || :
		ip link add br0 type bridge mcast_snooping 0 stp_state 0 forward_delay 0
		for i in 1 2 3 4; do
			ip link add v$i type veth peer name k$i
			ip link set k$i master br0
			ip link set v$i up
			ip link set k$i up
		done
		ip link set br0 up
		for i in 1 2 3 4; do
			n=0
			until ip -o link show k$i | grep -q "state UP"; do n=$((n + 1)); [ $n -lt 1000 ]; done
		done
		python3 "$here/bridge.py" kernel "$t/in.pcap" "$t/ports" "$t/theirs"
	'
	ours 4 -p 4 --age 1000000
	same 4 400
}
