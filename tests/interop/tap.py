"""tap.py - tap.py IN.pcap OUT.pcap: frames into a TAP interface of this network namespace, 10.9.0.2 at 02:00:00:00:09:02, one after the
other; OUT has what the kernel sent, until it has answered as many or 5 s are over."""
import fcntl
import os
import select
import struct
import subprocess
import sys
import time

with open(sys.argv[1], "rb") as f:
    data = f.read()
frames, at = [], 24
while at < len(data):
    n = struct.unpack_from("<I", data, at + 8)[0]
    frames.append(data[at + 16:at + 16 + n])
    at += 16 + n

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 2, 0x1000
tap = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", b"tap0", IFF_TAP | IFF_NO_PI))
for command in ("ip link set tap0 address 02:00:00:00:09:02 up", "ip addr add 10.9.0.2/24 dev tap0"):
    subprocess.run(command.split(), check=True)

end, answers = time.monotonic() + 5, 0
with open(sys.argv[2], "wb") as out:
    out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
    for frame in frames:
        os.write(tap, frame)
    while answers < len(frames) and time.monotonic() < end:
        if select.select([tap], [], [], 0.1)[0]:
            b = os.read(tap, 65536)
            out.write(struct.pack("<IIII", 1, 0, len(b), len(b)) + b)
            answers += b[:6] == b"\x02\x00\x00\x00\x09\x01"
