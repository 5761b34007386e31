"""Runs the programs on processors that this machine is not: under QEMU's user-mode emulation."""
import array
import json
import math
import os
import pathlib
import shutil
import subprocess

import pytest
from support.alcove import Alcove

TEXTS = ["Die Stromrechnung für März liegt im Ordner Haus.", "Apple trees in the garden bloom in April.",
         "Счёт за электричество за март.", "x", "The committee met twice. " * 3]
MODEL = (pathlib.Path(os.environ.get("ALCOVE_MODELS", pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
                                     / "alcove" / "models")) / "multilingual-e5-small")


def emulator(name, *arguments):
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    return [name, *arguments]


def run(command, timeout_s=120, **options):
    """A signal ends the test: an illegal instruction shows as one."""
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=timeout_s, **options)
    assert result.returncode >= 0 and "uncaught target signal" not in result.stderr, f"{command}: {result.returncode}\n{result.stderr[-2000:]}"
    return result


def run_unit_tests(prefix, program, *names):
    result = run([*prefix, program, "--gtest_filter=" + ":".join(names)])
    assert result.returncode == 0 and "[  PASSED  ]" in result.stdout, result.stdout[-3000:]
    assert " 0 tests from" not in result.stdout, "no test of these names"


def vectors(prefix, program, file, texts=TEXTS):
    """The real model's vectors of `texts`, one list each."""
    if not (MODEL / "model.json").exists():
        pytest.skip("the embedding model is not installed")
    result = run([*prefix, program, "--model", MODEL, "--threads", "1", "--runs", "1", "--vectors", file],
                 input="\n".join(json.dumps(text) for text in texts))
    assert result.returncode == 0, result.stderr
    values = array.array("f", pathlib.Path(file).read_bytes())
    size = len(values) // len(texts)
    return [values[number * size:(number + 1) * size] for number in range(len(texts))]


def cosine(left, right):
    def dot(a, b):
        return sum(x * y for x, y in zip(a, b, strict=True))
    return dot(left, right) / math.sqrt(dot(left, left) * dot(right, right))


def nearest_of_each(ours, theirs):
    return min(cosine(left, right) for left, right in zip(ours, theirs, strict=True))


def serve_emulated(prefix, binaries, folder, scratch):
    """The whole product: server and workers emulated, one file found by its meaning. Returns the status and what the doctor says."""
    (folder / "bill.txt").write_text(TEXTS[0] + "\n", encoding="utf-8")
    (folder / "trees.txt").write_text(TEXTS[1] + "\n", encoding="utf-8")
    # The server starts its workers itself, and the kernel would run them without the emulator.
    worker = scratch / "emulated-worker"
    worker.write_text("#!/bin/sh\nexec " + " ".join([*map(str, prefix), str(binaries / "alcove-worker")]) + ' "$@"\n', encoding="utf-8")
    worker.chmod(0o755)
    with Alcove([folder], prefix=prefix, arguments=["--worker", str(worker)], binaries=binaries) as server:
        status = server.wait(timeout_s=300)
        if not status["model"]["name"]:
            pytest.skip("the embedding model is not installed")
        assert status["tasks"]["failed"] == 0, status
        found = server.search("electricity invoice", mode="meaning")["hits"]
        assert found[0]["name"] == "bill.txt", found
        findings = server.api("GET", "/doctor")["findings"]
    return status, {(finding["area"], finding["level"]): finding["text"] for finding in findings}, findings

