"""AX.25 frames for tests of modems: bits of packet text in and out, written from ISO 13239 and AX.25 2.2 alone.

hdlc.py messages N         N packets as direwolf's gen_packets reads them
hdlc.py send N FLAGS       the same as a line "bits b=..." each, FLAGS flags before
hdlc.py receive            lines "bits b=..." in; the text of every frame with a right FCS out
"""
import sys

FLAG = [0, 1, 1, 1, 1, 1, 1, 0]


def fcs(octets):
    c = 0xFFFF
    for o in octets:
        c ^= o
        for _ in range(8):
            c = (c >> 1) ^ 0x8408 if c & 1 else c >> 1
    return c ^ 0xFFFF


def text(i):
    return "The quick brown fox jumps over the lazy dog! %04d" % i


def address(name, ssid, last):
    return bytes(ord(c) << 1 for c in name.ljust(6)) + bytes([0x60 | ssid << 1 | last])


def frame(i):
    octets = address("TEST", 0, 0) + address("N0CALL", 7, 1) + b"\x03\xf0" + text(i).encode()
    return octets + fcs(octets).to_bytes(2, "little")


def stuffed(octets):
    bits, ones = [], 0
    for o in octets:
        for k in range(8):
            bits.append(o >> k & 1)
            ones = ones + 1 if bits[-1] else 0
            if ones == 5:
                bits.append(0)
                ones = 0
    return bits


def frames(bits):
    """Every run of octets between two flags."""
    ones, inside, current = 0, False, []
    for b in bits:
        if b:
            ones += 1
            current.append(1)
            continue
        if ones == 6:
            body = current[:-7]  # without 0111111 of the flag
            if inside and body and len(body) % 8 == 0:
                yield bytes(sum(body[k + j] << j for j in range(8)) for k in range(0, len(body), 8))
            inside, current = True, []
        elif ones > 6:
            inside = False
        elif ones < 5:
            current.append(0)
        ones = 0


def receive():
    for line in sys.stdin:
        for word in line.split():
            if word.startswith("b="):
                for f in frames([int(c) for c in word[2:]]):
                    if len(f) >= 18 and fcs(f[:-2]) == int.from_bytes(f[-2:], "little"):
                        print(f[16:-2].decode("latin-1").rstrip())  # gen_packets leaves a line feed


def main():
    what, numbers = sys.argv[1], [int(a) for a in sys.argv[2:]]
    if what == "messages":
        for i in range(1, numbers[0] + 1):
            print("N0CALL-7>TEST:" + text(i))
    elif what == "send":
        for i in range(1, numbers[0] + 1):
            print("bits b=" + "".join(map(str, FLAG * numbers[1] + stuffed(frame(i)) + FLAG * 2)))
    else:
        receive()


main()
