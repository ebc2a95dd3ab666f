#!/usr/bin/env python3
"""roundtrip.py - pktcat X | pktcat -w Y, judged by tshark: roundtrip.py [CAPTURE...]

Of every packet of X and Y the time, the lengths in the file and on the wire, the link type and the MD5 of the octets
must be the same to tshark. What Wireshark cannot read is compared octet by octet. Exit 1 when something differs.
"""
import itertools
import os
import subprocess
import sys
import tempfile

import peers

PKTCAT = os.path.join(peers.BIN, "pktcat")
FIELDS = ["frame.time_epoch", "frame.len", "frame.cap_len", "frame.encap_type", "frame.md5_hash"]
PCAP_HEADER = 24

# A pcap's microseconds beyond a second, which tshark shows in its own way (see fields.py).
ODD_TIMES = {"ndpi__tests_cfgs_default_pcap_fuzz-2021-06-07-c6c72a0a56.pcap", "tcpdump__tests_rx_serviceid_oobr.pcap"}


def is_pcapng(name):
    opener = ["gzip", "-dc", name] if name.endswith(".gz") else ["cat", name]
    with subprocess.Popen(opener, stdout=subprocess.PIPE) as p:
        magic = p.stdout.read(4)
        p.stdout.read()
    return magic == b"\x0a\x0d\x0d\x0a"


def through_text(name, number, scratch):
    """The capture made of the text of the capture `name`, and its packets; None, 0 when pktcat takes no packet of it."""
    made = os.path.join(scratch, f"{number}.{'pcapng' if is_pcapng(name) else 'pcap'}")
    text = subprocess.run([PKTCAT, "-q", name], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    if not text:
        return None, 0
    subprocess.run([PKTCAT, "-q", "-w", made], input=text, check=True)
    return made, text.count(b"\n")


def body(name):
    with open(name, "rb") as f:
        return f.read()[PCAP_HEADER:]


class Rounds:
    def __init__(self, scratch):
        self.scratch = scratch
        self.tshark = peers.Tshark(scratch, **{"frame.generate_md5_hash": "TRUE"})
        self.packets = self.failures = self.files = 0
        self.counts = {}

    def fail(self, text):
        self.failures += 1
        if self.failures <= 20:
            print("# " + text)

    def run(self, captures):
        made = {c: through_text(c, n, self.scratch) for n, c in enumerate(captures)}
        self.counts = {c: n for c, (_, n) in made.items()}
        made = {c: m for c, (m, n) in made.items() if n}
        for merged, inside in self.tshark.merge(made):
            self.files += len(inside)
            if len(inside) == 1 and len(made) > 1:
                self.alone(inside[0], made[inside[0]])
                continue
            before = list(self.tshark.rows(merged, FIELDS))
            again = self.tshark.merge([made[c] for c in inside])
            if len(again) != 1:
                self.fail(f"mergecap refuses what was written: {again[1:]}")
            self.compare(before, self.tshark.rows(again[0][0], FIELDS), inside)

    def compare(self, before, after, inside):
        names = itertools.chain.from_iterable([os.path.basename(c)] * self.counts[c] for c in inside)
        for number, (x, y, name) in enumerate(itertools.zip_longest(before, after, names)):
            self.packets += 1
            if x != y and not (name in ODD_TIMES and x and y and x[1:] == y[1:]):
                self.fail(f"packet {number + 1}, {name}: {x} became {y}")

    def alone(self, capture, made):
        """What mergecap does not take: unknown link types, damage in the middle."""
        records = body(made)
        self.packets += self.counts[capture]
        if not records or not body(capture).startswith(records):
            self.fail(f"{os.path.basename(capture)}: the records written are not those that were read")


def main():
    with tempfile.TemporaryDirectory() as scratch:
        r = Rounds(scratch)
        r.run(sys.argv[1:] or peers.captures())
        print(f"# {r.packets} packets of {r.files} files went through text, {r.failures} changed")
        sys.exit(1 if r.failures or not r.packets else 0)


main()
