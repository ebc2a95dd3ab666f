"""peers.py - what the interop comparers share: tshark and pktcat as two streams of rows, packet by packet.

tshark starts slowly and is fast then, so mergecap puts the captures one after the other into a single file; what it
refuses (a link type unknown to it, a damaged file) tshark reads by itself, as far as it can. Dissectors above the
layers that osikit knows are switched off: what they find inside a payload (tunnels over UDP, say) is not compared.
"""
import glob
import os
import re
import subprocess
import sys

BIN = os.environ.get("OSIKIT_BIN", os.path.join(os.path.dirname(__file__), "../../bin"))
DATA = os.environ.get("OSIKIT_DATA", os.path.join(os.path.dirname(__file__), "../../../shared/data"))

# The protocols of tshark that osikit has, and those that lead from one to the other.
KEPT = re.compile(r"(_ws\..*|frame|ethertype|eth(_with(out)?fcs|_maybefcs)?|vlan|ieee8021ad|arp|ip|ipv6(\..*)?|icmp|icmpv6|"
                  r"igmp|udp|tcp|gre|mpls|pppoe[ds]?|ppp|vxlan|sll|null|raw|llc|ah|mptcp|data)")

PREFERENCES = {
    "ip.defragment": "FALSE", "ipv6.defragment": "FALSE", "tcp.desegment_tcp_streams": "FALSE",
    "tcp.analyze_sequence_numbers": "FALSE", "tcp.relative_sequence_numbers": "FALSE", "tcp.try_heuristic_first": "FALSE",
    "udp.try_heuristic_first": "FALSE", "ip.use_geoip": "FALSE", "ip.check_checksum": "TRUE", "udp.check_checksum": "TRUE",
    "tcp.check_checksum": "TRUE", "udp.ignore_ipv6_zero_checksum": "FALSE",
}


def lines(command, **more):
    """The standard output of a command, a line at a time, and its exit status appended to the list `status`."""
    status = more.pop("status", [])
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="latin-1", stdin=subprocess.DEVNULL,
                          **more) as p:
        for line in p.stdout:
            yield line.rstrip("\n")
    status.append(p.returncode)


class Tshark:
    """tshark with a configuration of its own below the directory `scratch`."""

    def __init__(self, scratch, **preferences):
        self.scratch = scratch
        self.config = os.path.join(scratch, "wireshark")
        os.makedirs(self.config, exist_ok=True)
        self.environment = dict(os.environ, WIRESHARK_CONFIG_DIR=self.config, TZ="UTC0")
        protocols = [line.split("\t")[2] for line in self.lines(["tshark", "-G", "protocols"])]
        with open(os.path.join(self.config, "disabled_protos"), "w") as f:
            f.writelines(p + "\n" for p in protocols if not KEPT.fullmatch(p))
        self.options = [w for name, value in {**PREFERENCES, **preferences}.items() for w in ("-o", f"{name}:{value}")]

    def lines(self, command):
        return lines(command, env=self.environment, stderr=subprocess.DEVNULL)

    def rows(self, capture, fields):
        """Of each packet the values of the fields, a string each, occurrences joined by commas."""
        command = ["tshark", "-n", *self.options, "-r", capture, "-T", "fields", "-E", "occurrence=a"]
        for f in fields:
            command += ["-e", f]
        for line in self.lines(command):
            yield line.split("\t")

    def merge(self, captures):
        """Pairs (file for tshark, captures in it); all captures are in one of them, in order."""
        merged = os.path.join(self.scratch, "merged.pcapng")
        alone, together = [], list(captures)
        while len(together) > 1:
            done = subprocess.run(["mergecap", "-a", "-w", merged, *together], capture_output=True, text=True,
                                  env=self.environment)
            refused = re.search(r'^mergecap: The file "(.*)" ', done.stderr, re.M)
            if done.returncode == 0 and not refused:
                return [(merged, together)] + [(c, [c]) for c in alone]
            if not refused or refused.group(1) not in together:
                sys.exit("mergecap: " + done.stderr)
            together.remove(refused.group(1))
            alone.append(refused.group(1))
        return [(c, [c]) for c in together + alone]


def captures():
    """All captures of others."""
    patterns = ["pcaps/*/*", "frag/*.pcap", "tcp-truth/*.pcap"]
    return [f for p in patterns for f in sorted(glob.glob(os.path.join(DATA, p))) if os.path.isfile(f)]


class Pktcat:
    """What pktcat says of captures, in a file; a capture of which it takes no packet at all is in `refused`."""

    def __init__(self, scratch, files, fields):
        self.path = os.path.join(scratch, "pktcat.tsv")
        self.refused = {}
        with open(self.path, "w", encoding="latin-1") as out:
            for name in files:
                p = self.run(name, fields)
                rows = p.stdout.splitlines()[1:]
                if not rows:
                    self.refused[name] = p.stderr.strip()
                for number, row in enumerate(rows):
                    out.write(f"{name}\t{number + 1}\t{row}\n")

    def run(self, name, fields):
        return subprocess.run([os.path.join(BIN, "pktcat"), "-q", "-T", "tsv", "-e", ",".join(fields), name],
                              capture_output=True, text=True, encoding="latin-1", stdin=subprocess.DEVNULL)

    def rows(self):
        """Of each packet its file, its number there, and the values of the fields."""
        with open(self.path, encoding="latin-1") as f:
            for line in f:
                name, number, *values = line.rstrip("\n").split("\t")
                yield name, int(number), values
