#!/usr/bin/env python3
"""sums.py - compares udpck's verdict with tshark's checksum status on every packet: sums.py [CAPTURE...]

tshark says of each checksum good, bad, not present or unverified; the packet's verdict is the worst of them. The
checksums that are bad must be the same, and of IP, UDP and TCP what they should be as well. Exit 1 when a difference is
not one of KNOWN.
"""
import collections
import os
import subprocess
import sys
import tempfile

import peers

PROTOCOLS = {"ip": "ip", "udp": "udp", "tcp": "tcp", "icmp": "icmp", "icmp6": "icmpv6", "igmp": "igmp", "gre": "gre"}
CALCULATED = ["ip", "udp", "tcp"]
BAD, GOOD, UNVERIFIED, ABSENT = "0", "1", "2", "3"


class Udpck(peers.Pktcat):
    """What udpck notes on captures."""

    def run(self, name, fields):
        with subprocess.Popen([os.path.join(peers.BIN, "udpck"), name], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as udpck:
            return subprocess.run([os.path.join(peers.BIN, "pktcat"), "-q", "-T", "tsv", "-e", ",".join(fields)],
                                  stdin=udpck.stdout, capture_output=True, text=True, encoding="latin-1")


class Packet:
    OURS = ["layers", "len", "ip.len", "ip.flags", "ip.frag", "ip6frag.flags", "ip6frag.frag", "udp.len", "frame.dlt", "@udpck.sum", "@udpck.bad", "@udpck.want"]
    THEIRS = [f"{p}.checksum.status" for p in PROTOCOLS.values()] + [f"{p}.checksum_calculated" for p in CALCULATED]

    def __init__(self, place, ours, theirs):
        self.place, self.ours = place, dict(zip(self.OURS, ours))
        values = [v.split(",") if v else [] for v in theirs]
        self.status = dict(zip(PROTOCOLS, values))
        self.calculated = dict(zip(CALCULATED, values[len(PROTOCOLS):]))
        self.layers = self.ours["layers"].split(",")
        bad = self.ours["@udpck.bad"].split(",") if self.ours["@udpck.bad"] else []
        self.bad = sorted(zip(bad, self.ours["@udpck.want"].split(",")))
        self.verdict = self.ours["@udpck.sum"]

    def their_verdict(self):
        seen = {s for values in self.status.values() for s in values}
        return "bad" if BAD in seen else "unverifiable" if UNVERIFIED in seen else "none" if ABSENT in seen or not seen else "ok"

    def their_bad(self):
        """Which checksums are bad, and where tshark says so what they should be."""
        found = []
        for protocol, values in self.status.items():
            wanted = self.calculated.get(protocol, [])
            wanted = wanted if len(wanted) == len(values) else [None] * len(values)
            found += [(protocol, want) for status, want in zip(values, wanted) if status == BAD]
        return sorted(found, key=str)

    def agrees(self):
        theirs = self.their_bad()
        return self.verdict == self.their_verdict() and len(self.bad) == len(theirs) and all(
            a == c and (d is None or int(b, 16) == int(d, 16)) for (a, b), (c, d) in zip(self.bad, theirs))

    def cut(self):
        """Whether an IP header, of a quoted packet too, says more octets than there are."""
        return any(int(n) > int(self.ours["len"]) - 14 for n in self.ours["ip.len"].split(",") if n)

    def fragment(self):
        """Whether it is a fragment."""
        more = any(int(v) & 1 for f in ("ip.flags", "ip6frag.flags") for v in self.ours[f].split(",") if v)
        return more or any(int(v) for f in ("ip.frag", "ip6frag.frag") for v in self.ours[f].split(",") if v)

    def above_fragment(self):
        """Whether tshark judges a checksum above IP."""
        return any(values for name, values in self.status.items() if name not in ("ip", "gre"))

    def unseen(self):
        """Whether tshark judges a header that is no layer here."""
        return any(len(values) > self.layers.count(p) for p, values in self.status.items())


KNOWN = [
    ("a fragment that completes no datagram: unverifiable, and tshark sees nothing in it to verify",
     lambda p: p.fragment() and p.verdict == "unverifiable" and p.their_verdict() in ("ok", "none") and not p.above_fragment()),
    ("tshark assembles what receivers drop (overlaps, wrong header checksum, late or damaged fragments; the judge is frag/)",
     lambda p: p.fragment() and p.verdict in ("unverifiable", "bad") and p.above_fragment()),
    ("fragments of different Next Header: the first one's counts (RFC 8200, 4.5), tshark goes by the last one's",
     lambda p: p.fragment() and "ip6frag" in p.layers and p.verdict == "ok" and p.their_verdict() == "none"),
    ("a packet that is cut (quoted in ICMP, or its length cannot be true): tshark sums what is there, we call it unverifiable",
     lambda p: p.cut() and p.verdict in ("unverifiable", "bad") and {b for b, _ in p.bad} < {b for b, _ in p.their_bad()}),
    ("a header that is cut short or impossible is data here, without a checksum", lambda p: p.unseen() and p.layers[-1] in ("data", "pad")),
    ("UDP of length 0 (jumbograms): tshark goes no further", lambda p: "0" in p.ours["udp.len"].split(",")),
    ("tshark takes the damaged file for another flavour of pcap", lambda p: p.place.startswith("suricata__tests_bug-6875-01_fuzz.pcap")),
]


def main():
    files = sys.argv[1:] or peers.captures()
    verdicts, known, failures = collections.Counter(), collections.Counter(), 0
    with tempfile.TemporaryDirectory() as scratch:
        tshark = peers.Tshark(scratch, **{"ip.defragment": "TRUE", "ipv6.defragment": "TRUE"})
        mine = Udpck(scratch, files, Packet.OURS)
        for capture, inside in tshark.merge(f for f in files if f not in mine.refused):
            names = set(inside)
            ours = (row for row in mine.rows() if row[0] in names)
            for (name, number, values), theirs in zip(ours, tshark.rows(capture, Packet.THEIRS)):
                p = Packet(f"{os.path.basename(name)}:{number}", values, theirs)
                verdicts[p.verdict] += 1
                if p.agrees():
                    continue
                reason = next((text for text, holds in KNOWN if holds(p)), None)
                known[reason] += 1
                if not reason:
                    failures += 1
                    print(f"# {p.place}: udpck {p.verdict} {p.bad}, tshark {p.their_verdict()} {p.their_bad()} ({p.ours['layers']})"[:400])
    print(f"# {sum(verdicts.values())} packets, {failures} differences: " + ", ".join(f"{n} {v}" for v, n in verdicts.most_common()))
    for reason, n in known.most_common():
        if reason:
            print(f"#   and {n} known: {reason}")
    sys.exit(1 if failures or not verdicts else 0)


main()
