"""The decode worker alone: hostile files of our own making, and small files of every format cut and damaged thousands of times.

Text or a code of the closed set, and the worker lives. Without --long every file is cut at some places and damaged some times."""
import json

import pytest
from support.hostile.case import CODES
from support.hostile.collection import GROUPS, all_cases, small_files
from support.hostile.trial import Trial

SEED = 20261129
CUTS, DAMAGED = 60, 60  # Per file; with --long every byte, and DAMAGED_LONG.
DAMAGED_LONG = 5_000
# The worker is ended beyond 2,048 MiB; what is made of one small file stays far below.
SMALL_FILE_MIB_MAX = 512


@pytest.fixture(scope="module")
def trial():
    with Trial() as running:
        yield running


def is_harmless(member):
    """Relative, without steps upwards, characters that control a terminal or turn the direction of writing."""
    turns = set("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    return (member and not member.startswith("/") and "\\" not in member and not {"", ".", ".."} & set(member.split("/")) and not turns & set(member)
            and all(character >= " " and character != "\x7f" for character in member))


@pytest.mark.parametrize("group", GROUPS)
def test_every_hostile_file_gives_text_or_a_reason(group, trial, tmp_path, long_run):
    worst_ms, worst_mib = (0, ""), (0, "")
    for each in (found for name, found in all_cases(long_run) if name == group):
        path = each.write(tmp_path)
        found = trial.ask(path, members_max=50)
        path.unlink()
        worst_ms, worst_mib = max(worst_ms, (found["wall_ms"], each.name)), max(worst_mib, (found["memory_mib"], each.name))
        if each.may_end_worker and found["lost"]:
            assert ("did not answer in time" if each.may_time_out else "signal 11") in found["lost"], (each.name, found["lost"])
            continue
        assert not found["lost"], (each.name, found["lost"])
        assert not found["unexplained"], (each.name, found["unexplained"])
        codes = set(found["codes"])
        assert codes <= CODES, (each.name, codes - CODES)
        assert not each.says or each.says & codes, (each.name, codes)
        for word in each.words:
            assert word in found["text"], (each.name, word, found["stages"])
        for word in each.never:
            assert word not in found["text"], (each.name, word)
        for member in found["members"]:
            assert is_harmless(member), (each.name, member)
    print(json.dumps({"hostile": group, "slowest": worst_ms, "most_memory_mib": worst_mib}))


@pytest.mark.parametrize("mode", ["cuts", "damage"])
def test_damaged_copies_of_every_format_end_well(mode, trial, tmp_path, long_run):
    (tmp_path / "lost").mkdir()
    runs = 0
    print("seed", SEED)
    for path in small_files(tmp_path / "small"):
        size = path.stat().st_size
        order = {"mode": mode, "keep": str(tmp_path / "lost"), "seed": SEED, "count": DAMAGED_LONG if long_run else DAMAGED,
                 "step": 1 if long_run else max(size // CUTS, 1)}
        found = trial.ask(path, **order)
        runs += found["runs"]
        assert not found["lost"], (path.name, found["lost"], "kept in", order["keep"])
        assert set(found["codes"]) <= CODES, (path.name, set(found["codes"]) - CODES)
        assert not found["unexplained"], (path.name, found["unexplained"])
        assert found["memory_mib"] < SMALL_FILE_MIB_MAX, (path.name, found["memory_mib"])
    print(json.dumps({"hostile": mode, "copies": runs}))
    assert runs > 1_000
