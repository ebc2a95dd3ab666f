#!/usr/bin/env python3
"""fields.py - compares our fields with tshark's on every packet: fields.py [CAPTURE...]

Without captures: all of $OSIKIT_DATA. Each value of each occurrence of each field is compared, quoted and nested
headers included. In a packet that tshark calls malformed or cut short both stop somewhere, each in its own way: there
what both have must agree. Prints counts as TAP comments; exit 1 when a difference is not one of KNOWN.
"""
import collections
import os
import re
import sys
import tempfile

import peers

# ---- values: how a column's text becomes a list that can be compared ----


def numbers(s):
    return [int(v, 0) for v in s.split(",")]


def words(s):
    """Texts; octets in hex without the colons, which tshark leaves out of some."""
    return [v.replace(":", "") if re.fullmatch("([0-9a-f]{2}:)+[0-9a-f]{2}", v) else v for v in s.split(",")]


def times(s):
    whole, _, part = s.partition(".")
    return [int(whole) * 10**9 + int(part.ljust(9, "0"))]


def scaled(factor):
    return lambda s: [factor * int(v) for v in s.split(",")]


def nonzero(s):
    return [n for n in numbers(s) if n]


def floating(bits):
    """Codes that are a floating-point number when their first bit is set (RFC 3376, 4.1.1; RFC 3810, 5.1.3); 0 left out."""
    mantissa = 4 if bits == 8 else 12
    def convert(s):
        return [n if n < 1 << bits - 1 else (n & (1 << mantissa) - 1 | 1 << mantissa) << (n >> mantissa & 7) + 3
                for n in numbers(s) if n]
    return convert


def options(name, kinds, *parts, padding=(0,)):
    """Of options: without a name their kinds less padding; else of each of that name every parts[1]-th part from parts[0] on."""
    def convert(s):
        items = [i.split(":") for i in s.split(",")]
        if not name:
            known = [int(i[0][1:]) if re.fullmatch("k[0-9]+", i[0]) else kinds.get(i[0], i[0]) for i in items]
            return [k for k in known if k not in padding]
        values = [v for i in items if i[0] == name for v in (i[1:] if not parts else i[parts[0]::parts[1]])]
        return [v if kinds is None else int(v) for v in values]
    return convert


TCP_KINDS = {"eol": 0, "nop": 1, "mss": 2, "ws": 3, "sackok": 4, "sack": 5, "ts": 8, "md5": 19, "ao": 29, "mptcp": 30,
             "tfo": 34, "exp": 253}
IP_KINDS = {"eol": 0, "nop": 1, "rr": 7, "ts": 68, "sec": 130, "lsrr": 131, "sid": 136, "ssrr": 137, "ra": 148}
IP6_KINDS = {"pad1": 0, "padn": 1, "tel": 4, "ra": 5, "calipso": 7, "pdm": 15, "qs": 38, "minmtu": 48, "jumbo": 194, "hao": 201}
ND_KINDS = {"slla": 1, "tlla": 2, "prefix": 3, "redir": 4, "mtu": 5, "nonce": 14, "route": 24, "rdnss": 25, "dnssl": 31}


def records(part):
    """Of IGMPv3 and MLDv2 records TYPE/GROUP/SOURCE/... the types (0) or the groups (1)."""
    types = {"is_in": 1, "is_ex": 2, "to_in": 3, "to_ex": 4, "allow": 5, "block": 6}
    def convert(s):
        values = [item.split("/")[part] for item in s.split(",")]
        return [types.get(v) or int(v) for v in values] if part == 0 else values
    return convert


# ---- the fields: ours and tshark's. a|b: the values of a, then those of b ----

ADDRESSES = """
eth.da eth.dst              eth.sa eth.src              ip.src ip.src             ip.dst ip.dst
ip6.src ipv6.src            ip6.dst ipv6.dst            icmp.gw icmp.redir_gw     sll.addr|sll2.addr sll.src.eth
arp.sha|arp.shx arp.src.hw_mac|arp.src.hw    arp.tha|arp.thx arp.dst.hw_mac|arp.dst.hw   arp.spa arp.src.proto_ipv4   arp.tpa arp.dst.proto_ipv4
icmp6.target icmpv6.nd.ns.target_address|icmpv6.nd.na.target_address|icmpv6.nd.rd.target_address
icmp6.dst icmpv6.rd.na.destination_address              icmp6.group icmpv6.mld.multicast_address
ah.icv ah.icv
"""

NUMBERS = """
eth.type eth.type|eth.len   vlan.vid vlan.id|ieee8021ad.id   vlan.pcp vlan.priority|ieee8021ad.priority
vlan.dei vlan.dei|ieee8021ad.dei   llc.dsap llc.dsap   llc.ssap llc.ssap   snap.oui llc.oui
arp.htype arp.hw.type   arp.ptype arp.proto.type   arp.hlen arp.hw.size   arp.plen arp.proto.size   arp.op arp.opcode
sll.type|sll2.type sll.pkttype   sll.hatype|sll2.hatype sll.hatype   sll.halen|sll2.halen sll.halen
sll.proto|sll2.proto sll.etype|sll.ltype   sll2.ifindex sll.ifindex   ppp.proto|ppp.pfc ppp.protocol
mpls.label mpls.label   mpls.tc mpls.exp   mpls.s mpls.bottom   mpls.ttl mpls.ttl
pppoe.code pppoe.code   pppoe.sid pppoe.session_id   pppoe.len pppoe.payload_length   vxlan.vni vxlan.vni
gre.proto gre.proto   gre.ver gre.flags.version   gre.key gre.key   gre.seq gre.sequence_number   gre.sum gre.checksum
gre.plen gre.key.payload_length   gre.call gre.key.call_id   gre.ack gre.ack_number
ip.dscp ip.dsfield.dscp   ip.ecn ip.dsfield.ecn   ip.len ip.len   ip.id ip.id   ip.flags ip.flags   ip.frag ip.frag_offset
ip.ttl ip.ttl   ip.proto ip.proto   ip.sum ip.checksum
ip6.ver ipv6.version   ip6.tc ipv6.tclass   ip6.flow ipv6.flow   ip6.len ipv6.plen   ip6.nh ipv6.nxt   ip6.hop ipv6.hlim
hopopt.nh ipv6.hopopts.nxt   hopopt.len ipv6.hopopts.len   dstopt.nh ipv6.dstopts.nxt   dstopt.len ipv6.dstopts.len
ip6rt.nh ipv6.routing.nxt   ip6rt.len ipv6.routing.len   ip6rt.type ipv6.routing.type   ip6rt.left ipv6.routing.segleft
ip6rt.last ipv6.routing.srh.last_entry
ip6frag.nh ipv6.fraghdr.nxt   ip6frag.frag ipv6.fraghdr.offset   ip6frag.flags ipv6.fraghdr.more   ip6frag.id ipv6.fraghdr.ident
ah.nh ah.next_header   ah.len ah.length   ah.spi ah.spi   ah.seq ah.sequence
icmp.type icmp.type   icmp.code icmp.code   icmp.sum icmp.checksum   icmp.id icmp.ident   icmp.seq icmp.seq
icmp.mtu icmp.mtu   icmp.ptr icmp.pointer
icmp6.type icmpv6.type   icmp6.code icmpv6.code   icmp6.sum icmpv6.checksum   icmp6.id icmpv6.echo.identifier
icmp6.seq icmpv6.echo.sequence_number   icmp6.mtu icmpv6.mtu   icmp6.ptr icmpv6.pointer
icmp6.hop icmpv6.nd.ra.cur_hop_limit   icmp6.raflags icmpv6.nd.ra.flag   icmp6.lifetime icmpv6.nd.ra.router_lifetime
icmp6.reach icmpv6.nd.ra.reachable_time   icmp6.retrans icmpv6.nd.ra.retrans_timer   icmp6.naflags icmpv6.nd.na.flag
icmp6.qrv icmpv6.mld.flag.qrv
icmp6.num icmpv6.mld.nb_sources|icmpv6.mldr.nb_mcast_records
igmp.type igmp.type   igmp.sum igmp.checksum   igmp.qrv igmp.qrv
udp.sport udp.srcport   udp.dport udp.dstport   udp.len udp.length   udp.sum udp.checksum
tcp.sport tcp.srcport   tcp.dport tcp.dstport   tcp.seq tcp.seq   tcp.ack tcp.ack   tcp.flags tcp.flags
tcp.win tcp.window_size_value   tcp.sum tcp.checksum   tcp.urg tcp.urgent_pointer
"""

OTHERS = [
    ("time", "frame.time_epoch", times, times),
    ("len", "frame.len", numbers, numbers),
    ("caplen", "frame.cap_len", numbers, numbers),
    ("ip.ihl", "ip.hdr_len", scaled(4), numbers),
    ("tcp.off", "tcp.hdr_len", scaled(4), numbers),
    ("icmp.len", "icmp.length", nonzero, nonzero),
    ("igmp.maxresp", "igmp.max_resp", floating(8), nonzero),
    ("igmp.qqic", "igmp.qqic", floating(8), nonzero),
    ("icmp6.maxdelay", "icmpv6.mld.maximum_response_delay|icmpv6.mld.maximum_response_code", floating(16), nonzero),
    ("icmp6.qqic", "icmpv6.mld.qqi", floating(8), nonzero),
    ("ip.opt", "ip.opt.type", options("", IP_KINDS), nonzero),
    ("hopopt.opt|dstopt.opt", "ipv6.opt.type", options("", IP6_KINDS, padding=(0, 1)), lambda s: [n for n in numbers(s) if n > 1]),
    ("ip6rt.tag", "ipv6.routing.srh.tag", numbers, lambda s: [int(v, 16) for v in s.split(",")]),
    ("ip6rt.seg", "ipv6.routing.src.addr|ipv6.routing.mipv6.home_address|ipv6.routing.srh.addr", words, words),
    ("tcp.opt", "tcp.option_kind", options("", TCP_KINDS), nonzero),
    ("tcp.opt", "tcp.options.mss_val", options("mss", TCP_KINDS), numbers),
    ("tcp.opt", "tcp.options.wscale.shift", options("ws", TCP_KINDS), numbers),
    ("tcp.opt", "tcp.options.timestamp.tsval", options("ts", TCP_KINDS, 1, 2), numbers),
    ("tcp.opt", "tcp.options.timestamp.tsecr", options("ts", TCP_KINDS, 2, 2), numbers),
    ("tcp.opt", "tcp.options.sack_le", options("sack", TCP_KINDS, 1, 2), numbers),
    ("tcp.opt", "tcp.options.sack_re", options("sack", TCP_KINDS, 2, 2), numbers),
    ("tcp.opt", "tcp.options.md5.digest", options("md5", None), words),
    ("tcp.opt", "tcp.options.tfo.cookie", options("tfo", None), words),
    ("icmp6.opt", "icmpv6.opt.type", options("", ND_KINDS), numbers),
    ("icmp6.rec", "icmpv6.mldr.mar.record_type", records(0), numbers),
    ("icmp6.rec", "icmpv6.mldr.mar.multicast_address", records(1), words),
    ("igmp.rec", "igmp.record_type", records(0), numbers),
]


def table():
    for text, convert in ((ADDRESSES, words), (NUMBERS, numbers)):
        w = text.split()
        for ours, theirs in zip(w[::2], w[1::2]):
            yield ours, theirs, convert, convert
    yield from OTHERS


class Packet:
    """One packet as both see it."""

    OURS = ["layers", "frame.dlt", "ip.flags", "ip.opt", "ip.proto"]
    THEIRS = ["frame.protocols", "_ws.malformed", "_ws.short", "_ws.expert.severity", "_ws.expert.group"]

    def __init__(self, place, ours, theirs):
        self.place, self.ours, self.theirs = place, ours, theirs

    def link(self):
        return int(self.ours["frame.dlt"] or 0) & 0xffff  # a classic pcap has other things above

    def malformed(self):
        """Whether tshark finds an error in it other than a bad checksum."""
        if self.theirs["_ws.malformed"] or self.theirs["_ws.short"]:
            return True
        levels = zip(self.theirs["_ws.expert.severity"].split(","), self.theirs["_ws.expert.group"].split(","))
        return any(severity == "8388608" and group != "16777216" for severity, group in levels)


def shorter(x, y):
    """Whether list x ends before list y, and is the same up to there."""
    return len(x) < len(y) and y[:len(x)] == x


# ---- known differences: what is right about them, and which they are: p the packet, f our field, x our values, y tshark's ----

KNOWN = [
    ("a length of 0 (segmentation offload, jumbograms): tshark shows what it computes, we what is there",
     lambda p, f, x, y: f == "ip.len" and len(x) == len(y) and all(a == b or a == 0 for a, b in zip(x, y))),
    ("a source route: tshark shows its last address as ip.dst, we what is there",
     lambda p, f, x, y: f == "ip.dst" and re.search("[ls]srr", p.ours["ip.opt"])),
    ("a header that the first fragment or the snap length cuts short is data here",
     lambda p, f, x, y: shorter(x, y) and p.ours["layers"].endswith("data") and
     (any(int(v) & 1 for v in p.ours["ip.flags"].split(",") if v) or p.ours["caplen"] != p.ours["len"])),
    ("more than 64 layers",
     lambda p, f, x, y: shorter(x, y) and p.ours["layers"].count(",") >= 60),
    ("options that are none: tshark reads on, we print raw:",
     lambda p, f, x, y: f.endswith(".opt") and "raw" in x),
    ("tshark takes the pseudo-header of ATM captures off the length",
     lambda p, f, x, y: f in ("len", "caplen") and p.link() == 123 and x[0] == y[0] + 4),
    ("a length on the wire from 2^31 on: tshark shows 2^31 - 1",
     lambda p, f, x, y: f == "len" and x[0] >= 2**31 and y[0] == 2**31 - 1),
    ("a pcap's microseconds beyond a second: tshark has its own arithmetic for more than 4294 of them, we carry",
     lambda p, f, x, y: f == "time" and p.place.split(":")[0] in
     ("ndpi__tests_cfgs_default_pcap_fuzz-2021-06-07-c6c72a0a56.pcap", "tcpdump__tests_rx_serviceid_oobr.pcap")),
    ("an IGMP report's octet behind the type is reserved to us", lambda p, f, x, y: f == "igmp.maxresp" and not x),
    ("IGMP of an unknown type: tshark shows its type only", lambda p, f, x, y: f == "igmp.sum" and not y),
    ("link type 50 whose first octet is not 0xff (HDLC): tshark guesses PPP",
     lambda p, f, x, y: f == "ppp.proto|ppp.pfc" and not x and p.link() == 50),
]


# Captures whose packets are not the same for tshark.
SET_ASIDE = {
    "suricata__tests_bug-6875-01_fuzz.pcap": "a record of 1409179648 octets: tshark takes the file for another flavour of pcap",
}


class Comparison:
    def __init__(self):
        self.table = list(table())
        self.ours = self.columns(0) + [c for c in Packet.OURS if c not in self.columns(0)]
        self.theirs = self.columns(1) + Packet.THEIRS
        self.packets = self.malformed = self.values = self.failures = 0
        self.known = collections.Counter()

    def columns(self, side):
        return list(dict.fromkeys(c for row in self.table for c in row[side].split("|")))

    def packet(self, p):
        self.packets += 1
        malformed = p.malformed()
        self.malformed += malformed
        for ours, theirs, of_ours, of_theirs in self.table:
            a = p.ours[ours] if ours in p.ours else ",".join(filter(None, (p.ours[c] for c in ours.split("|"))))
            b = p.theirs[theirs] if theirs in p.theirs else ",".join(filter(None, (p.theirs[c] for c in theirs.split("|"))))
            if a == b:
                self.values += a.count(",") + 1 if a else 0
                continue
            x, y = of_ours(a) if a else [], of_theirs(b) if b else []
            self.values += min(len(x), len(y))
            if x != y and not (malformed and (shorter(x, y) or shorter(y, x))):
                self.differs(p, ours, theirs, x, y)

    def differs(self, p, ours, theirs, x, y):
        for reason, holds in KNOWN:
            if holds(p, ours, x, y):
                self.known[reason] += 1
                return
        self.failures += 1
        if self.failures <= 40:
            print(f"# {p.place}: {ours}={x} and {theirs}={y} ({p.ours['layers']}; {p.theirs['frame.protocols']})"[:400])

    def files(self, files):
        with tempfile.TemporaryDirectory() as scratch:
            tshark = peers.Tshark(scratch)
            mine = peers.Pktcat(scratch, files, self.ours)
            for capture, inside in tshark.merge(f for f in files if f not in mine.refused and os.path.basename(f) not in SET_ASIDE):
                self.capture(mine, inside, tshark.rows(capture, self.theirs))

    def capture(self, mine, inside, theirs):
        names = set(inside)
        ours = (row for row in mine.rows() if row[0] in names)
        last = ""
        for (name, number, values), row in zip(ours, theirs):
            last = f"{os.path.basename(name)}:{number}"
            self.packet(Packet(last, dict(zip(self.ours, values)), dict(zip(self.theirs, row))))
        # What only one of them can read (an unknown link type, a damaged file that mergecap refused) is no packet for both.
        if len(inside) > 1 and (next(ours, None) or next(theirs, None)):
            self.failures += 1
            print(f"# after {last}: one of them has more packets")


def main():
    c = Comparison()
    c.files(sys.argv[1:] or peers.captures())
    print(f"# {c.packets} packets ({c.malformed} of them malformed to tshark), {c.values} fields, {c.failures} differences")
    for reason, n in c.known.most_common():
        print(f"#   and {n} known: {reason}")
    sys.exit(1 if c.failures or not c.packets else 0)


main()
