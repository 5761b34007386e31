#!/usr/bin/env python3
"""Pipeline efficiency: passages per second of the whole product against the bare model on the same texts and cores.

    tools/build.sh bench alcove_bench_embedding alcove_bench_synthetic_vectors
    third_party/venv/bin/python bench/pipeline.py [--documents 600] [--rounds 5]

The product: a fresh data folder, from the moment the folder becomes a library until all of it is read, cut, embedded,
stored and indexed. The bare model: the same passages, tokenised beforehand, longest first, one at a time on as many
threads. Rounds are interleaved; JSON lines, the last with the medians.
"""
import argparse
import os
import pathlib
import tempfile
import time

from bench_support import collections, emit, median, run_bare_model, seeded, texts

from support.alcove import Alcove  # noqa: E402


def passages_of(server, folder):
    lines = []
    for path in sorted(folder.iterdir()):
        for passage in server.cli_json("text", str(path))["passages"]:
            title, text = passage["title"], passage["text"]
            lines.append(text if not title or text.startswith(title) else title + "\n" + text)
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    threads = len(os.sched_getaffinity(0))
    sources = texts(collections())
    seeded().shuffle(sources)
    with tempfile.TemporaryDirectory(prefix="alcove-bench-") as scratch:
        folder = pathlib.Path(scratch) / "library"
        folder.mkdir()
        for number, text in enumerate(sources[: options.documents]):
            (folder / f"{number:05}.txt").write_text(text, encoding="utf-8")
        lines, product, bare = None, [], []
        for number in range(options.rounds):
            with Alcove() as server:
                while not any(worker["role"] == "model" and worker["state"] in ("ready", "busy") for worker in server.api("GET", "/status")["workers"]):
                    time.sleep(0.1)
                began = time.monotonic()
                server.cli("library", "add", str(folder))
                server.wait()
                seconds = time.monotonic() - began
                lines = lines or passages_of(server, folder)
            product.append(len(lines) / seconds)
            bare.append(run_bare_model(lines, threads)["texts_per_second"])
            emit(benchmark="pipeline", round=number + 1, passages=len(lines), threads=threads, product_per_second=round(product[-1], 1),
                 bare_model_per_second=round(bare[-1], 1), ratio=round(product[-1] / bare[-1], 3))
        emit(benchmark="pipeline", round="median", documents=options.documents, passages=len(lines), threads=threads,
             product_per_second=round(median(product), 1), bare_model_per_second=round(median(bare), 1),
             ratio=round(median(p / b for p, b in zip(product, bare)), 3))


if __name__ == "__main__":
    main()
