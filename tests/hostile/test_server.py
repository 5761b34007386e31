"""One library full of hostile files, odd names and files that change: the real server finishes it, and its neighbours are found."""
import json
import os
import pathlib
import re
import shutil
import time

import pytest
from support.alcove import Alcove, eventually
from support.hostile import archives, documents, pdf, places
from support.hostile.case import CODES
from support.hostile.collection import all_cases

SEED = 20261129
# What the server adds to the workers' codes.
SERVER_CODES = {"worker_ended", "unavailable", "external_skipped"}
RESTLESS_S = 5
SERVER_MIB_MAX = 1_024
# The worst cases beyond which the quick run has only every fourth one.
QUICK = {"zeros.gz", "zeros.bz2", "quine.gz", "nested_100.zip", "overlapping.zip", "bombs_side_by_side.zip", "tricks.zip", "tricks.tar", "link_then_through.tar",
         "forty_thousand.tar.gz", "attached_in_itself.eml", "names.eml", "bomb.docx", "outside.docx", "outside.svg", "remote.html", "groups.eml",
         "combining.txt", "shared_everywhere.xlsx", "actions.pdf", "named_but_not_embedded.pdf", "outline_in_itself.pdf", "page_in_itself.pdf", "chain_to_itself.doc"}
CANARY = "The canary sings of oleanders beside all this."


def status_of(pid, field):
    found = re.search(rf"^{field}:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text(), re.M)
    return int(found.group(1)) if found else 0


def processes_of_session(session):
    """Processes that the server or its workers left behind; it leads a session of its own."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split() if entry.name.isdigit() else []
        except OSError:
            continue
        if fields and fields[0] != "Z" and int(fields[3]) == session:
            found.append(int(entry.name))
    return found


def unnamed_files(pid):
    """Members that wait in the spool: files without a name that the server still holds."""
    found = []
    for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = os.readlink(entry)
        except OSError:
            continue
        if "/artefacts/" in target and target.endswith("(deleted)"):
            found.append(target)
    return found


def stages_of(shown):
    return {stage["stage"]: stage for stage in shown["stages"]}


class House:
    """The library, its server, and what was true while it worked."""

    def __init__(self, folder, long_run):
        self.library, self.outside = folder / "library", folder / "outside.txt"
        self.library.mkdir()
        self.outside.write_text("Nobody may read of cinnabar, which lies outside.")
        self.cases = [each for _, each in all_cases(long_run) if long_run or each.name in QUICK]
        for each in self.cases:
            each.write(self.library / "cases")
        for name in ("names", "no_files", "sparse", "restless"):
            (self.library / name).mkdir()
        self.names = places.write_names(self.library / "names")
        places.write_no_files(self.library / "no_files", self.outside)
        places.write_sparse(self.library / "sparse", kinds=6 if long_run else 2)
        for number in range(3):
            (self.library / f"canary{number}.txt").write_text(f"{CANARY} number{number}")
        whole = {"a.docx": documents.docx(documents.paragraph("restful jacaranda")), "b.pdf": pdf.pdf(pdf.page(pdf.stream(pdf.show("restful magnolia")))),
                 "c.txt": b"restful hyacinth\n" * 20_000, "d.7z": archives.seven_zip(b"restful camellia"), "e.eml": documents.encoded_in_encoded(2)}
        self.restless = places.Restless(self.library / "restless", whole, SEED)
        self.slowest_answer_s = 0.0

    def work(self, server):
        self.restless.start()
        began = time.monotonic()
        while time.monotonic() - began < RESTLESS_S:
            asked = time.monotonic()
            server.search("oleanders", mode="keyword")
            self.slowest_answer_s = max(self.slowest_answer_s, time.monotonic() - asked)
            time.sleep(0.2)
        self.restless.stop()
        server.wait()


@pytest.fixture(scope="module")
def house(tmp_path_factory, long_run):
    folder = tmp_path_factory.mktemp("hostile")
    print("seed", SEED)
    made = House(folder, long_run)
    with Alcove([made.library], data=folder / "data", arguments=["--models", folder / "no-models"]) as server:
        made.server, made.pid = server, server.process.pid
        made.work(server)
        yield made
        session = server.process.pid
        server.stop()
        assert eventually(lambda: not processes_of_session(session), 5), "processes were left behind"
    shutil.rmtree(made.library, ignore_errors=True)


def shown(house, path):
    return house.server.api("GET", "/files/by-path", path=os.fsdecode(path))


def test_every_file_is_finished_with_text_or_a_reason(house):
    for each in house.cases:
        file = shown(house, house.library / "cases" / each.name)
        codes = {note["code"] for note in file["notes"]}
        for name, stage in stages_of(file).items():
            assert stage["state"] in ("done", "failed", "skipped") or name == "text_vectors", (each.name, stage)
            if stage["state"] in ("failed", "skipped"):
                assert stage["reason_code"] and stage["reason"], (each.name, stage)
                codes.add(stage["reason_code"])
        codes |= {part["reason_code"] for part in file["parts"] if "reason_code" in part}
        assert codes <= CODES | (SERVER_CODES if each.may_end_worker else set()), (each.name, codes)


def test_of_a_file_that_ends_its_worker_the_other_stages_are_done(house):
    states = stages_of(shown(house, house.library / "cases" / "named_but_not_embedded.pdf"))
    assert states["text"]["state"] == "done" and states["passages"]["state"] == "done", states
    assert states["parts"]["state"] == "done" or states["parts"]["reason_code"] == "worker_ended", states


def test_the_canaries_are_found(house):
    hits = house.server.search("canary oleanders", mode="keyword", limit=20)["hits"]
    assert {pathlib.PurePosixPath(hit["path"]).name for hit in hits} >= {f"canary{number}.txt" for number in range(3)}


def test_the_server_is_the_same_and_its_memory_is_bounded(house):
    assert house.server.process.poll() is None and house.server.process.pid == house.pid
    assert status_of(house.pid, "VmHWM") < SERVER_MIB_MAX * 1024
    restarts = sum(worker["restarts"] for worker in house.server.cli_json("status")["workers"])
    may_end = sum(each.may_end_worker for each in house.cases)
    print(json.dumps({"hostile": "server", "files": len(house.cases), "changes": house.restless.changes, "restarts": restarts,
                      "slowest_answer_s": round(house.slowest_answer_s, 2), "most_memory_mib": status_of(house.pid, "VmHWM") // 1024}))
    # Each stage that ends its worker is tried twice.
    assert restarts <= 4 * may_end, restarts


def test_the_spool_is_empty(house):
    assert eventually(lambda: not unnamed_files(house.pid), 10), unnamed_files(house.pid)


def test_nothing_outside_was_read_or_run(house):
    for query in ('"root:x:0:0"', "cinnabar"):
        assert not house.server.search(query, mode="keyword")["hits"], query
    for file in ("escaped.txt", "absolute.txt", "run"):
        assert not list(house.library.rglob(file)) and not pathlib.Path("/etc", file).exists()


def test_odd_names_are_listed_and_their_text_is_found(house):
    for number, path in enumerate(house.names):
        word = f"number{number:02d}name" if number < len(house.names) - 1 else "bottom"
        hits = house.server.search(word, mode="keyword")["hits"]
        assert len(hits) == 1, (path, hits)
        printed = house.server.cli("search", word, "--mode", "keyword").stdout
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", printed), printed


def test_what_is_no_file_is_never_opened(house):
    for name in ("pipe.txt", "socket.txt", "null.txt", "zero.txt", "to_outside.txt", "to_itself.txt", "to_system.txt"):
        hits = house.server.search(f'name:"{name}"', mode="keyword")["hits"]
        assert not [hit for hit in hits if hit["path"].endswith("/" + name) and hit.get("snippet")], name


def test_sparse_files_are_read_in_part_or_named_only(house):
    for path in sorted((house.library / "sparse").iterdir()):
        states = stages_of(shown(house, path))
        assert all(stage["state"] in ("done", "failed", "skipped") for name, stage in states.items() if name != "text_vectors"), (path, states)


def test_restless_files_end_as_they_are(house):
    assert house.restless.changes > 100

    words = {".docx": "jacaranda", ".pdf": "magnolia", ".txt": "hyacinth", ".7z": "camellia", ".eml": "heliotrope"}
    for path in house.restless.paths:
        query = f'"{words[path.suffix]}" in:restless'
        assert eventually(lambda query=query, path=path: path.name in [pathlib.PurePosixPath(hit["path"]).name for hit in
                                                                       house.server.search(query, mode="keyword", limit=50)["hits"]], 60, 0.5), path
