"""Bytes that flip under the running server: noticed and remade, or reported; never a wrong answer, never a crash loop."""
import os
import pathlib
import random
import sqlite3
import time

import pytest
from support.alcove import Alcove, Problem, eventually, model_is_installed
from support.disk_faults import hits_of, write_files

FILES = 40
SEED = int(os.environ.get("ALCOVE_SEED", "20261129"))


@pytest.fixture
def server(tmp_path):
    write_files(tmp_path / "library", range(FILES))
    with Alcove([tmp_path / "library"], data=tmp_path / "data", arguments=["--models", str(tmp_path / "none")]) as running:
        running.wait()
        yield running


def flip(path, positions):
    with open(path, "r+b") as file:
        for position in positions:
            file.seek(position)
            byte = file.read(1)
            file.seek(position)
            file.write(bytes([byte[0] ^ 0x5A]))


def all_found(server):
    try:
        return all(hits_of(server, number) == [f"note-{number:05d}.txt"] for number in range(FILES))
    except (Problem, OSError):
        return False


def test_a_decayed_result_is_made_again(server):
    """In the database's own words it is sound; only the checksum tells."""
    with sqlite3.connect(server.data / "artefacts" / "artefacts.db", timeout=10) as database:
        for stage in ("text", "passages", "probe"):
            row, data = database.execute("SELECT rowid, data FROM artefacts WHERE stage = ? ORDER BY rowid LIMIT 1 OFFSET 3", [stage]).fetchone()
            broken = bytes([data[0]]) + bytes([data[1] ^ 0xFF]) + data[2:]
            database.execute("UPDATE artefacts SET data = ? WHERE rowid = ?", [broken, row])
    server.cli("rebuild", "indexes")  # Reads every result.
    before = server.runs()
    assert eventually(lambda: all_found(server), 30)
    server.wait()
    after = server.runs()
    assert after["passages"] >= before["passages"]
    findings = server.api("GET", "/doctor", deep="true")["findings"]
    text = next(file for file in server.api("GET", "/search", q="boats", mode="keyword", limit=50)["hits"])
    assert server.api("GET", f"/files/{text['file_id']}/text")
    assert not [finding for finding in findings if finding["level"] == "error" and "text" in finding["text"]]


def test_flipped_bytes_in_the_index_never_make_a_wrong_answer(server):
    """The index may be remade, and searches may say so meanwhile; what is shown is what the documents say."""
    def text_of(path):
        return " ".join(pathlib.Path(server.libraries[0], path).read_text().split())
    rng = random.Random(SEED)
    print("seed", SEED)
    tables = [path for path in (server.data / "indexes").rglob("*.glass") if path.stat().st_size > 0]
    assert tables
    for path in tables:
        flip(path, [rng.randrange(path.stat().st_size) for _ in range(path.stat().st_size // 400)])
    for number in range(FILES):
        try:
            for hit in server.search(f"marker{number:05d}word", mode="keyword", correct="false")["hits"]:
                shown = hit["snippet_text"]
                # A list of documents may have decayed into another's; what is shown is never made up.
                assert shown == "" or shown.strip("… ") in text_of(hit["path"]), hit
        except Problem as problem:
            assert problem.status == 503, problem
    assert server.process.poll() is None
    server.cli("rebuild", "indexes")
    assert all_found(server)


def test_an_index_that_is_cut_off_is_remade(server):
    for path in (server.data / "indexes").rglob("*.glass"):
        os.truncate(path, path.stat().st_size // 2 // 8192 * 8192)
    assert eventually(lambda: all_found(server), 60, 0.2)
    assert server.process.poll() is None


def test_a_damaged_store_is_reported_and_made_again_by_the_next_start(server):
    path = server.data / "artefacts" / "artefacts.db"
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    rng = random.Random(SEED)
    size = path.stat().st_size
    flip(path, [rng.randrange(8192, size) for _ in range(size // 100)])

    def reported():
        try:
            server.api("GET", "/doctor", deep="true")
            for hit in server.api("GET", "/search", q="boats", mode="keyword", limit=50)["hits"]:
                server.api("GET", f"/files/{hit['file_id']}/text")
        except Problem:
            pass
        return any("damaged" in notice["message"] for notice in server.api("GET", "/status")["notices"])
    assert eventually(reported, 30, 0.2), server.api("GET", "/status")["notices"]
    assert server.process.poll() is None
    server.stop()
    server.start()
    server.wait()
    assert all_found(server)


def test_a_damaged_catalog_stops_the_server_with_instructions(server):
    path = server.data / "catalog.db"
    assert list((server.data / "backups").glob("catalog-*.db")) or eventually(lambda: list((server.data / "backups").glob("catalog-*.db")), 20)
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = path.stat().st_size
    flip(path, range(4096, size, 7))
    stopped = eventually(lambda: _touch(server) or server.process.poll() is not None, 60, 0.3)
    assert stopped, server.api("GET", "/status")["notices"]
    assert server.process.returncode == 1
    log = server.log_text()
    assert "The catalog is damaged" in log and "newest good backup" in log, log[-2000:]
    with pytest.raises(RuntimeError) as refused:
        server.start()
    assert "The catalog is damaged" in str(refused.value)
    backup = sorted((server.data / "backups").glob("catalog-*.db"))[-1]
    for suffix in ("", "-wal", "-shm"):
        pathlib.Path(f"{path}{suffix}").unlink(missing_ok=True)
    path.write_bytes(backup.read_bytes())
    server.start()
    server.wait()
    assert all_found(server)


def _touch(server):
    """Makes the server use its catalog."""
    try:
        pathlib.Path(server.libraries[0], f"new-{time.monotonic_ns()}.txt").write_text("x")
        server.api("GET", "/libraries/1/list", path="", timeout_s=5)
    except (Problem, OSError):
        pass


def test_decayed_vectors_are_left_out_and_remade(tmp_path):
    write_files(tmp_path / "library", range(FILES))
    with Alcove([tmp_path / "library"], data=tmp_path / "data") as server:
        if not model_is_installed(server):
            pytest.skip("no model is installed")
        server.wait()
        path = server.data / "indexes" / "text_vectors"
        row = 384 + 8
        flip(path, [4096 + number * row + 100 for number in range(1, FILES)])
        answer = server.search("ships and loaves", mode="meaning", limit=50)
        assert len(answer["hits"]) < FILES
        assert eventually(lambda: len(server.search("ships and loaves", mode="meaning", limit=50)["hits"]) == FILES, 30)


def test_a_vector_file_that_is_cut_short_under_the_server_ends_no_search(tmp_path):
    """To the searches the file is memory: a read behind its end is a bus error, as where a disk fails."""
    write_files(tmp_path / "library", range(FILES))
    with Alcove([tmp_path / "library"], data=tmp_path / "data") as server:
        if not model_is_installed(server):
            pytest.skip("no model is installed")
        server.wait()
        os.truncate(server.data / "indexes" / "text_vectors", 4096)
        assert server.search("boats", mode="hybrid")["hits"], "words find what meaning cannot"
        assert eventually(lambda: len(server.search("ships and loaves", mode="meaning", limit=50)["hits"]) == FILES, 30)
        assert "vector rows are damaged" in server.log_text()
        assert "keyword index" not in server.log_text(), "only the vectors are remade"
