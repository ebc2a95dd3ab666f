"""direwolf_kiss.py - direwolf as a KISS modem on TCP: direwolf_kiss.py FOLDER

Packets of ours as sound on its standard input come back as KISS, which `framer -d -t kiss` reads; a packet that `framer -t kiss` made is sent by
it. FOLDER is for its files. Exit 0: all four came, and ours was sent.
"""
import os
import socket
import subprocess
import sys
import threading
import time

folder = sys.argv[1]
packets = ["data str=hello", "data hex=c0", "data hex=c0dbdcdd00", "data hex=" + "c0" * 60]
ax25 = "ax25 dst=APRS src=N0CALL-1 ctl=0x03 "


def sh(args, text):
    return subprocess.run(args, input=text, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout


def free_port():
    """direwolf takes 1024 to 49151."""
    for port in range(20000 + os.getpid() % 20000, 49152):
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass
    sys.exit("no free port")


port = free_port()
with open(os.path.join(folder, "dw.conf"), "w") as f:
    f.write(f"ADEVICE stdin null\nACHANNELS 1\nCHANNEL 0\nMYCALL N0CALL\nMODEM 1200\nAGWPORT 0\nKISSPORT {port}\n")
sound = sh(["modem-sim", "tx", "-m", "bell202", "-r", "44100", "--raw"],
           sh(["framer", "-t", "ax25", "--bits"], "".join(ax25 + p + "\n" for p in packets).encode()))
log = os.path.join(folder, "dw.log")
with open(log, "wb") as out:
    direwolf = subprocess.Popen(["direwolf", "-c", os.path.join(folder, "dw.conf"), "-r", "44100", "-t", "0", "-"], cwd=folder,
                                stdin=subprocess.PIPE, stdout=out, stderr=subprocess.STDOUT)
try:
    end = time.monotonic() + 20
    while True:
        try:
            s = socket.create_connection(("127.0.0.1", port))
            break
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
    s.sendall(bytes.fromhex(sh(["framer", "-t", "kiss"], b"ax25 dst=TEST src=W1AW-7 via=WIDE1-1 data str=from-us\n").decode().split("=")[1]))
    while b"client application 0..." not in open(log, "rb").read() and time.monotonic() < end:
        time.sleep(0.02)

    def feed():
        try:
            direwolf.stdin.write(sound + bytes(44100 * 6))
            direwolf.stdin.flush()
        except BrokenPipeError:
            pass

    threading.Thread(target=feed, daemon=True).start()
    s.settimeout(10)
    got = b""
    while got.count(b"\xc0") < 2 * len(packets):
        got += s.recv(4096)
    lines = sh(["framer", "-d", "-q", "-t", "kiss"], b"octets hex=" + got.hex().encode() + b"\n").decode().splitlines()
    sent = False
    while not sent and time.monotonic() < end:
        sent = b"W1AW-7>TEST,WIDE1-1:from-us" in open(log, "rb").read()
        time.sleep(0.05)
finally:
    direwolf.kill()
    direwolf.wait()
good = lines == ["kiss port=0 cmd=0 " + ax25 + p for p in packets]
print(f"# direwolf by KISS: {sum(l.endswith(p) for l, p in zip(lines, packets))} of 4 read, ours {'sent' if sent else 'not sent'}")
if not good:
    print(*lines, sep="\n")
sys.exit(0 if good and sent else 1)
