#!/usr/bin/env python3
"""What a server with nothing to do costs: processor time and bytes written by server and workers over a minute.

    ALCOVE_BIN=build/release/bin bench/idle.py [SECONDS]
"""
import json
import os
import pathlib
import sys
import tempfile
import time

import bench_support  # noqa: F401  (finds the built programs)
from support.alcove import Alcove

FILES = 300


def family(pid):
    """The process and all below it."""
    found = [pid]
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
            if parent == pid:
                found += family(int(entry.name))
    return found


def costs(pids):
    """Processor seconds, and bytes handed to disks, of each process; and how often its threads woke up."""
    ticks = os.sysconf("SC_CLK_TCK")
    found = {}
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        io = dict(line.split(": ") for line in pathlib.Path(f"/proc/{pid}/io").read_text().splitlines())
        wakes = 0
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            status = dict(line.split(":", 1) for line in (task / "status").read_text().splitlines())
            wakes += int(status["voluntary_ctxt_switches"])
        name = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:2]
        found[pid] = (b" ".join(name).decode().rsplit("/", 1)[-1], (int(fields[11]) + int(fields[12])) / ticks, int(io["write_bytes"]), wakes)
    return found


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    with tempfile.TemporaryDirectory(prefix="alcove-idle-") as folder:
        library = pathlib.Path(folder) / "library"
        library.mkdir()
        for number in range(FILES):
            (library / f"note-{number}.txt").write_text(f"Note {number} about boats and bread.\n" * 20)
        with Alcove([library], data=pathlib.Path(folder) / "data") as server:
            server.wait()
            time.sleep(10)  # The last commits, and the check of the store after a start.
            pids = family(server.process.pid)
            before = costs(pids)
            time.sleep(seconds)
            after = costs(pids)
            for pid in pids:
                name, cpu, written, wakes = after[pid]
                print(json.dumps({"process": name, "cpu_percent": round(100 * (cpu - before[pid][1]) / seconds, 3),
                                  "written_bytes": written - before[pid][2], "wakes_per_s": round((wakes - before[pid][3]) / seconds, 1)}))
            cpu = sum(after[pid][1] - before[pid][1] for pid in pids)
            written = sum(after[pid][2] - before[pid][2] for pid in pids)
            print(json.dumps({"benchmark": "idle", "seconds": seconds, "cpu_percent_of_a_core": round(100 * cpu / seconds, 3), "written_bytes": written}))


main()
