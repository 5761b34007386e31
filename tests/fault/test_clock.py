"""A clock that jumps by years, and files of impossible times: nothing is erased early, nothing waits for ever."""
import datetime
import os
import pathlib
import shutil
import time

import pytest
from support.alcove import Alcove, eventually
from support.disk_faults import hits_of, write_files

FAKETIME = next((str(path) for path in pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")), None)


class Clock:
    """The server's wall clock; what measures durations stays true."""

    def __init__(self, folder):
        if FAKETIME is None:
            pytest.skip("libfaketime is not installed")
        self.file = folder / "clock"
        self.set_years(0)

    def set_years(self, years):
        text = f"{'+' if years >= 0 else '-'}{abs(years) * 365}d\n"
        temporary = self.file.with_suffix(".new")
        temporary.write_text(text)
        temporary.rename(self.file)

    @property
    def environment(self):
        return {"LD_PRELOAD": FAKETIME, "FAKETIME_TIMESTAMP_FILE": str(self.file), "FAKETIME_NO_CACHE": "1", "DONT_FAKE_MONOTONIC": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1", "FAKETIME_DONT_RESET": "1"}


@pytest.mark.parametrize("years", [-20, 30])
def test_a_clock_that_jumps_while_the_server_runs_and_while_it_rests(tmp_path, years):
    clock = Clock(tmp_path)
    library = tmp_path / "library"
    write_files(library, range(6))
    with Alcove([library], data=tmp_path / "data", environment=clock.environment, arguments=["--models", str(tmp_path / "none")]) as server:
        server.wait()
        (library / "note-00005.txt").rename(tmp_path / "away.txt")
        server.wait()
        runs = server.runs()
        clock.set_years(years)
        write_files(library, [6])
        assert eventually(lambda: hits_of(server, 6), 10), "work goes on"
        server.wait()
        server.stop()
        server.start()  # The first round of erasing is over soon after a start.
        server.wait()
        time.sleep(2)
        (tmp_path / "away.txt").rename(library / "note-00005.txt")
        server.wait()
        assert hits_of(server, 5)
        after = server.runs()
        assert after["passages"] == runs["passages"] + 1, "what was made of the vanished file was erased early"
        clock.set_years(0)
        server.stop()
        server.start()
        write_files(library, [7])
        assert eventually(lambda: hits_of(server, 7), 10)
        server.wait()


def test_files_of_impossible_times(tmp_path):
    library = tmp_path / "library"
    write_files(library, range(8))
    now = time.time()
    moments = {0: 0, 1: -86_400 * 365 * 10, 2: now + 86_400 * 365 * 50, 3: now + 5, 4: 2**33, 5: -(2**31), 6: 1, 7: now - 1}
    for number, moment in moments.items():
        os.utime(library / f"note-{number:05d}.txt", (moment, moment))
    with Alcove([library], data=tmp_path / "data", arguments=["--models", str(tmp_path / "none")]) as server:
        server.wait(60)
        runs = server.runs()
        for number in moments:
            assert len(hits_of(server, number)) == 1, number
        for sort in ("newest", "oldest"):
            assert len(server.search("boats", mode="keyword", sort=sort, limit=50)["hits"]) == len(moments)
        assert server.search("after:2060-01-01 boats", mode="keyword")["hits"]
        server.stop()
        server.start()
        server.wait(60)
        assert server.runs() == runs, "times in the future are no changes"
        # An edit of a file of the future is found, though its time goes back.
        (library / "note-00002.txt").write_text("Now it speaks of somethingelse.")
        assert eventually(lambda: server.search("somethingelse", mode="keyword")["hits"], 10)
