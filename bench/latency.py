#!/usr/bin/env python3
"""Latency of a search over 50,000 passages of real text with synthetic vectors, idle and while indexing; and memory.

    tools/build.sh bench alcove_bench_embedding alcove_bench_synthetic_vectors
    third_party/venv/bin/python bench/latency.py [--documents 10000] [--queries 400]

A document is some six paragraphs, about five passages.
Times are the client's, over the Unix socket, the query's embedding included; queries are the labelled collections' real
questions in thirteen languages, in turn. JSON lines.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

from bench_support import BENCH_BIN, collections, emit, memory_of, models_folder, percentile, questions, remixed, seeded, texts

from support.alcove import Alcove  # noqa: E402

FILES_PER_FOLDER = 1_000
CHARACTERS_PER_FILE = 4_900


def write(folder, documents, random_source, sources, prefix):
    texts_left = remixed(sources, 20 * documents, random_source)
    for number in range(documents):
        path = folder / f"{prefix}{number // FILES_PER_FOLDER:03}" / f"{number:06}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        paragraphs, size = [], 0
        while size < CHARACTERS_PER_FILE:
            paragraphs.append(next(texts_left))
            # Han, kana and Thai say more in a character, and passages are cut accordingly.
            size += len(paragraphs[-1]) + 2 * sum(c > "\u0e00" for c in paragraphs[-1])
        path.write_text("\n\n".join(paragraphs), encoding="utf-8")


def model_is_ready(server):
    return any(worker["role"] == "model" and worker["state"] in ("ready", "busy") for worker in server.api("GET", "/status")["workers"])


def measure(server, queries, mode, name, **more):
    for query in queries[:20]:
        server.search(query, mode=mode)
    times, inside, embed, degraded = [], [], [], 0
    for query in queries:
        began = time.perf_counter()
        answer = server.search(query, mode=mode)
        times.append((time.perf_counter() - began) * 1000)
        inside.append(answer["took_ms"])
        embed.append(answer.get("embed_ms", 0))
        degraded += answer["mode"] != mode
    emit(benchmark="latency", when=name, mode=mode, queries=len(queries), p50_ms=round(percentile(times, 0.5), 1),
         p95_ms=round(percentile(times, 0.95), 1), p99_ms=round(percentile(times, 0.99), 1),
         server_p50_ms=round(percentile(inside, 0.5), 1), server_p95_ms=round(percentile(inside, 0.95), 1),
         embed_p50_ms=round(percentile(embed, 0.5), 1), degraded=degraded, **more)


def measure_while_indexing(server, queries, folder, sources, random_source):
    stop = threading.Event()

    def feed():
        number = int(time.time())  # other names and texts than an earlier run on the same folder had
        while not stop.is_set():
            if server.api("GET", "/status")["tasks"]["waiting"] < 400:
                for text in remixed(sources[:1] * 2 + sources, 100, random_source):
                    (folder / f"late-{number}.txt").write_text(f"{number} {text}", encoding="utf-8")
                    number += 1
            time.sleep(0.3)

    feeder = threading.Thread(target=feed)
    feeder.start()
    try:
        time.sleep(8)
        before = server.runs()["text_vectors"]
        began = time.monotonic()
        measure(server, queries, "hybrid", "while indexing")
        embedded = server.runs()["text_vectors"] - before
        emit(benchmark="latency", when="while indexing", note="files embedded meanwhile, per second",
             files_per_second=round(embedded / (time.monotonic() - began), 1))
    finally:
        stop.set()
        feeder.join()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--queries", type=int, default=400)
    parser.add_argument("--keep", type=pathlib.Path, help="a folder for library and data that is used again next time")
    options = parser.parse_args()
    kept = collections()
    sources, asked = texts(kept), questions(kept)
    random_source = seeded()
    random_source.shuffle(asked)
    asked = asked[: options.queries]
    with tempfile.TemporaryDirectory(prefix="alcove-bench-") as scratch:
        base = options.keep or pathlib.Path(scratch)
        library, data = base / "library", base / "data"
        if not library.exists():
            write(library, options.documents, random_source, sources, "part-")
            # Without a model nothing is embedded: words are indexed, and the vectors come from the benchmark's own source.
            server = Alcove([library], data=data, environment={"ALCOVE_MODELS": str(base / "no-models")})
            began = time.monotonic()
            server.start()
            server.wait(7200)
            emit(benchmark="keyword_indexing", files=options.documents, files_per_second=round(options.documents / (time.monotonic() - began), 1))
            server.stop()
            subprocess.run([BENCH_BIN / "alcove_bench_synthetic_vectors", data, models_folder()], check=True, stdout=sys.stderr)
        server = Alcove([library], data=data)
        began = time.monotonic()
        server.start()
        emit(benchmark="start", documents=options.documents, seconds=round(time.monotonic() - began, 2))
        try:
            server.wait(7200)
            while not model_is_ready(server):
                time.sleep(0.2)
            emit(benchmark="latency", when="before", index=server.cli_json("status")["index"])
            for mode in ("hybrid", "keyword", "meaning"):
                measure(server, asked, mode, "idle")
            measure_while_indexing(server, asked[: max(100, options.queries // 2)], library / "part-000", sources, random_source)
            emit(benchmark="memory", when="after indexing and searching", documents=options.documents, **memory_of(server.process.pid))
        finally:
            server.stop()


if __name__ == "__main__":
    main()
