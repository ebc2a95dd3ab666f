#!/usr/bin/env python3
"""sums.py - compares udpck's verdict with tshark's checksum status on every packet: sums.py [CAPTURE...]

tshark says of each checksum good, bad, not present or unverified; the packet's verdict is the worst of them. Where
both find it bad, the checksums found bad and what they should be are compared as well. Exit 1 when a difference is not
one of KNOWN.
"""
import collections
import os
import subprocess
import sys
import tempfile

import peers

PROTOCOLS = {"ip": "ip", "udp": "udp", "tcp": "tcp", "icmp": "icmp", "icmp6": "icmpv6", "igmp": "igmp", "gre": "gre"}
BAD, GOOD, UNVERIFIED, ABSENT = "0123"

class Udpck(peers.Pktcat):
    def run(self, name, fields):
        udpck = subprocess.Popen([os.path.join(peers.BIN, "udpck"), name], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return subprocess.run([os.path.join(peers.BIN, "pktcat"), "-q", "-T", "tsv", "-e", ",".join(fields)], stdin=udpck.stdout,
                              capture_output=True, text=True, encoding="latin-1")

OURS = ["layers", "caplen", "len", "@udpck.sum", "@udpck.bad", "@udpck.want"]
def main():
    files = sys.argv[1:] or peers.captures()
    theirs = [f"{p}.checksum.status" for p in PROTOCOLS.values()] + ["ip.checksum_calculated","udp.checksum_calculated","tcp.checksum_calculated","frame.protocols"]
    n = 0; d = collections.Counter(); ex = {}; tot=collections.Counter()
    with tempfile.TemporaryDirectory() as scratch:
        tshark = peers.Tshark(scratch)
        mine = Udpck(scratch, files, OURS)
        for capture, inside in tshark.merge(f for f in files if f not in mine.refused):
            names = set(inside)
            for (name, number, u), t in zip((r for r in mine.rows() if r[0] in names), tshark.rows(capture, theirs)):
                n += 1
                S = [s for col in t[:7] if col for s in col.split(",")]
                v = "bad" if BAD in S else "unverifiable" if UNVERIFIED in S else "none" if ABSENT in S or not S else "ok" if set(S) == {GOOD} else str(S)
                tot[v]+=1
                tb = sorted(p for p, col in zip(PROTOCOLS, t) for s in col.split(",") if s == BAD)
                ub = sorted(u[4].split(",")) if u[4] else []
                if v != u[3] or tb != ub:
                    k = (u[3], v, ",".join(ub), ",".join(tb))
                    d[k] += 1; ex.setdefault(k, []).append((os.path.basename(name), number, u, t))
    print(n, tot)
    for k, c in d.most_common():
        print(c, k)
        for e in ex[k][:4]: print("    ", *e)
main()
