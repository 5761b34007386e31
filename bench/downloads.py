#!/usr/bin/env python3
"""How fast a file is downloaded while the server indexes, against the same with background work paused: interleaved pairs, the
median of their ratios.

    ALCOVE_BIN=build/release/bin bench/downloads.py [PAIRS [MB_PER_S]]

The client takes at most so many MB a second: 117 is what a gigabit network carries; 0 is no limit, where client and server together
fill both cores and the ratio tells how the processor is shared, not how fast a NAS serves.
"""
import json
import pathlib
import statistics
import sys
import tempfile
import time

import bench_support
from support.alcove import _UnixConnection, Alcove, eventually

FILE_MIB = 256
TEXTS = 20_000  # More than are worked in the time of all pairs.


def download_s(server, file_id, mb_per_s):
    connection = _UnixConnection(server.data / "alcove.sock", 120)
    began = time.monotonic()
    connection.request("GET", f"/api/v1/files/{file_id}/content")
    response = connection.getresponse()
    total = 0
    while chunk := response.read(1 << 20):
        total += len(chunk)
        if mb_per_s:
            time.sleep(max(0.0, began + total / (mb_per_s * 1e6) - time.monotonic()))
    connection.close()
    assert total == FILE_MIB << 20
    return time.monotonic() - began


def main():
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    mb_per_s = float(sys.argv[2]) if len(sys.argv) > 2 else 117.0
    texts = bench_support.texts(bench_support.collections())
    with tempfile.TemporaryDirectory(prefix="alcove-downloads-") as folder:
        library = pathlib.Path(folder) / "library"
        library.mkdir()
        with open(library / "film.bin", "wb") as film:
            block = bytes(range(256)) * 4096
            for _ in range(FILE_MIB):
                film.write(block)
        with Alcove([library], data=pathlib.Path(folder) / "data") as server:
            server.wait()
            file_id = server.api("GET", "/files/by-path", path="library:film.bin")["id"]
            server.api("POST", "/work/pause")
            for number in range(TEXTS):
                (library / f"text-{number:05d}.txt").write_text(texts[number % len(texts)] + f"\n{number}")
            download_s(server, file_id, mb_per_s)  # Into the system's cache.
            ratios, idle_speeds = [], []
            for _ in range(pairs):
                idle = download_s(server, file_id, mb_per_s)
                server.api("POST", "/work/resume")
                done = server.api("GET", "/status")["runs"].get("text", 0)
                assert eventually(lambda: server.api("GET", "/status")["runs"].get("text", 0) > done, 60)
                busy = download_s(server, file_id, mb_per_s)
                server.api("POST", "/work/pause")
                assert eventually(lambda: server.api("GET", "/status")["tasks"]["running"] == 0, 60)
                time.sleep(0.5)
                ratios.append(idle / busy)
                idle_speeds.append(FILE_MIB / idle)
            print(json.dumps({"benchmark": "downloads", "pairs": pairs, "limit_mb_s": mb_per_s, "idle_mib_s": round(statistics.median(idle_speeds)),
                              "ratio_median": round(statistics.median(ratios), 3), "ratios": [round(ratio, 2) for ratio in sorted(ratios)]}))


main()
