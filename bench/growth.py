#!/usr/bin/env python3
"""How time, memory, disk and latency grow with the number of passages. One step fills a library up to a size, the other measures it.

    tools/build.sh bench alcove alcove-worker alcove_bench_synthetic_library
    third_party/venv/bin/python bench/growth.py fill FOLDER --passages 200000
    third_party/venv/bin/python bench/growth.py measure FOLDER

Passages are of real text in thirteen languages, remixed; vectors are synthetic; each document is a small file whose artefacts the
benchmark writes itself (bench/synthetic_library). Filling a larger size goes on from the smaller one. JSON lines.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import time

os.environ.setdefault("ALCOVE_BIN", str(pathlib.Path(__file__).resolve().parent.parent / "build" / "bench" / "bin"))
from bench_support import BENCH_BIN, collections, emit, memory_of, models_folder, percentile, questions, rollup, seeded  # noqa: E402

from support.alcove import Alcove  # noqa: E402

PASSAGES_PER_DOCUMENT = 5
SEARCHERS = 16


def write_texts(path):
    """Lines of language, tab, text."""
    with open(path, "w", encoding="utf-8") as stream:
        for collection in collections():
            language = collection.name.removeprefix("xquad-") if collection.name.startswith("xquad-") else "en"
            for text in collection.documents.values():
                stream.write(language + "\t" + " ".join(text.split()) + "\n")


def size_of(folder):
    return sum(file.stat().st_blocks * 512 for file in folder.rglob("*") if file.is_file())


def disk(data, passages):
    indexes = data / "indexes"
    sizes = {"artefacts": size_of(data / "artefacts"), "keyword": size_of(indexes / "passages"),
             "vectors": sum(file.stat().st_blocks * 512 for file in indexes.glob("text_vectors*")),
             "names": size_of(indexes / "names"), "catalog": sum(file.stat().st_size for file in data.glob("catalog.db*"))}
    return {f"{name}_bytes_per_passage": round(size / passages) for name, size in sizes.items()} | {"total_gib": round(sum(sizes.values()) / 2**30, 2)}


def wait_until_indexed(server, passages, timeout_s):
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        status = server.api("GET", "/status")
        index = status["index"]
        if index["passages_indexed"] >= passages and index["vectors_indexed"] >= passages and index["behind"] == 0:
            return
        time.sleep(2)
    raise RuntimeError(f"not indexed in time: {status['index']}")


def fill(base, passages, documents_before):
    base.mkdir(parents=True, exist_ok=True)
    texts, library, data = base / "texts.tsv", base / "library", base / "data"
    library.mkdir(exist_ok=True)
    if not texts.exists():
        write_texts(texts)
    if not data.exists():
        # The store is the server's to make.
        with Alcove([library], data=data):
            pass
    documents = passages // PASSAGES_PER_DOCUMENT
    began = time.monotonic()
    subprocess.run([BENCH_BIN / "alcove_bench_synthetic_library", data, library, models_folder(), texts, str(documents_before), str(documents),
                    str(PASSAGES_PER_DOCUMENT)], check=True)
    filled = time.monotonic()
    server = Alcove([library], data=data)
    server.start()
    try:
        wait_until_indexed(server, passages, 4 * 3600)
        indexed = time.monotonic()
        new = passages - documents_before * PASSAGES_PER_DOCUMENT
        emit(benchmark="growth", what="fill", passages=passages, documents=documents, store_seconds=round(filled - began),
             index_seconds=round(indexed - filled), indexed_per_second=round(new / (indexed - filled)),
             **memory_of(server.process.pid), server_anonymous_mib=round(rollup(server.process.pid)["Anonymous"] / 1024))
    finally:
        server.stop()
    emit(benchmark="growth", what="disk", passages=passages, **disk(data, passages))
    (base / "size.json").write_text(json.dumps({"passages": passages, "documents": documents}))


def timed(call):
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def report(times, what, **more):
    emit(benchmark="growth", what=what, asked=len(times), p50_ms=round(percentile(times, 0.5), 1), p95_ms=round(percentile(times, 0.95), 1),
         max_ms=round(max(times), 1), **more)


def misspelt(query):
    """The longest word with two letters swapped."""
    words = query.split()
    longest = max(range(len(words)), key=lambda i: len(words[i]))
    word = words[longest]
    middle = len(word) // 2
    words[longest] = word[: middle - 1] + word[middle] + word[middle - 1] + word[middle + 1:]
    return " ".join(words)


def measure(base, queries, searchers):
    size = json.loads((base / "size.json").read_text())
    asked = questions(collections())
    seeded().shuffle(asked)
    asked = asked[:queries]
    server = Alcove([base / "library"], data=base / "data")
    began = time.monotonic()
    server.start()
    try:
        started = time.monotonic() - began
        while not any(worker["role"] == "model" and worker["state"] in ("ready", "busy") for worker in server.api("GET", "/status")["workers"]):
            time.sleep(0.1)
        first = timed(lambda: server.search(asked[0]))
        emit(benchmark="growth", what="start", start_seconds=round(started, 2), first_query_ms=round(first), **size)
        for query in asked[:20]:
            server.search(query)
        for mode in ("hybrid", "keyword", "meaning"):
            report([timed(lambda q=query, m=mode: server.search(q, mode=m)) for query in asked], mode, **size)
        report([timed(lambda q=query: server.search(misspelt(q))) for query in asked if len(max(query.split(), key=len)) > 4], "hybrid, one word misspelt", **size)
        report([timed(lambda q=query: server.search("in:folder-0000 " + q)) for query in asked], "hybrid, in one folder", **size)
        typed = [query[:length] for query in asked[:40] for length in range(2, min(20, len(query)), 3)]
        report([timed(lambda t=text: server.api("GET", "/suggest", q=t)) for text in typed], "suggest", **size)
        with concurrent.futures.ThreadPoolExecutor(searchers) as pool:
            times = list(pool.map(lambda query: timed(lambda: server.search(query)), asked * 2))
        report(times, f"hybrid, {searchers} searchers at once", **size)
        emit(benchmark="growth", what="memory", **size, **memory_of(server.process.pid),
             server_anonymous_mib=round(rollup(server.process.pid)["Anonymous"] / 1024))
    finally:
        server.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", choices=("fill", "measure"))
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--passages", type=int, default=200_000)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--searchers", type=int, default=SEARCHERS)
    options = parser.parse_args()
    if options.step == "measure":
        measure(options.folder, options.queries, options.searchers)
        return
    size = options.folder / "size.json"
    fill(options.folder, options.passages, json.loads(size.read_text())["documents"] if size.exists() else 0)


if __name__ == "__main__":
    main()
