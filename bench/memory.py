#!/usr/bin/env python3
"""Memory with N documents indexed and the model loaded: private memory of the server, PSS of all processes.

    third_party/venv/bin/python bench/memory.py [--documents 10000]

Prints one JSON line. Documents are real passages of the labelled collections, numbered so that no two are alike.
"""
import argparse
import json
import pathlib
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from support import retrieval  # noqa: E402
from support.alcove import Alcove  # noqa: E402


def rollup(pid):
    """KiB of a process from the kernel's own sums."""
    fields = {}
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, value = line.split(":")
        fields[name] = int(value.split()[0])
    return fields


def family(pid):
    """A process and its children."""
    found = [pid]
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1]) == pid:
                    found.append(int(entry.name))
            except OSError:
                pass
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--testdata", type=pathlib.Path, default=ROOT.parent / "shared" / "testdata")
    options = parser.parse_args()
    sources = []
    for name in ("cranfield", "cisi", "squad"):
        sources += retrieval.load(options.testdata / "retrieval", name).documents.values()
    for collection in retrieval.load_xquad(options.testdata / "retrieval").values():
        sources += collection.documents.values()
    with tempfile.TemporaryDirectory(prefix="alcove-bench-") as scratch:
        library = pathlib.Path(scratch) / "library"
        library.mkdir()
        for number in range(options.documents):
            (library / f"{number:06}.txt").write_text(f"Document {number}.\n\n{sources[number % len(sources)]}", encoding="utf-8")
        with Alcove([library]) as server:
            began = time.monotonic()
            status = server.wait(7200)
            seconds = time.monotonic() - began
            for query in ("heat transfer in a boundary layer", "Wer gewann das Spiel?"):
                server.search(query)
            members = {pid: rollup(pid) for pid in family(server.process.pid)}
            main_process = members[server.process.pid]
            print(json.dumps({
                "benchmark": "memory", "documents": options.documents, "seconds_to_index": round(seconds),
                "server_private_mib": round((main_process["Private_Clean"] + main_process["Private_Dirty"]) / 1024),
                "server_private_dirty_mib": round(main_process["Private_Dirty"] / 1024),
                "pss_all_mib": round(sum(member["Pss"] for member in members.values()) / 1024),
                "processes": len(members), "tasks": status["tasks"]}))


if __name__ == "__main__":
    main()
