"""frames.py - tcpdiag --as wireshark --frames against tshark, frame by frame: frames.py FOLDER of the shared data.

For pcaps/analysis tshark's verdicts are those of tshark_frames.tsv.gz; elsewhere tshark is asked. A capture may differ when EXPLAINED says
why; each other difference is printed and fails.
"""

import collections
import gzip
import os
import subprocess
import sys

from peers import BIN, DATA

FIELDS = """retransmission fast_retransmission spurious_retransmission out_of_order duplicate_ack lost_segment ack_lost_segment
zero_window zero_window_probe zero_window_probe_ack window_full window_update keep_alive keep_alive_ack reused_ports""".split()

# The end of a capture's name, how many of its frames differ, and why.
EXPLAINED = [
    ("single_byte_rexmit.dmp.gz", 18, "no decoder of Token Ring"),
    ("ja3_lots_of_cipher_suites_2_anon.pcap", 14, "no decoder of GTP"),
    ("_ajp.pcap", 7, "no decoder of Cisco FabricPath"),
    ("nflog-http.pcap", 4, "no decoder of NFLOG"),
    ("detect-ipopts_input.pcap", 2, "the end is that of a source route"),
    ("tcp-empty-sack_tcp-opt.pcap", 1, "an option is malformed, and tshark stops there"),
]


def given():
    """By capture, by frame: what tshark_frames.tsv.gz says."""
    rows = collections.defaultdict(dict)
    with gzip.open(DATA + "/pcaps/tshark_frames.tsv.gz", "rt") as table:
        next(table)
        for line in table:
            name, frame, _, *said = line.rstrip("\n").split("\t")
            rows[name.split("/")[-1]][frame] = tuple("" if word == "-" else word for word in said)
    return rows


def asked(path):
    """By frame: what the tshark here says."""
    command = ["tshark", "-n", "-r", path, "-Y", "tcp", "-T", "fields", "-e", "frame.number"]
    for field in FIELDS + ["ack_rtt", "bytes_in_flight"]:
        command += ["-e", "tcp.analysis." + field]
    rows = {}
    for line in subprocess.run(command, capture_output=True, text=True).stdout.splitlines():
        frame, *flags, rtt, flight = line.split("\t")
        said = ",".join(name for name, flag in zip(FIELDS, flags) if flag)
        if said or rtt:
            rows[frame] = (said, rtt, flight)
    return rows


def ours(path):
    run = subprocess.run([BIN + "/tcpdiag", "--as", "wireshark", "--frames", path], capture_output=True, text=True)
    if run.returncode not in (0, 2):
        sys.exit(f"# {path}: tcpdiag ended with {run.returncode}")
    rows = (line.split("\t") for line in run.stdout.splitlines()[1:])
    return {row[0]: tuple(row[1:]) for row in rows}


def main(folder):
    place = f"{DATA}/{folder}"
    table = given() if folder == "pcaps/analysis" else None
    frames = differing = wrong = 0
    for name in sorted(name for name in os.listdir(place) if table or name.endswith(".pcap")):
        want = table[name] if table is not None else asked(f"{place}/{name}")
        got = ours(f"{place}/{name}")
        frames += len(want)
        other = [frame for frame in sorted(set(want) | set(got), key=int) if want.get(frame) != got.get(frame)]
        differing += len(other)
        if other and not any(name.endswith(end) and len(other) <= n for end, n, _ in EXPLAINED):
            wrong += len(other)
            for frame in other[:5]:
                print(f"# {name} frame {frame}: tcpdiag {got.get(frame)}, tshark {want.get(frame)}")
    print(f"# {folder}: {frames} frames with a verdict or an RTT sample, {differing} differ, {wrong} of them unexplained")
    sys.exit(1 if wrong or not frames else 0)


main(sys.argv[1])
