"""kill -9 of the server or of a worker at random moments while indexing: nothing finished is lost, nothing is double."""
import json
import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import time

import pytest
from support.alcove import Alcove, eventually

KILLS, KILLS_LONG = 50, 1_000
SEED = int(os.environ.get("ALCOVE_SEED", "20261123"))
DECODE_STAGES = ("probe", "text", "passages", "language", "facts")


def write_corpus(folder, count):
    """Small files, each with a word of its own, so that a hit proves that exactly this file was worked."""
    folder.mkdir()
    for number in range(count):
        lines = [f"Document {number} speaks of marker{number:05d}word."]
        lines += [f"Line {line} of it is about boats, bread and the weather on day {(number * 7 + line) % 365}." for line in range(40)]
        (folder / f"note-{number:05d}.txt").write_text("\n\n".join(lines))


def worker_pids(server):
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                if parent == server.process.pid and b"alcove-worker" in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
            except (OSError, IndexError):
                pass
    return found


def artefact_rows(data):
    """(content, stage) pairs in the artefact store, read while nobody writes."""
    with sqlite3.connect(f"file:{data}/artefacts/artefacts.db?mode=ro", uri=True) as database:
        return database.execute("SELECT content, stage, COUNT(*) FROM artefacts GROUP BY content, stage").fetchall()


def test_kills_lose_and_double_nothing(tmp_path, long_run):
    rounds = int(os.environ.get("ALCOVE_KILLS", KILLS_LONG if long_run else KILLS))
    files = rounds * 6
    write_corpus(tmp_path / "library", files)
    server = Alcove([tmp_path / "library"], data=tmp_path / "data")
    rng = random.Random(SEED)
    print(f"ALCOVE_SEED={SEED} ALCOVE_KILLS={rounds}")
    server.start()
    finished_before = set()
    slowest_answer_s = 0.0
    for round_number in range(rounds):
        time.sleep(rng.uniform(0.02, 0.5))  # the random moment itself
        if rng.random() < 0.6:
            server.kill()
            finished = {(content, stage) for content, stage, _ in artefact_rows(server.data)}
            assert finished_before <= finished, "a finished artefact was lost"
            assert all(count == 1 for _, _, count in artefact_rows(server.data)), "an artefact is double"
            finished_before = finished
            began = time.monotonic()
            server.start()
            server.search("boats and bread", mode="keyword")
            slowest_answer_s = max(slowest_answer_s, time.monotonic() - began)
        else:
            pids = worker_pids(server)
            if pids:
                os.kill(rng.choice(pids), signal.SIGKILL)
    # Killed workers may have cost a task its attempts; that is reported, and trying again finishes it.
    server.wait()
    server.api("POST", "/work/retry")
    status = server.wait()
    assert status["tasks"]["waiting"] == 0 and status["tasks"]["failed"] == 0, status["tasks"]
    for number in rng.sample(range(files), min(files, 60)):
        answer = server.search(f"marker{number:05d}word", mode="keyword")
        names = [pathlib.PurePosixPath(hit["path"]).name for hit in answer["hits"]]
        assert names[:1] == [f"note-{number:05d}.txt"], (number, names)
        assert names.count(f"note-{number:05d}.txt") == 1
    server.stop()
    rows = artefact_rows(server.data)
    assert all(count == 1 for _, _, count in rows)
    for stage in DECODE_STAGES:
        assert sum(1 for _, name, _ in rows if name == stage) == files, stage
    print(json.dumps({"benchmark": "kills", "kills": rounds, "files": files, "slowest_answer_after_restart_s": round(slowest_answer_s, 2)}))
    assert slowest_answer_s < 10


def test_workers_die_with_the_server(tmp_path):
    write_corpus(tmp_path / "library", 20)
    server = Alcove([tmp_path / "library"], data=tmp_path / "data")
    server.start()
    pids = eventually(lambda: worker_pids(server), 20)
    assert pids
    server.kill()
    assert eventually(lambda: not any(pathlib.Path(f"/proc/{pid}").exists() and
                                      "Z" not in pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
                                      for pid in pids), 5)


def test_a_stopped_server_leaves_a_store_that_opens_again(tmp_path):
    write_corpus(tmp_path / "library", 30)
    server = Alcove([tmp_path / "library"], data=tmp_path / "data")
    server.start()
    before = server.wait()["runs"]
    server.stop()
    server.start()
    after = server.wait()["runs"]
    assert after == before, "a restart repeated work"
    server.stop()


@pytest.mark.parametrize("size", [0, 100, 5_000])
def test_a_truncated_catalog_stops_the_server_with_instructions(tmp_path, size):
    write_corpus(tmp_path / "library", 5)
    server = Alcove([tmp_path / "library"], data=tmp_path / "data")
    server.start()
    server.wait()
    server.stop()
    for suffix in ("-wal", "-shm"):
        pathlib.Path(f"{server.data}/catalog.db{suffix}").unlink(missing_ok=True)
    os.truncate(server.data / "catalog.db", size)
    with pytest.raises(RuntimeError) as stopped:
        server.start()
    assert "catalog" in str(stopped.value)
    assert "backup" in str(stopped.value).lower()


def test_a_lost_artefact_store_is_noticed_and_remade(tmp_path):
    write_corpus(tmp_path / "library", 10)
    server = Alcove([tmp_path / "library"], data=tmp_path / "data")
    server.start()
    server.wait()
    server.stop()
    os.truncate(server.data / "artefacts" / "artefacts.db", 3_000)
    for suffix in ("-wal", "-shm"):
        pathlib.Path(f"{server.data}/artefacts/artefacts.db{suffix}").unlink(missing_ok=True)
    server.start()
    server.wait()
    assert server.search("marker00007word", mode="keyword")["hits"]
    server.stop()


def test_damaged_indexes_are_remade_without_decoding(tmp_path):
    write_corpus(tmp_path / "library", 20)
    server = Alcove([tmp_path / "library"], data=tmp_path / "data")
    server.start()
    before = server.wait()["runs"]
    server.stop()
    victims = [path for path in (server.data / "indexes").rglob("*") if path.is_file() and path.stat().st_size > 0]
    assert victims
    for path in victims:
        os.truncate(path, path.stat().st_size // 2)
    server.start()
    after = server.wait()["runs"]
    assert after == before
    assert server.search("marker00003word", mode="keyword")["hits"]
    server.stop()


def test_rebuilding_indexes_runs_no_stage(tmp_path):
    write_corpus(tmp_path / "library", 20)
    with Alcove([tmp_path / "library"], data=tmp_path / "data") as server:
        before = server.wait()["runs"]
        server.cli("rebuild", "indexes")
        assert server.wait()["runs"] == before
        assert server.search("marker00003word", mode="keyword")["hits"]


def test_a_second_server_on_the_same_data_is_refused(tmp_path):
    write_corpus(tmp_path / "library", 1)
    with Alcove([tmp_path / "library"], data=tmp_path / "data") as server:
        from support.alcove import BIN
        second = subprocess.run([BIN / "alcove", "serve", "--data", server.data, "--listen", "127.0.0.1:0"], capture_output=True, text=True, timeout=20)
        assert second.returncode != 0
        assert "already" in (second.stdout + second.stderr).lower()
