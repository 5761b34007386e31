"""What can happen to a library's folders: disks that come and go, watches that run out, more changes at once than the
system reports, and a hundred thousand files."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import threading
import time

import pytest
from support.alcove import Alcove, Problem, eventually
from support.disk_faults import hits_of, write_files

MANY, MANY_LONG = 10_000, 100_000


def library_of(server):
    return server.api("GET", "/libraries")["libraries"][0]


@pytest.fixture
def disk(tmp_path):
    """A file system of its own that can be taken away."""
    place = tmp_path / "disk"
    place.mkdir()

    def mount():
        return subprocess.run(["mount", "--bind", tmp_path / "really", place], capture_output=True).returncode == 0
    (tmp_path / "really").mkdir()
    if os.geteuid() != 0 or not mount():
        pytest.skip("mounting needs root")
    yield place, mount, lambda: subprocess.run(["umount", "-l", place], check=True)
    subprocess.run(["umount", "-l", place], capture_output=True)


def test_a_disk_that_goes_and_comes_back_deletes_nothing(tmp_path, disk):
    place, mount, unmount = disk
    write_files(tmp_path / "really", range(10))
    with Alcove([place], data=tmp_path / "data", arguments=["--models", str(tmp_path / "none")]) as server:
        server.wait()
        runs = server.runs()
        unmount()
        assert list(place.iterdir()) == [], "an empty mount point is left"
        server.api("POST", "/libraries/1/rescan", body={})
        assert eventually(lambda: library_of(server)["state"] == "missing", 15), library_of(server)
        assert "not mounted" in library_of(server)["state_reason"] or "mounted" in json.dumps(library_of(server))
        assert len(hits_of(server, 3)) == 1, "its files are kept in mind"
        # Restarted while it is away.
        server.stop()
        server.start()
        assert eventually(lambda: library_of(server)["state"] == "missing", 15)
        assert mount()
        assert eventually(lambda: library_of(server)["state"] == "ready", 15), library_of(server)
        server.wait()
        assert server.runs() == runs
        write_files(place, [10])
        assert eventually(lambda: hits_of(server, 10), 10), "it is watched again"


def test_a_root_that_is_renamed_and_put_back(tmp_path):
    library = tmp_path / "library"
    write_files(library, range(5))
    with Alcove([library], data=tmp_path / "data", arguments=["--models", str(tmp_path / "none")]) as server:
        server.wait()
        runs = server.runs()
        library.rename(tmp_path / "elsewhere")
        assert eventually(lambda: library_of(server)["state"] == "missing", 15)
        library.mkdir()
        time.sleep(3)
        assert library_of(server)["state"] == "missing", "another empty folder in its place is not it"
        library.rmdir()
        (tmp_path / "elsewhere").rename(library)
        assert eventually(lambda: library_of(server)["state"] == "ready", 15)
        server.wait()
        assert server.runs() == runs
        assert all(len(hits_of(server, number)) == 1 for number in range(5))


def limited_to(watches):
    """A prefix for a command with at most so many watches, or a skip. The limit is that of a user namespace of its own
    (user.max_inotify_watches); fs.inotify.max_user_watches is the whole machine's and is left alone."""
    limit = pathlib.Path("/proc/sys/user/max_inotify_watches")
    before = limit.read_text() if limit.exists() else ""
    script = f'echo {watches} > {limit} && exec "$@"'
    prefix = ["unshare", "--user", "--map-root-user", "sh", "-c", script, "sh"]
    if not before or subprocess.run([*prefix, "true"], capture_output=True).returncode != 0:
        pytest.skip("this system lets nobody limit the watches of a process")
    assert limit.read_text() == before, "the limit must be the namespace's alone"
    return prefix


def test_without_watches_the_library_is_walked_and_says_so(tmp_path):
    library = tmp_path / "library"
    for number in range(30):
        write_files(library, [])
        write_files(library / f"folder-{number:02d}", [number])
    with Alcove([library], data=tmp_path / "data", prefix=limited_to(10), arguments=["--walk-interval", "5", "--models", str(tmp_path / "none")]) as server:
        server.wait()
        assert all(len(hits_of(server, number)) == 1 for number in range(30))
        text = json.dumps(server.api("GET", "/status")["libraries"])
        assert "limit of watched folders is reached" in text, text
        for number in range(30):  # In every folder, watched or not.
            write_files(library / f"folder-{number:02d}", [100 + number])
        assert eventually(lambda: all(hits_of(server, 100 + number) for number in range(30)), 20, 0.2)
        (library / "folder-29" / "note-00029.txt").unlink()
        assert eventually(lambda: not hits_of(server, 29), 20)


def test_changes_that_were_lost_are_found_by_a_walk(tmp_path):
    """The queue holds 16,384 events; a stopped server cannot empty it."""
    library = tmp_path / "library"
    write_files(library, range(3))
    (library / "deep").mkdir()
    other = tmp_path / "other"
    write_files(other, [500])
    with Alcove([library, other], data=tmp_path / "data", arguments=["--models", str(tmp_path / "none")]) as server:
        server.wait()
        limit = int(pathlib.Path("/proc/sys/fs/inotify/max_queued_events").read_text())
        os.kill(server.process.pid, signal.SIGSTOP)
        try:
            for number in range(limit // 2 + 1000):
                name = library / f"passing-{number}.tmp"
                name.touch()
                name.unlink()
            write_files(library / "deep", [7])
            (library / "note-00001.txt").unlink()
        finally:
            os.kill(server.process.pid, signal.SIGCONT)
        assert eventually(lambda: hits_of(server, 7) and not hits_of(server, 1), 20)
        assert "too many changes at once" in server.log_text()
        assert len(hits_of(server, 0)) == 1 and len(hits_of(server, 500)) == 1


def test_a_deleted_file_is_not_found_after_five_seconds(tmp_path):
    library = tmp_path / "library"
    write_files(library, range(20))
    with Alcove([library], data=tmp_path / "data", arguments=["--models", str(tmp_path / "none")]) as server:
        server.wait()
        slowest = 0.0
        for number in range(20):
            assert hits_of(server, number)
            (library / f"note-{number:05d}.txt").unlink()
            began = time.monotonic()
            assert eventually(lambda: not hits_of(server, number), 5, 0.02), number
            slowest = max(slowest, time.monotonic() - began)
        print(json.dumps({"benchmark": "deleted_gone", "slowest_s": round(slowest, 2)}))
        # By name neither.
        assert not server.search("note-00003", mode="keyword", correct="false")["hits"]


def test_what_is_kept_of_vanished_files_is_erased_when_asked(tmp_path):
    library = tmp_path / "library"
    write_files(library, range(6))
    with Alcove([library], data=tmp_path / "data", arguments=["--models", str(tmp_path / "none")]) as server:
        server.wait()
        for number in (1, 2):
            (library / f"note-{number:05d}.txt").unlink()
        server.wait()
        assert server.cli_json("erase", "vanished") == {"files": 2, "contents": 2}
        assert server.cli_json("erase", "vanished") == {"files": 0, "contents": 0}
        server.wait()
        assert all(len(hits_of(server, number)) == (0 if number in (1, 2) else 1) for number in range(6))
        server.stop()
        # In the index's freed blocks a word may be left until they are used again; a new index has none.
        server.start()
        server.cli("rebuild", "indexes")
        server.stop()
        stored = {path: path.read_bytes() for path in server.data.rglob("*") if path.is_file() and path.parent.name != "backups"}
        assert any(b"note-00003" in data for data in stored.values())
        assert [path for path, data in stored.items() if b"marker00001word" in data] == [], "erased means erased"
        server.start()
        write_files(library, [1])
        server.wait()
        assert len(hits_of(server, 1)) == 1


def test_ignore_rules_that_change_while_the_server_runs(tmp_path):
    library = tmp_path / "library"
    write_files(library, range(3))
    write_files(library / "private", range(3, 6))
    with Alcove([library], data=tmp_path / "data", arguments=["--models", str(tmp_path / "none")]) as server:
        server.wait()
        (library / ".alcoveignore").write_text("private/\n*1.txt\n")
        assert eventually(lambda: not hits_of(server, 4) and not hits_of(server, 1), 5), "gone within five seconds"
        assert len(hits_of(server, 2)) == 1
        # What was made of them goes at once, not after thirty days.
        assert eventually(lambda: server.cli_json("erase", "vanished")["contents"] == 0, 10)
        (library / ".alcoveignore").write_text("private/note-00003.txt\n")
        assert eventually(lambda: hits_of(server, 4) and hits_of(server, 1), 10)
        assert not hits_of(server, 3)
        (library / ".alcoveignore").unlink()
        assert eventually(lambda: all(len(hits_of(server, number)) == 1 for number in range(6)), 10)


def memory_mib(pid):
    fields = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return int(fields["VmHWM"].split()[0]) / 1024


def test_very_many_files_at_once(tmp_path, long_run):
    """All are listed, found by name, other queries are answered meanwhile, and memory stays bounded."""
    count = MANY_LONG if long_run else MANY
    library, source = tmp_path / "library", tmp_path / "source"
    write_files(library, range(5))
    source.mkdir()
    for number in range(count):
        (source / f"scan-{number:06d}.txt").write_bytes(b"%d" % number)
    with Alcove([library], data=tmp_path / "data", arguments=["--models", str(tmp_path / "none")]) as server:
        server.wait()
        slowest, stop = [0.0], threading.Event()

        def ask():
            while not stop.is_set():
                began = time.monotonic()
                assert len(hits_of(server, 2)) == 1
                slowest[0] = max(slowest[0], time.monotonic() - began)
                time.sleep(0.1)
        asking = threading.Thread(target=ask)
        asking.start()
        began = time.monotonic()
        source.rename(library / "scans")
        try:
            assert eventually(lambda: library_of(server)["file_count"] == count + 5, 600, 0.2), library_of(server)
            listed_s = time.monotonic() - began
            last = f"scan-{count - 1:06d}"
            assert eventually(lambda: server.search(last, mode="keyword", correct="false")["hits"], 120, 0.2)
            named_s = time.monotonic() - began
        finally:
            stop.set()
            asking.join()
        print(json.dumps({"benchmark": "many_files", "files": count, "listed_s": round(listed_s, 1), "found_by_name_s": round(named_s, 1),
                          "server_mib": round(memory_mib(server.process.pid)), "slowest_query_s": round(slowest[0], 2)}))
        assert slowest[0] < 10
        assert memory_mib(server.process.pid) < 700
