"""Further pages of a search while its library changes: no hit twice, none lost, none that is gone."""
import os
import random

import pytest
from support.alcove import Alcove, Problem
from test_interface import sign_up

FILES = 90


def text_of(number):
    """Different enough that no two files are near-identical."""
    words = random.Random(number).sample([f"{syllable}{number}" for syllable in "ba be bi bo bu da de di do du ga ge gi go gu".split()], 12)
    return f"The quince report {number} says: {' '.join(words)}."


@pytest.fixture()
def library(tmp_path):
    folder = tmp_path / "library"
    folder.mkdir()
    for number in range(FILES):
        (folder / f"{number:03}.txt").write_text(text_of(number))
    return folder


@pytest.fixture()
def server(library):
    with Alcove([library]) as running:
        running.wait()
        yield running


def pages(server, between, limit=9, **more):
    """Every page of the search; `between` is called before each further one with what was shown so far."""
    page = server.api("GET", "/search", q="quince", limit=limit, **more)
    hits = []
    while True:
        hits += page["hits"]
        yield page
        if not page["more"]:
            assert "cursor" not in page
            return
        between(hits)
        page = server.api("GET", "/search/more", cursor=page["cursor"], limit=limit)


@pytest.mark.parametrize("query", [{"mode": "keyword"}, {"mode": "hybrid"}, {"mode": "keyword", "sort": "newest"}])
def test_no_hit_is_repeated_lost_or_gone_while_files_come_and_go(server, library, query):
    seed = int.from_bytes(os.urandom(4), "big")
    print("seed", seed)
    chance = random.Random(seed)
    untouched = {path.name for path in library.iterdir()}
    number = FILES

    def change(_hits):
        nonlocal number
        for _ in range(chance.randrange(1, 6)):
            name = chance.choice(sorted(path.name for path in library.iterdir()))
            act = chance.choice(["add", "delete", "edit", "rename"])
            number += 1
            if act == "add":
                (library / f"new {number}.txt").write_text(text_of(number))
                continue
            untouched.discard(name)
            if act == "delete":
                (library / name).unlink()
            elif act == "edit":
                (library / name).write_text(text_of(number))
            else:
                (library / name).rename(library / f"renamed {number}.txt")
        if chance.random() < 0.5:
            server.wait()

    shown, ids = [], []
    for page in pages(server, change, **query):
        for hit in page["hits"]:
            ids.append(hit["file_id"])
            shown.append(hit["path"])
    assert len(ids) == len(set(ids)), "a file came twice"
    assert untouched <= set(shown), f"lost: {sorted(untouched - set(shown))}"


def test_a_deleted_file_and_a_removed_library_are_never_shown(server, library, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    for number in range(1000, 1020):
        (other / f"{number}.txt").write_text(text_of(number))
    added = server.cli_json("library", "add", other)
    server.wait()
    first = server.api("GET", "/search", q="quince", mode="keyword", sort="name", limit=10)
    assert [hit["path"] for hit in first["hits"]] == [f"{number:03}.txt" for number in range(10)]
    (library / "012.txt").unlink()
    server.wait()
    server.cli("library", "remove", str(added["id"]))
    rest = server.api("GET", "/search/more", cursor=first["cursor"], limit=200)
    assert [hit["path"] for hit in rest["hits"]] == [f"{number:03}.txt" for number in range(10, FILES) if number != 12]
    assert not rest["more"]


def test_a_cursor_is_the_callers_alone_and_does_not_survive_a_restart(server):
    page = server.api("GET", "/search", q="quince", limit=10)
    browser = sign_up(server)
    assert browser.api("GET", f"/search/more?cursor={page['cursor']}").status == 404
    for odd in ("x", page["cursor"] + "0", page["cursor"].replace(".", ".9")):
        with pytest.raises(Problem) as refused:
            server.api("GET", "/search/more", cursor=odd)
        assert refused.value.status == 404 and "search again" in refused.value.body
    assert server.api("GET", "/search/more", cursor=page["cursor"])["hits"]
    server.stop()
    server.start()
    with pytest.raises(Problem) as refused:
        server.api("GET", "/search/more", cursor=page["cursor"])
    assert refused.value.status == 404


def test_the_command_line_lists_as_many_as_asked(server):
    hits = server.cli_json("search", "quince", "--mode", "keyword", "--sort", "name", "--limit", "2000")
    assert [hit["path"] for hit in hits["hits"]] == [f"{number:03}.txt" for number in range(FILES)]
    assert hits["more"] is False
    assert len(server.cli_json("search", "quince", "--limit", "3")["hits"]) == 3
