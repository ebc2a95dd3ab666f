#!/usr/bin/env python3
"""trains.py - a datagram in fragments has a verdict when the kernel delivers it, and else none: trains.py

Each train of frag/ is one UDP datagram with a right checksum. Where the kernel delivered it one packet must be ok, where it
dropped it none.
"""
import json
import os
import re
import subprocess
import sys

import peers

folder = os.path.join(os.environ["OSIKIT_DATA"], "frag")
wrong = 0
with open(os.path.join(folder, "verdicts.json"), encoding="utf-8") as f:
    trains = json.load(f)
for train in trains:
    out = subprocess.run([os.path.join(peers.BIN, "udpck"), os.path.join(folder, train["pcap"])], capture_output=True, text=True)
    found = re.findall("@udpck.sum=([a-z]*)", out.stdout)
    if found.count("ok") != (train["kernel"] == "delivered"):
        wrong += 1
        print(f"# {train['pcap']} ({train['case']}): the kernel {train['kernel']} it, udpck {found}")
print(f"# {len(trains)} trains of fragments, {wrong} not as the kernel has it")
sys.exit(1 if wrong or not trains else 0)
