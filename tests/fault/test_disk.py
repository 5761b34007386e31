"""A disk that is full, fails or loses power at the N-th write, for N = 1, 2, 3 …: nothing finished is lost, nothing is
double, the status says what happened, and the work goes on by itself when it can."""
import concurrent.futures
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import time

import pytest
from support.alcove import BIN, Alcove, Problem, eventually
from support.disk_faults import Life, build_faults, check_everything, fingerprint, hits_of, wait_patiently, write_files

SEED = int(os.environ.get("ALCOVE_SEED", "20261129"))
SAMPLE = 6  # Per mode; --long tries every call.
AT_ONCE = 3  # Lives that are lived side by side: they mostly wait.


@pytest.fixture(scope="session")
def faults(tmp_path_factory):
    if not (BIN / "alcove").exists():
        pytest.skip("the server is not built")
    return build_faults(tmp_path_factory.mktemp("faults"))


def live(life, **plan):
    """Start, work, changes, work, stop, with the faults of `plan`. Returns how the process ended."""
    server = life.server(**plan)
    try:
        server.start()
    except RuntimeError as refused:
        assert server.process.poll() is not None, "the server hangs"
        code = server.process.returncode
        server.log.close()
        # A refusal has a reason; a death is the plan's own.
        assert code == -signal.SIGKILL if plan["mode"] in ("torn", "kill") else code == 1, (code, str(refused))
        assert code < 0 or "alcove: " in server.log_text(), server.log_text()
        return code
    try:
        wait_patiently(server)
        life.change_files()
        wait_patiently(server)
    except (OSError, Problem, ConnectionError):
        pass  # It died under us; below it is seen how.
    if server.process.poll() is None:
        server.stop()
        return 0
    code = server.process.returncode
    server.log.close()
    return code


def one_fault(folder, faults, number, mode):
    """One life with a fault at call `number`; returns whether the fault came at all."""
    life = Life(folder, faults)
    code = live(life, at=number, count=1, mode=mode)
    life.change_files()
    kept = fingerprint(life.library)
    came = bool(life.failed_calls())
    if mode in ("torn", "kill"):
        assert code == (-signal.SIGKILL if came else 0), (code, life.failed_calls())
    else:
        assert code in (0, 1), (code, life.failed_calls())
    with life.server() as server:
        wait_patiently(server)
        check_everything(life, server, kept)
        before = server.runs()
        server.stop()
        server.start()
        wait_patiently(server)
        assert server.runs() == before, "a restart repeated work"
    shutil.rmtree(folder)
    return came


def calls_of_a_whole_life(folder, faults):
    life = Life(folder, faults)
    assert live(life, at=0, mode="eio") == 0
    return life.call_count()


@pytest.mark.parametrize("mode", ["enospc", "eio", "torn", "kill"])
def test_the_nth_write_fails(tmp_path, faults, long_run, mode):
    calls = calls_of_a_whole_life(tmp_path / "whole", faults)
    assert calls > 100
    # A life is not the same every time: a few calls more than were counted.
    numbers = list(range(1, calls + calls // 10)) if long_run else sorted(random.Random(f"{SEED} {mode}").sample(range(1, calls), SAMPLE))
    print("seed", SEED, mode, "calls", calls, "numbers", numbers if len(numbers) < 50 else "all")
    came = 0
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        lives = {pool.submit(one_fault, tmp_path / f"{mode}-{number}", faults, number, mode): number for number in numbers}
        for done in concurrent.futures.as_completed(lives):
            try:
                came += done.result()
            except BaseException as error:
                pool.shutdown(wait=False, cancel_futures=True)
                raise AssertionError(f"ALCOVE_SEED={SEED} mode={mode} call={lives[done]}: {error}") from error
    print(json.dumps({"benchmark": "nth_write_fails", "mode": mode, "calls": calls, "lives": len(numbers), "faults": came}))
    assert came >= len(numbers) // 2


@pytest.mark.parametrize("mode", ["enospc", "eio"])
def test_every_write_fails_until_there_is_room_again(tmp_path, faults, mode):
    """A full disk while the server runs: it says so, loses nothing, and goes on by itself."""
    life = Life(tmp_path / mode, faults)
    life.off.touch()
    server = life.server(at=1, count=0, mode=mode)
    with server:
        wait_patiently(server)
        life.off.unlink()
        life.change_files()
        kept = fingerprint(life.library)
        notice = "The disk is full" if mode == "enospc" else "The disk reported an error"

        def notices():
            return [each["message"] for each in server.api("GET", "/status")["notices"]]
        assert eventually(lambda: any(text.startswith(notice) and "goes on by itself" in text for text in notices()), 20), notices()
        # What was known is still found, and what is gone is gone, though no store can be written.
        assert len(hits_of(server, 0)) == 1
        life.off.touch()
        check_everything(life, server, kept)
        assert eventually(lambda: not any("goes on by itself" in text for text in notices()), 20), notices()


def can_mount():
    return os.geteuid() == 0 and subprocess.run(["mount", "--help"], capture_output=True).returncode == 0


@pytest.fixture
def small_disk(tmp_path):
    """A real file system of a few MB."""
    image, place = tmp_path / "disk.img", tmp_path / "disk"
    place.mkdir()
    if not can_mount() or not shutil.which("mkfs.ext4"):
        pytest.skip("mounting a small disk needs root and mkfs.ext4")
    subprocess.run(["truncate", "-s", "24M", image], check=True)
    subprocess.run(["mkfs.ext4", "-q", image], check=True)
    if subprocess.run(["mount", "-o", "loop", image, place], capture_output=True).returncode != 0:
        pytest.skip("this machine lets nobody mount a disk image")
    yield place
    subprocess.run(["umount", place], check=False)


def test_a_disk_that_is_really_full(tmp_path, small_disk):
    library = tmp_path / "library"
    write_files(library, range(3))
    server = Alcove([library], data=small_disk / "data", arguments=["--models", str(tmp_path / "none")])
    server.log_path = tmp_path / "server.log"
    with server:
        server.wait()
        ballast = small_disk / "ballast"
        with open(ballast, "wb", buffering=0) as file:
            with pytest.raises(OSError):
                while True:
                    file.write(b"x" * 4096)
        write_files(library, range(3, 60))
        assert eventually(lambda: any("full" in notice["message"] for notice in server.api("GET", "/status")["notices"]), 30)
        assert hits_of(server, 1), "what is known is found"
        ballast.unlink()
        assert eventually(lambda: all(len(hits_of(server, number)) == 1 for number in (1, 3, 30, 59)), 60, 0.2)
        assert not [finding for finding in server.api("GET", "/doctor", deep="true")["findings"]
                    if finding["level"] == "error" and finding["area"] in ("catalog", "artefacts", "indexes")]
