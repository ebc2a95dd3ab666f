"""slirp.py - slirp-fullbolt on a terminal of its own, spoken to with framer: slirp.py slip|ppp

What it sends goes to `framer -d -t TYPE` as it comes; what it is told comes from `framer -t TYPE`. With PPP its LCP and IPCP are answered by
editing the text of its requests. The end is an ICMP echo reply and a DNS-less UDP datagram from its side. Prints what happened; exit 0: all did.
"""
import os
import pty
import select
import subprocess
import sys
import termios
import time
import tty

TYPE = sys.argv[1]
DEADLINE = time.monotonic() + 20


class Line:
    def __init__(self):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            args = ["slirp-fullbolt"] + (["ppp"] if TYPE == "ppp" else [])
            os.environ["HOME"] = "/nonexistent"
            os.execvp(args[0], args)
        tty.setraw(self.fd, termios.TCSANOW)
        self.rx = subprocess.Popen(["framer", "-d", "-t", TYPE], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.seen = b""

    def send(self, text):
        print("->", text, flush=True)
        out = subprocess.run(["framer", "-t", TYPE] + (["--octets"] if TYPE == "ppp" else []), input=text.encode() + b"\n",
                             stdout=subprocess.PIPE, check=True).stdout.decode()
        os.write(self.fd, bytes.fromhex(out.strip().split("=")[1]))

    def packet(self, seconds):
        """The next packet from the other side, None after so long."""
        end = min(time.monotonic() + seconds, DEADLINE)
        while b"\n" not in self.seen:
            left = end - time.monotonic()
            if left <= 0:
                return None
            ready, _, _ = select.select([self.fd, self.rx.stdout], [], [], left)
            if self.fd in ready:
                b = os.read(self.fd, 4096)
                self.rx.stdin.write(b"octets hex=" + b.hex().encode() + b"\n")
                self.rx.stdin.flush()
            if self.rx.stdout in ready:
                self.seen += os.read(self.rx.stdout.fileno(), 65536)
        line, self.seen = self.seen.split(b"\n", 1)
        line = line.decode()
        print("<-", line, flush=True)
        return line

    def close(self):
        self.rx.stdin.close()
        rest = self.rx.stdout.read()
        status = self.rx.wait()
        os.close(self.fd)
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)
        return status, rest


def negotiate(line):
    """LCP, then IPCP: both sides' requests acknowledged."""
    request = {"lcp": "lcp code=1 id=1 opt=magic:01020304", "ipcp": "ipcp code=1 id=1 opt=addr:10.0.2.15"}
    for proto in "lcp", "ipcp":
        ours = theirs = False
        tries = 0
        line.send(request[proto])
        while not (ours and theirs):
            got = line.packet(3)
            if got is None:
                tries += 1
                if tries > 3:
                    return False
                line.send(request[proto])
            elif got.startswith(proto + " code=1 "):
                words = got.split("opt=")[1].split(",") if "opt=" in got else []
                vj = [w for w in words if w.startswith("vj:")]
                if vj:  # Configure-Reject
                    line.send(got.split(" opt=")[0].replace("code=1", "code=4", 1) + " opt=" + vj[0])
                elif "addr:0.0.0.0" in words:  # Configure-Nak: it asks for its address
                    line.send(got.split(" opt=")[0].replace("code=1", "code=3", 1) + " opt=addr:10.0.2.2")
                else:
                    line.send(got.replace("code=1", "code=2", 1))
                    theirs = True
            elif got.startswith("ccp code=1 id="):  # Protocol-Reject
                line.send("lcp code=8 id=9 proto=0x80fd data hex=01010004" )
            elif got.startswith(proto + " code=2 "):
                ours = True
            elif got.startswith((proto + " code=3 ", proto + " code=4 ")):
                options = got.split("opt=")[1] if "opt=" in got and "code=3" in got else ""
                request[proto] = f"{proto} code=1 id=2" + (f" opt={options}" if options else "")
                line.send(request[proto])
    return True


line = Line()
ok = TYPE == "slip" or negotiate(line)
if TYPE == "slip":  # it says who it is, in letters, up to the end of its first packet
    line.send("ip id=9 ttl=64 src=10.0.2.15 dst=10.0.2.2 icmp type=8 id=7 seq=9")
    line.packet(2)
got = []
for i in range(1, 4):
    line.send(f"ip id={i} ttl=64 src=10.0.2.15 dst=10.0.2.2 icmp type=8 id=7 seq={i} data hex=c0dbdcdd7e7d1113{i:02x}")
    while (p := line.packet(3)) is not None:
        if " icmp type=0 " in p and f"data hex=c0dbdcdd7e7d1113{i:02x}" in p:
            got.append(p)
            break
status, rest = line.close()
print(f"# {TYPE}: {'negotiated, ' if TYPE == 'ppp' else ''}{len(got)} of 3 echo replies, framer -d: {status}")
sys.exit(0 if ok and len(got) == 3 and all("src=10.0.2.2 dst=10.0.2.15" in p for p in got) else 1)
