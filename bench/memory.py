#!/usr/bin/env python3
"""Memory with N documents indexed and the model loaded: private memory of the server, PSS of all processes.

    third_party/venv/bin/python bench/memory.py [--documents 10000]

Prints one JSON line. Documents are real passages of the labelled collections, remixed so that no two are alike; each is
embedded by the real model.
"""
import argparse
import pathlib
import tempfile
import time

from bench_support import collections, emit, memory_of, remixed, seeded, texts

from support.alcove import Alcove  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=10_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="alcove-bench-") as scratch:
        library = pathlib.Path(scratch) / "library"
        library.mkdir()
        for number, text in enumerate(remixed(texts(collections()), options.documents, seeded())):
            (library / f"{number:06}.txt").write_text(text, encoding="utf-8")
        with Alcove([library]) as server:
            began = time.monotonic()
            server.wait(7200)
            seconds = time.monotonic() - began
            for query in ("heat transfer in a boundary layer", "Wer gewann das Spiel?"):
                server.search(query)
            emit(benchmark="memory", documents=options.documents, seconds_to_index=round(seconds), **memory_of(server.process.pid))


if __name__ == "__main__":
    main()
