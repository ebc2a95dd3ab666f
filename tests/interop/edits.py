#!/usr/bin/env python3
"""edits.py - edits every independent field with sed and asks tshark whether the packet is clean: edits.py

For each packet below every independent field of its layer (`pktcat --help LAYER` says which) gets a handful of values
by a sed command; pktcat encodes what sed wrote. Clean is: no error and no warning of any dissector, no checksum that is
not good, validation on. The captures of good and of edited packets stay in the directory given for fields.py to compare.
"""
import os
import re
import subprocess
import sys

import peers

PKTCAT = os.path.join(peers.BIN, "pktcat")
LINK = "eth da=02:00:00:00:00:02 sa=02:00:00:00:00:01"
IP = "ip id=4660 ttl=64 src=192.0.2.1 dst=198.51.100.7"
IP6 = "ip6 hop=64 src=2001:db8::1 dst=2001:db8::7"
UDP = "udp sport=40000 dport=40001 data str=0123456789abcdefghij"
TCP = "tcp sport=40000 dport=40001 seq=1000 ack=2000 flags=ACK win=64240"
PPP = "ppp addr=0xff ctl=0x03"
QUOTED = f"{IP} {UDP}"
QUOTED6 = f"{IP6} {UDP}"
ND = "ip6 hop=255 src=fe80::1 dst=fe80::2 icmp6"

# (layer, packet, values of fields that have values of their own or that say what the header is; none: not edited)
PACKETS = [
    ("eth", f"{LINK} {IP} {UDP}", {}),
    ("vlan", f"{LINK} vlan vid=5 {IP} {UDP}", {}),
    ("vlan", f"{LINK} vlan vid=5 vlan vid=6 {IP6} {UDP}", {}),
    ("arp", f"{LINK} arp op=1 sha=02:00:00:00:00:01 spa=192.0.2.1 tpa=192.0.2.2", {}),
    ("arp", f"{LINK} arp htype=24 hlen=8 plen=6 op=1 shx=0102030405060708 spx=010203040506 thx=0000000000000000 tpx=010203040507", {
        "op": ["1", "2"], "shx": ["1112131415161718"], "spx": ["a1a2a3a4a5a6"], "thx": ["0102030405060709"], "tpx": ["ffffffffffff"]}),
    ("llc", f"{LINK} llc dsap=0x42 ssap=0x42 ctl=0x03 data hex=0000000000", {"ctl": ["0x03", "0x13", "0xe3"]}),
    ("llc", f"{LINK} llc dsap=0xe0 ssap=0xe0 ctl=0x01 nr=3 pf=1", {"ctl": ["0x01", "0x05", "0x09"]}),
    ("snap", f"{LINK} llc snap {IP} {UDP}", {"oui": ["0x000000", "0x0000f8"]}),
    ("sll", f"sll addr=02:00:00:00:00:01 {IP} {UDP}", {"hatype": ["1", "512", "772", "65534"], "addr8": []}),
    ("sll2", f"sll2 ifindex=2 addr=02:00:00:00:00:01 {IP} {UDP}", {"hatype": ["1", "512", "772", "65534"], "addr8": []}),
    ("sll", f"sll halen=8 addr8=0102030405060708 {IP} {UDP}", {"hatype": [], "addr": [], "unused": []}),
    ("sll2", f"sll2 halen=8 addr8=0102030405060708 {IP} {UDP}", {"hatype": [], "addr": [], "unused": []}),
    ("null", f"null {IP} {UDP}", {"order": ["be"], "high": []}),
    ("ppp", f"ppp addr=0xff ctl=0x03 {IP} {UDP}", {"addr": ["0xff"], "ctl": ["0x03"], "pfc": []}),
    ("ppp", f"ppp pfc=0x21 {IP} {UDP}", {"pfc": ["0x21"]}),
    ("pppoe", f"{LINK} pppoe sid=0x1234 ppp {IP} {UDP}", {"code": ["0x00"]}),
    ("pppoe", f"{LINK} pppoe code=0x09 tag=service-name", {"code": ["0x09", "0x07", "0x19", "0x65", "0xa7"], "tag": [
        "service-name", "service-name:isp,host-uniq:00112233", "ac-name:access,service-name,ac-cookie:00ff"]}),
    ("mpls", f"{LINK} mpls label=100 mpls label=17 {IP} {UDP}", {"label": ["16", "100", "1048575"]}),
    ("vxlan", f"{LINK} {IP} udp sport=40000 dport=4789 vxlan vni=77 {LINK} {IP6} {UDP}", {"flags": ["I"]}),
    ("gre", f"{LINK} {IP} gre flags=C,K,S key=0x00000007 seq=9 {IP} {UDP}", {}),
    ("gre", f"{LINK} {IP} gre ver=1 call=5 seq=1 ack=2 ppp addr=0xff ctl=0x03 {IP} {UDP}", {}),
    ("ip", f"{IP} {UDP}", {"flags": ["0", "DF", "MF", "DF,MF"], "opt": [
        "nop", "ra:0", "rr:4:0.0.0.0", "lsrr:8:192.0.2.9", "ssrr:8:192.0.2.9", "sid:7", "k7:04", "nop,nop,ra:0"]}),
    ("ip", f"{LINK} {IP} {TCP} data str=abc", {}),
    ("ip6", f"{IP6} {UDP}", {}),
    ("ip6", f"{LINK} {IP6} {TCP} data str=abc", {}),
    ("hopopt", f"{IP6} hopopt opt=ra:0 icmp6 type=128 id=1 seq=1", {"opt": ["ra:0", "ra:1", "padn:00000000", "qs:000000000000"]}),
    ("dstopt", f"{IP6} dstopt opt=tel:4 {UDP}", {"opt": ["tel:0", "tel:255", "hao:2001:db8::5", "pdm:1:2:3:4:5:6"]}),
    ("ip6rt", f"{IP6} ip6rt type=0 left=1 seg=2001:db8::8,2001:db8::9 {UDP}", {"type": [], "left": ["0", "1", "2"], "seg": [
        "2001:db8::8", "2001:db8::9,2001:db8::8"]}),
    ("ip6rt", f"{IP6} ip6rt type=2 left=1 seg=2001:db8::8 {UDP}", {"type": [], "left": ["1"], "seg": ["2001:db8::a"]}),
    ("ip6rt", f"{IP6} ip6rt type=4 left=1 seg=2001:db8::8,2001:db8::9 {UDP}", {"type": [], "left": ["0", "1"], "seg": [
        "2001:db8::a,2001:db8::b,2001:db8::c", "2001:db8::b,2001:db8::a"]}),
    ("ip6rt", f"{IP6} ip6rt type=4 left=0 seg=2001:db8::8 opt=padn:000000000000 {UDP}",
     {"type": [], "left": ["0"], "seg": [], "last": [], "opt": [
        "pad1,pad1,padn:00000000", "hmac:0:1:" + "00" * 32, "padn:" + "00" * 14]}),
    ("ip6rt", f"{IP6} ip6rt type=253 left=0 rest=0x00000000 body=0011223344556677 {UDP}",
     {"type": ["253", "254"], "left": ["0"], "seg": [], "body": [
        "ffeeddccbbaa9988", "00112233445566778899aabbccddeeff"]}),
    ("ip6frag", f"{IP6} ip6frag id=77 {UDP}", {}),
    ("ah", f"{IP} ah spi=0x00000100 seq=1 icv=00112233445566778899aabb {UDP}", {"icv": ["ffeeddccbbaa998877665544"]}),
    ("ah", f"{IP6} ah spi=0x00000100 seq=1 icv=00112233445566778899aabb {UDP}", {"icv": ["ffeeddccbbaa998877665544"]}),
    ("icmp", f"{IP} icmp type=8 id=1 seq=2 data str=0123456789abcdef", {"type": ["0", "8", "13", "14", "15", "16"], "code": ["0"]}),
    ("icmp", f"{IP} icmp type=42 id=1 xseq=2 xflags=0x01", {"xseq": ["0", "255"], "xflags": ["0x00", "0x01"], "type": ["42"]}),
    ("icmp", f"{IP} icmp type=3 code=3 {QUOTED}", {"code": ["0", "1", "2", "3", "5", "13"], "len": [], "type": ["3", "11"]}),
    ("icmp", f"{IP} icmp type=3 code=4 mtu=1400 {QUOTED}", {"type": [], "code": [], "len": []}),
    ("icmp", f"{IP} icmp type=5 code=1 gw=192.0.2.254 {QUOTED}", {"type": [], "code": ["0", "1", "2", "3"]}),
    ("icmp", f"{IP} icmp type=12 ptr=20 {QUOTED}", {"type": [], "code": ["0", "1", "2"], "len": []}),
    ("icmp", f"{IP} icmp type=4 {QUOTED}", {"type": [], "code": ["0"]}),
    ("icmp6", f"{IP6} icmp6 type=128 id=1 seq=2 data str=0123456789abcdef", {"type": ["128", "129"], "code": ["0"]}),
    ("icmp6", f"{IP6} icmp6 type=160 id=1 xseq=2 xflags=0x01", {"xseq": ["0", "255"], "xflags": ["0x00", "0x01"], "type": ["160"]}),
    ("icmp6", f"{IP6} icmp6 type=1 code=4 {QUOTED6}", {"type": ["1", "3"], "code": ["0", "1", "3", "4"], "len": []}),
    ("icmp6", f"{IP6} icmp6 type=2 mtu=1280 {QUOTED6}", {"type": [], "code": ["0"]}),
    ("icmp6", f"{IP6} icmp6 type=4 ptr=40 {QUOTED6}", {"type": [], "code": ["0", "1", "2"]}),
    ("icmp6", f"{ND} type=133 opt=slla:02:00:00:00:00:01",
     {"type": [], "code": ["0"], "opt": ["slla:02:00:00:00:00:09", "slla:02:00:00:00:00:01,nonce:001122334455"]}),
    ("icmp6", f"{ND} type=134 hop=64 lifetime=1800 opt=slla:02:00:00:00:00:01,mtu:1500", {"type": [], "code": ["0"], "opt": [
        "mtu:1280", "prefix:64:192:86400:14400:2001:db8::", "rdnss:600:2001:db8::53"], "raflags": ["0", "M", "O", "M,O"]}),
    ("icmp6", f"{ND} type=135 target=fe80::2 opt=slla:02:00:00:00:00:01",
     {"type": [], "code": ["0"], "opt": ["slla:02:00:00:00:00:09"]}),
    ("icmp6", f"{ND} type=136 naflags=S target=fe80::1 opt=tlla:02:00:00:00:00:01", {
        "type": [], "code": ["0"], "naflags": ["0", "R", "S", "O", "R,S,O"], "opt": ["tlla:02:00:00:00:00:09"]}),
    ("icmp6", f"{ND} type=137 target=fe80::3 dst=2001:db8::9", {"type": [], "code": ["0"], "opt": ["tlla:02:00:00:00:00:09"]}),
    ("icmp6", f"{ND} type=131 group=ff02::1:ff00:2", {"type": ["131", "132"], "code": ["0"]}),
    ("icmp6", f"{ND} type=130 maxdelay=1000 group=::", {"type": [], "code": ["0"]}),
    ("icmp6", f"{ND} type=130 maxdelay=1000 group=ff02::5 qrv=2 qqic=125 src=2001:db8::9",
     {"type": [], "code": ["0"], "src": ["2001:db8::8", "2001:db8::8,2001:db8::9"]}),
    ("icmp6", f"{ND} type=143 rec=to_ex/ff02::5",
     {"type": [], "code": ["0"], "rec": ["is_in/ff02::5/2001:db8::8", "allow/ff02::5/2001:db8::8,block/ff02::6/2001:db8::9"]}),
    ("igmp", f"{IP} igmp type=0x11 maxresp=100 group=224.0.0.9", {"type": []}),
    ("igmp", f"{IP} igmp type=0x16 group=224.0.0.9", {"type": ["0x12", "0x16", "0x17"]}),
    ("igmp", f"{IP} igmp type=0x11 maxresp=100 group=224.0.0.9 qrv=2 qqic=125 src=192.0.2.9",
     {"type": [], "src": ["192.0.2.8", "192.0.2.8,192.0.2.9"]}),
    ("icmp6", f"{IP6} icmp6 type=200 rest=0x01020304", {"type": ["200", "201"]}),
    ("igmp", f"{IP} igmp type=0x42 rest=0x01020304", {"type": []}),
    ("igmp", f"{IP} igmp type=0x22 rec=to_ex/224.0.0.9",
     {"type": [], "rec": ["is_in/224.0.0.9/192.0.2.8", "allow/224.0.0.9/192.0.2.8,block/224.0.0.10/192.0.2.9"]}),
    ("udp", f"{IP} {UDP}", {}),
    ("udp", f"{IP6} {UDP}", {}),
    ("tcp", f"{IP} {TCP} opt=nop,nop,ts:1:2 data str=abc", {"opt": [
        "nop,nop,sack:3000:4000:5000:6000", "md5:00112233445566778899aabbccddeeff,nop,nop", "ao:1:2:001122334455667788990011", "k77:0011"],
        "flags": ["FIN,ACK", "RST,ACK", "PSH,ACK", "URG,ACK", "ECE,ACK", "CWR,ACK", "AE,ACK"]}),
    ("tcp", f"{IP} tcp sport=40000 dport=40001 seq=1000 flags=SYN win=64240 opt=mss:1460", {
        "ack": [], "flags": ["SYN", "SYN,ECE,CWR", "SYN,AE,ECE,CWR"], "opt": [
        "mss:536", "mss:1460,sackok,ts:1:0,nop,ws:7", "mss:1460,tfo:0011223344556677", "mss:1460,k77:0011,nop,nop"]}),
    ("tcp", f"{IP6} {TCP} data str=abc", {"flags": ["FIN,ACK", "RST,ACK"]}),
    ("data", f"{IP} udp sport=40000 dport=40001 data str=hello", {"str": ["", "x", "a%20b", "0123456789" * 50], "hex": []}),
    ("data", f"{IP} udp sport=40000 dport=40001 data hex=00ff", {"str": [], "hex": ["", "00", "00ff", "ff" * 500]}),
    ("pad", f"{LINK} arp op=1 pad n=18", {"n": ["1", "18", "100"], "hex": []}),
    ("pad", f"{LINK} arp op=1 pad hex=0001", {"n": [], "hex": ["01", "ff" * 18]}),
    ("loop", f"loop {IP} {UDP}", {}),
    ("ax25", "ax25 dst=APRS src=N0CALL-1 via=WIDE1-1 data str=hello", {
        "dst": ["CQ", "APRS-7"], "src": ["KA9Q", "DL1ABC-15"], "via": ["A-1", "WIDE1-1+,WIDE2-2"], "cr": ["10", "01", "00", "11"],
        "res": ["323"], "ctl": ["0x03", "0x13"]}),
    ("kiss", "kiss port=1 ax25 dst=APRS src=N0CALL-1 data str=hello", {"cmd": ["0"]}),
    ("hdlc", "hdlc addr=0x03 type=RR nr=2 pf=0", {"addr": ["0x01", "0x03"], "type": ["RR", "RNR", "REJ"], "ns": []}),
    ("hdlc", "hdlc addr=0x03 type=I ns=1 nr=2 data str=hello", {"addr": [], "type": ["I"]}),
    ("lcp", f"{PPP} lcp code=1 id=1 opt=mru:1500", {"code": ["1", "2", "3", "4"], "opt": ["mru:1400,magic:01020304,pfc,acfc", "auth:c023"]}),
    ("lcp", f"{PPP} lcp code=9 id=1 magic=0x01020304", {"code": ["9", "10", "11"], "opt": [], "proto": []}),
    ("lcp", f"{PPP} lcp code=8 id=1 proto=0x8057 data hex=0101000a", {"code": [], "opt": [], "magic": [], "proto": ["0x8057", "0x80fd"]}),
    ("ipcp", f"{PPP} ipcp code=1 id=1 opt=addr:10.0.0.1", {"code": ["1", "2", "3", "4"], "opt": ["addr:10.0.0.2,dns1:10.0.0.3,dns2:10.0.0.4"]}),
    ("ipv6cp", f"{PPP} ipv6cp code=1 id=1 opt=id:0102030405060708", {"code": ["1", "2", "3", "4"], "opt": ["id:1112131415161718"]}),
    ("ccp", f"{PPP} ccp code=1 id=1 opt=deflate:7800", {"code": ["1", "2", "3", "4"], "opt": ["bsd:2c", "deflate:7800,bsd:2c"]}),
]

NUMBERS = {"decimal", "hex", "flags", "16 hex digits"}
ADDRESSES = {
    "MAC address": ["00:00:00:00:00:01", "02:aa:bb:cc:dd:ee", "00:1b:21:ff:00:ff"],
    "IPv4 address": ["10.1.2.3", "192.0.2.99", "203.0.113.255"],
    "IPv6 address": ["fe80::1:2:3:4", "2001:db8:ffff::1", "fd00::"],
}


def independent(layer):
    """The independent fields of a layer as --help says: name, bits, format."""
    text = subprocess.run([PKTCAT, "--help", layer], capture_output=True, text=True, check=True).stdout
    text = re.sub(r"\n {11}(?=\S)", " ", text[text.index("\nFields"):].split("\n\n")[0])
    for name, width, form in re.findall(r"^  ([a-z0-9]+) +(?:bit \d+:(\d+)|(?:\d+ bits)|variable), ([^,]*), (?!derived)", text, re.M):
        bits = re.search(rf"^  {name} +(\d+) bits", text, re.M)
        yield name, int(width or (bits.group(1) if bits else 0)), form


def values(form, bits):
    if form in ADDRESSES:
        return ADDRESSES[form]
    if form in NUMBERS and bits:
        top = 2**bits - 1
        numbers = sorted({0, 1, top, top // 3})
        return [str(n) if form == "decimal" else f"0x{n:0{(bits + 3) // 4}x}" if form != "16 hex digits" else f"{n:016x}" for n in numbers]
    return []


def pktcat(*options, **more):
    done = subprocess.run([PKTCAT, "-q", *options], capture_output=True, text=True, **more)
    if done.returncode:
        sys.exit(f"# pktcat {' '.join(options)}: {done.stderr}")
    return done.stdout


def edits():
    """(layer, field, value, good packet, sed command)"""
    for layer, packet, special in PACKETS:
        good = pktcat("-Q", input=f"1700000000.000000 {packet}\n").rstrip("\n")
        fields = [f for f in independent(layer)]
        there = dict(zip([f[0] for f in fields], pktcat(
            "-T", "tsv", "-e", ",".join(f"{layer}.{f[0]}" for f in fields), input=packet + "\n").split("\n")[1].split("\t")))
        for name, bits, form in fields:
            has = there[name] or name in special
            for value in special.get(name, values(form, bits) if has else []):
                word = f"{layer}.{name}={value}"
                if re.search(rf" {layer}\.{name}=", good):
                    command = f"s# {layer}\\.{name}=[^ ]*# {word}#"
                else:
                    command = f"s# {layer}$# {layer} {word}#;s# {layer} # {layer} {word} #"
                yield layer, name, value, good, command


# Independent fields that no edit touches.
UNEDITED = {
    "bits.b": "no packet", "bits.q": "no packet", "octets.hex": "no packet", "frame.dlt": "no layers are in it", "frame.hex": "no layers are in it",
    "null.high": "another value is another family", "icmp.len": "speaks of extensions behind a quoted packet",
    "icmp6.len": "speaks of extensions behind a quoted packet",
}

# What tshark says of right packets because of what their fields mean.
MEANT = re.compile(r"Duplicate IP address configured \([0-9.]*\)|Connection reset \(RST\)|Connection finish \(FIN\)")

# Fragments, and what redirects quote, are verified by nobody.
UNVERIFIABLE = re.compile(r"flags=M|frag=[1-9]|icmp\.type=5")

WARNING = 0x600000
BAD, UNVERIFIED = "0", "2"
SUMS = ["ip", "udp", "tcp", "icmp", "icmpv6", "igmp", "gre"]
COLUMNS = ["_ws.malformed", "_ws.short", "_ws.expert.severity", "_ws.expert.message"] + [f"{s}.checksum.status" for s in SUMS]


def faults(packet, them):
    """What tshark does not like in a packet."""
    if them[0] or them[1]:
        yield "malformed"
    if any(int(level) >= WARNING for level in them[2].split(",") if level) and not MEANT.search(them[3]):
        yield them[3]
    status = ",".join(them[4:]).split(",")
    if BAD in status:
        yield "a bad checksum"
    if UNVERIFIED in status and not UNVERIFIABLE.search(packet):
        yield "an unverified checksum"


def survives(edit, packet, meant, back):
    """Whether the edit was made, and the field that was read back is what its canonical text says."""
    word = re.search(rf" {edit[0]}\.{edit[1]}=[^ ]+(?= |$)", meant)
    return f" {edit[0]}.{edit[1]}={edit[2]} " in f"{packet} " and (not word or f"{word.group()} " in f"{back} ")


def main():
    scratch = sys.argv[1]
    todo = list(edits())
    good, script, capture = (os.path.join(scratch, name) for name in ("good.pkt", "edits.sed", "edits.pcapng"))
    with open(good, "w") as f:
        f.writelines(e[3] + "\n" for e in todo)
    with open(script, "w") as f:
        f.writelines(f"{n}{{{e[4]}\n}}\n" for n, e in enumerate(todo, 1))
    edited = subprocess.run(["sed", "-f", script, good], capture_output=True, text=True, check=True).stdout
    pktcat("-w", os.path.join(scratch, "good.pcapng"), good)
    pktcat("-w", capture, input=edited)
    meant, back = pktcat("-Q", input=edited).splitlines(), pktcat("-Q", capture).splitlines()
    tshark = peers.Tshark(scratch, **{"eth.fcs": "Never"})
    failures = 0
    for edit, packet, same, again, them in zip(todo, edited.splitlines(), meant, back, tshark.rows(capture, COLUMNS), strict=True):
        wrong = list(faults(same, them)) + ([] if survives(edit, packet, same, again) else [f"came back as {again}"])
        failures += bool(wrong)
        if wrong:
            print(f"# {'.'.join(edit[:2])}={edit[2]}: {'; '.join(wrong)}: {packet}")
    done = {f"{e[0]}.{e[1]}" for e in todo}
    for layer in (line.split()[0] for line in pktcat("--layers").splitlines()[1:]):
        for name in (f"{layer}.{f[0]}" for f in independent(layer)):
            if name not in done and name not in UNEDITED:
                failures += 1
                print(f"# {name} is an independent field, and no edit touches it")
    print(f"# {len(todo)} sed edits of {len(done)} fields of {len({e[0] for e in todo})} layers, {failures} not clean")
    sys.exit(1 if failures or not todo else 0)


main()
