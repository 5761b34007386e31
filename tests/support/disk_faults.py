"""Servers whose writes fail on purpose (faults.c), and what must hold whatever failed."""
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import time
import zipfile

import pytest
from support.alcove import Alcove, Problem, eventually

SOURCE = pathlib.Path(__file__).with_name("faults.c")
EVERY_KIND = "write,sync,open,rename,truncate"


def build_faults(folder):
    """The library to preload; skips where there is no C compiler."""
    if not shutil.which("cc"):
        pytest.skip("there is no C compiler to build the failing system calls")
    library = pathlib.Path(folder) / "faults.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl"], check=True)
    return library


def write_files(folder, numbers):
    folder.mkdir(exist_ok=True)
    for number in numbers:
        text = f"Document {number} speaks of marker{number:05d}word.\n\n" + "It is about boats, bread and the weather. " * 30
        (folder / f"note-{number:05d}.txt").write_text(text)


def write_archive(folder, numbers):
    with zipfile.ZipFile(folder / "box.zip", "w", zipfile.ZIP_DEFLATED) as box:
        for number in numbers:
            box.writestr(f"inside-{number:05d}.txt", f"Member {number} speaks of marker{number:05d}word, in an archive.")


def fingerprint(folder):
    """Everything of the person's files that Alcove must not touch."""
    return {str(path.relative_to(folder)): (path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
            for path in sorted(folder.rglob("*")) if path.is_file()}


class Life:
    """One data folder from its first start on: files are there, more come, one goes, the server stops."""

    FIRST, IN_ARCHIVE, LATER, GONE = range(4), range(100, 102), range(4, 6), 1

    def __init__(self, folder, faults):
        self.folder, self.faults = pathlib.Path(folder), faults
        self.folder.mkdir(parents=True)
        self.library = self.folder / "library"
        self.data = self.folder / "data"
        self.data.mkdir(mode=0o700)
        self.off = self.folder / "room-again"
        self.log = self.folder / "calls"
        write_files(self.library, self.FIRST)
        write_archive(self.library, self.IN_ARCHIVE)

    def server(self, **plan):
        environment = {}
        if plan:
            environment = {"LD_PRELOAD": str(self.faults), "ALCOVE_FAULT_FOLDER": str(self.data),
                           "ALCOVE_FAULT_OFF": str(self.off), "ALCOVE_FAULT_LOG": str(self.log), "ALCOVE_FAULT_KINDS": EVERY_KIND,
                           **{f"ALCOVE_FAULT_{name.upper()}": str(value) for name, value in plan.items()}}
        return Alcove([self.library], data=self.data, environment=environment,
                      arguments=["--models", os.environ.get("ALCOVE_FAULT_MODELS", str(self.folder / "no-models"))])

    def change_files(self):
        write_files(self.library, self.LATER)
        (self.library / f"note-{self.GONE:05d}.txt").unlink(missing_ok=True)

    @property
    def present(self):
        return [number for number in (*self.FIRST, *self.LATER, *self.IN_ARCHIVE) if number != self.GONE]

    def failed_calls(self):
        text = self.log.read_text() if self.log.exists() else ""
        return re.findall(r"^(\d+ .*)$", text, re.M)

    def call_count(self):
        found = re.findall(r"^calls (\d+)$", self.log.read_text(), re.M)
        return int(found[-1])


def wait_patiently(server, timeout_s=60):
    """`status --wait`, again while the server says that it cannot (its own writes fail, too)."""
    deadline = time.monotonic() + timeout_s
    while True:
        result = server.cli("status", "--wait", "--timeout", "30", "--json", check=False)
        if result.returncode == 0 or time.monotonic() > deadline or server.process.poll() is not None:
            return result
        time.sleep(0.2)


def check_everything(life, server, kept):
    """Every file is found once, nothing else is, no store is damaged, and the person's files are as they were."""
    def complete():
        try:
            return all(len(hits_of(server, number)) == 1 for number in life.present)
        except (Problem, OSError):
            return False
    assert eventually(complete, 60, 0.2), {number: hits_of(server, number) for number in life.present}
    assert hits_of(server, life.GONE) == []
    status = server.api("GET", "/status")
    assert status["tasks"]["failed"] == 0, status["tasks"]
    findings = server.api("GET", "/doctor", deep="true")["findings"]
    assert not [finding for finding in findings if finding["level"] == "error"
                and finding["area"] in ("catalog", "artefacts", "indexes", "disk")], findings
    assert fingerprint(life.library) == kept


def hits_of(server, number):
    answer = server.search(f"marker{number:05d}word", mode="keyword", correct="false")
    return [hit["path"] for hit in answer["hits"]]
