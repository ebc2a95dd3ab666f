#!/usr/bin/env python3
"""fields.py - compares our fields with tshark's, packet by packet: fields.py CAPTURE..."""
import collections
import re
import sys
import tempfile

import peers


def number(s):
    return int(s, 0)

def same(s):
    return s

def pairs(*convert):
    return convert

# --- TCP options: our list of words, tshark's lists by kind ---
WORDS = {"eol": 0, "nop": 1, "mss": 2, "ws": 3, "sackok": 4, "sack": 5, "ts": 8, "md5": 19, "ao": 29, "mptcp": 30, "tfo": 34,
         "exp": 253}

TABLE = [
    # (ours, tshark's, what to do with ours, what to do with tshark's)
    ("time", "frame.time_epoch", lambda s: s.ljust(20, "0") if "." in s else s + ".000000000", same),
    ("len", "frame.len", number, number),
    ("caplen", "frame.cap_len", number, number),
]

def numbers(ours, theirs):
    TABLE.append((ours, theirs, number, number))

def texts(ours, theirs):
    TABLE.append((ours, theirs, same, same))

for pair in """
eth.da eth.dst        eth.sa eth.src
arp.sha arp.src.hw_mac   arp.tha arp.dst.hw_mac  arp.spa arp.src.proto_ipv4  arp.tpa arp.dst.proto_ipv4
ip.src ip.src  ip.dst ip.dst  ip6.src ipv6.src  ip6.dst ipv6.dst
icmp.gw icmp.redir_gw
sll.addr sll.src.eth
ah.icv ah.icv
""".strip().split("\n"):
    w = pair.split()
    for a, b in zip(w[::2], w[1::2]):
        texts(a, b)
for pair in """
arp.htype arp.hw.type  arp.ptype arp.proto.type  arp.hlen arp.hw.size  arp.plen arp.proto.size  arp.op arp.opcode
ip.ver ip.version  ip.dscp ip.dsfield.dscp  ip.ecn ip.dsfield.ecn  ip.len ip.len  ip.id ip.id  ip.flags ip.flags
ip.frag ip.frag_offset  ip.ttl ip.ttl  ip.proto ip.proto  ip.sum ip.checksum
ip6.ver ipv6.version ip6.tc ipv6.tclass ip6.flow ipv6.flow ip6.len ipv6.plen ip6.nh ipv6.nxt ip6.hop ipv6.hlim
hopopt.nh ipv6.hopopts.nxt hopopt.len ipv6.hopopts.len dstopt.nh ipv6.dstopts.nxt dstopt.len ipv6.dstopts.len
ip6rt.nh ipv6.routing.nxt ip6rt.len ipv6.routing.len ip6rt.type ipv6.routing.type ip6rt.left ipv6.routing.segleft
ip6frag.nh ipv6.fraghdr.nxt ip6frag.frag ipv6.fraghdr.offset ip6frag.flags ipv6.fraghdr.more ip6frag.id ipv6.fraghdr.ident
ah.nh ah.next_header ah.len ah.length ah.spi ah.spi ah.seq ah.sequence
icmp.type icmp.type icmp.code icmp.code icmp.sum icmp.checksum icmp.id icmp.ident icmp.seq icmp.seq icmp.mtu icmp.mtu
icmp6.type icmpv6.type icmp6.code icmpv6.code icmp6.sum icmpv6.checksum icmp6.id icmpv6.echo.identifier
icmp6.seq icmpv6.echo.sequence_number icmp6.mtu icmpv6.mtu
igmp.type igmp.type igmp.sum igmp.checksum 
udp.sport udp.srcport udp.dport udp.dstport udp.len udp.length udp.sum udp.checksum
tcp.sport tcp.srcport tcp.dport tcp.dstport tcp.seq tcp.seq_raw tcp.ack tcp.ack_raw tcp.flags tcp.flags
tcp.win tcp.window_size_value tcp.sum tcp.checksum tcp.urg tcp.urgent_pointer
gre.proto gre.proto gre.key gre.key gre.seq gre.sequence_number gre.sum gre.checksum
mpls.label mpls.label mpls.tc mpls.exp mpls.s mpls.bottom mpls.ttl mpls.ttl
pppoe.code pppoe.code pppoe.sid pppoe.session_id pppoe.len pppoe.payload_length ppp.proto ppp.protocol
vxlan.vni vxlan.vni
vlan.vid vlan.id vlan.pcp vlan.priority vlan.dei vlan.dei vlan.type vlan.etype
sll.type sll.pkttype sll.hatype sll.hatype sll.halen sll.halen 
llc.dsap llc.dsap llc.ssap llc.ssap 
""".strip().split("\n"):
    w = pair.split()
    for a, b in zip(w[::2], w[1::2]):
        numbers(a, b)

TABLE += [("ip.ihl","ip.hdr_len",lambda s:4*int(s),number),("tcp.off","tcp.hdr_len",lambda s:4*int(s),number)]
def main():
    files = sys.argv[1:] or peers.captures()
    diffs = collections.Counter()
    first = {}
    packets = fields = 0
    with tempfile.TemporaryDirectory() as scratch:
        tshark = peers.Tshark(scratch)
        extra = ["frame.protocols", "_ws.malformed", "_ws.short"]
        mine = peers.Pktcat(scratch, files, [t[0] for t in TABLE] + ["layers"])
        print(mine.refused)
        ours = mine.rows()
        for capture, inside in tshark.merge([f for f in files if f not in mine.refused]):
            theirs = tshark.rows(capture, [t[1] for t in TABLE] + extra)
            if len(inside) == 1: ours = (r for r in mine.rows() if r[0] == inside[0])
            else: ours = (r for r in mine.rows() if r[0] in inside)
            for (name, no, us), them in zip(ours, theirs):
                packets += 1
                bad = any(them[-2:])
                for i, (a, b, f, g) in enumerate(TABLE):
                    if us[i] == "" and them[i] == "":
                        continue
                    try:
                        x = [f(v) for v in us[i].split(",")] if us[i] else []
                        y = [g(v) for v in them[i].split(",")] if them[i] else []
                    except ValueError as e:
                        x, y = us[i], them[i]
                    fields += len(x)
                    if x != y:
                        key = (a, b, "malformed" if bad else "")
                        diffs[key] += 1
                        first.setdefault(key, []).append((name.split("/")[-1], no, us[i][:60], them[i][:60], us[-1], them[-3]))
            n1 = sum(1 for _ in ours); n2 = sum(1 for _ in theirs)
            if n1 or n2: print("rest", capture, n1, n2)
    for k, n in diffs.most_common():
        print(n, *k)
        for x in first[k][:3] + first[k][-2:]: print("     ", *x)
    print(packets, fields)
main()
