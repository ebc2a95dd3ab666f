#!/usr/bin/env python3
"""bridge.py - other people's bridges: the same frames in, and what leaves by which port.

  bridge.py frames SCENARIO SEED N FILE.pcap   makes frames; prints "@if=PORT" for each
  bridge.py settings SCENARIO                  the ports, as Open vSwitch is told of them
  bridge.py ovs FILE.pcap PORTS DIR            through Open vSwitch with dummy ports and virtual time; DIR has its sockets
  bridge.py kernel FILE.pcap PORTS DIR         through the kernel's bridge: veth ends v1, v2, ... are ours
  bridge.py left DIR N                         prints "ID PORT OCTETS" of DIR/1.pcap to N.pcap, sorted

Frames have a number in their last four octets, by which they are compared.
"""
import json
import random
import re
import select
import socket
import struct
import sys
import time

TYPE = b"\x88\xb5"
BARRIER = b"\x88\xb6"


def write_pcap(path, frames):
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for t, b in frames:
            f.write(struct.pack("<IIII", t, 0, len(b), len(b)) + b)


def read_pcap(path):
    with open(path, "rb") as f:
        d = f.read()
    frames, at = [], 24
    while at < len(d):
        t, _, n, _ = struct.unpack_from("<IIII", d, at)
        frames.append((t, d[at + 16:at + 16 + n]))
        at += 16 + n
    return frames


def station(n):
    return bytes([2, 0, 0, 0, 0, n])


# By port: what it may be sent. A: without a tag; P: with a priority alone; numbers: VIDs; D: a customer's tag, whatever it is.
SENDS = {
    "plain": ["A"] * 4,
    "vlan": ["AP", "AP", "AP", [10, 20, 40], ["A", 10, 20, 30, 40], ["A", 20, 30, 10]],
    "provider": ["AD", "AD", "AD", [100, 200, 300]],
}
# How Open vSwitch calls it.
SETTINGS = {
    "plain": [""] * 4,
    "vlan": ["tag=10", "tag=10", "tag=20", "vlan_mode=trunk trunks=10,20",
             "vlan_mode=native-untagged tag=10 trunks=10,20,30", "vlan_mode=native-tagged tag=30 trunks=20,30"],
    "provider": ["vlan_mode=dot1q-tunnel tag=100 other_config:qinq-ethtype=802.1ad"] * 2 +
                ["vlan_mode=dot1q-tunnel tag=200 other_config:qinq-ethtype=802.1ad", "vlan_mode=trunk trunks=100,200"],
}


def make(scenario, seed, count, path):
    """Stations are mostly where they were; time goes in steps of 70 s, so that nobody's age is just 300 s."""
    r = random.Random(int(seed))
    ports, t, frames = SENDS[scenario], 1000, []
    home = [r.randrange(len(ports)) for _ in range(12)]
    for i in range(int(count)):
        if r.random() < 0.04:
            t += 70 * r.randrange(1, 5)
        if r.random() < 0.03:
            home[r.randrange(12)] = r.randrange(len(ports))
        sa = r.randrange(12)
        port = home[sa]
        da, sa = station(r.randrange(14)), station(sa)
        kind = r.random()
        if kind < 0.1:
            da = b"\xff" * 6
        elif kind < 0.2:
            da = bytes([1, 0, 0x5E, 0, 0, r.randrange(3)])
        elif kind < 0.25:  # which of both learns from these is another question
            da, sa = bytes([1, 0x80, 0xC2, 0, 0, r.randrange(2, 11)]), bytes([2, 1, 0, 0, 0, port])
        tag = r.choice(ports[port])
        tci = r.randrange(8) << 13  # Open vSwitch does not keep the DEI
        head = {"A": b"", "P": struct.pack(">HH", 0x8100, tci), "D": struct.pack(">HH", 0x8100, tci | r.randrange(1, 4095))}.get(
            tag, None)
        if head is None:
            head = struct.pack(">HH", 0x88A8 if scenario == "provider" else 0x8100, tci | tag)
        body = r.randbytes(r.randrange(46, 100))
        frames.append((t, da + sa + head + TYPE + body + struct.pack(">I", i)))
        print("@if=%d" % (port + 1))
    write_pcap(path, frames)


class Control:
    """The control socket of ovs-vswitchd: JSON-RPC."""

    def __init__(self, path):
        self.s = socket.socket(socket.AF_UNIX)
        self.s.connect(path)

    def __call__(self, method, *params):
        self.s.sendall(json.dumps({"id": 0, "method": method, "params": params}).encode())
        text = ""
        while True:
            text += self.s.recv(65536).decode()
            try:
                reply = json.loads(text)
            except ValueError:
                continue
            if reply["error"] is not None:
                sys.exit("%s: %s" % (method, reply["error"]))
            return reply["result"]


def ovs(path, ports, where):
    """Its commands only begin something: each frame is waited for, and so is the look through its table that forgets addresses."""
    control, now = Control(where + "/vs.ctl"), None

    def until(what, command, *params):
        end = time.monotonic() + 10
        while not what(control(command, *params)):
            if time.monotonic() > end:
                sys.exit("%s: nothing happens" % command)

    with open(ports) as f:
        for n, ((t, b), line) in enumerate(zip(read_pcap(path), f)):
            if now is not None and t > now:
                control("time/warp", str(1000 * (t - now)))
                until(lambda s: all(int(row.split()[3]) < 300 for row in s.splitlines()[1:]), "fdb/show", "br0")
            now = t
            control("netdev-dummy/receive", "p" + line.strip().split("=")[1], b.hex())
            until(lambda s: sum(map(int, re.search(r"hit:(\d+) missed:(\d+) lost:(\d+)", s).groups())) > n, "dpctl/show")


def kernel(path, ports, where):
    """A frame, then a barrier by the same way: when that has arrived everywhere, so has the frame."""
    socks = []
    for i in range(4):
        s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        s.bind(("v%d" % (i + 1), 0))
        socks.append(s)
    got = [[] for _ in socks]
    with open(ports) as f:
        for n, ((t, b), line) in enumerate(zip(read_pcap(path), f)):
            port = int(line.strip().split("=")[1]) - 1
            barrier = b"\xff" * 6 + bytes([2, 2, 0, 0, 0, port]) + BARRIER + bytes(46) + struct.pack(">I", n)
            socks[port].send(b)
            socks[port].send(barrier)
            missing, end = set(range(len(socks))) - {port}, time.monotonic() + 10
            while missing:
                ready, _, _ = select.select(socks, [], [], 0.1)
                if time.monotonic() > end:
                    sys.exit("frame %d: no answer from ports %s" % (n, missing))
                for s in ready:
                    i = socks.index(s)
                    data, addr = s.recvfrom(4096)
                    if addr[2] == socket.PACKET_OUTGOING:
                        continue
                    if data[12:14] == TYPE:
                        got[i].append((t, data))
                    elif data == barrier:
                        missing.discard(i)
    for i, frames in enumerate(got):
        write_pcap("%s/%d.pcap" % (where, i + 1), frames)


def left(where, count):
    lines = []
    for port in range(1, int(count) + 1):
        for _, b in read_pcap("%s/%d.pcap" % (where, port)):
            lines.append("%d %d %s" % (struct.unpack(">I", b[-4:])[0], port, b.hex()))
    print("\n".join(sorted(lines, key=lambda s: [int(x) for x in s.split()[:2]])))


def main(args):
    if args[:1] == ["settings"]:
        for i, s in enumerate(SETTINGS[args[1]]):
            print("p%d %s" % (i + 1, s))
    else:
        {"frames": make, "ovs": ovs, "kernel": kernel, "left": left}[args[0]](*args[1:])


main(sys.argv[1:])
