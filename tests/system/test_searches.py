"""Searches that an account keeps: only what was noted, for that account alone, and gone when erased."""
import json
import re

import pytest
from support.alcove import Alcove, Problem
from test_interface import PASSWORD, Browser, sign_up


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("searches") / "library"
    folder.mkdir()
    (folder / "roof.txt").write_text("The roof was mended in spring.")
    with Alcove([folder]) as running:
        running.wait()
        yield running


@pytest.fixture(scope="module")
def owner(server):
    return sign_up(server)


def recent(browser):
    return json.loads(browser.api("GET", "/searches/recent").data)


def test_without_an_account_the_command_line_says_what_to_do():
    with Alcove() as server:
        with pytest.raises(Problem) as refused:
            server.api("GET", "/searches/saved")
        assert refused.value.status == 412 and "setup-link" in refused.value.body


def test_searching_notes_nothing_and_noting_does(server, owner):
    server.search("roof mended", mode="keyword")
    assert owner.api("GET", "/search?q=roof&mode=keyword").status == 200
    assert recent(owner) == {"remember": True, "searches": []}
    assert owner.api("POST", "/searches/recent", {"query": "roof mended", "mode": "keyword", "sort": "newest"}).status == 204
    noted = recent(owner)["searches"][0]
    assert (noted["query"], noted["mode"], noted["sort"]) == ("roof mended", "keyword", "newest")
    assert owner.api("DELETE", f"/searches/recent/{noted['id']}").status == 204
    assert owner.api("DELETE", f"/searches/recent/{noted['id']}").status == 404


def test_the_switch_erases_and_stops(server, owner):
    owner.api("POST", "/searches/recent", {"query": "roof"})
    assert owner.api("PUT", "/searches/memory", {"remember": False}).status == 204
    assert owner.api("POST", "/searches/recent", {"query": "gutter"}).status == 204
    assert recent(owner) == {"remember": False, "searches": []}
    assert owner.api("PUT", "/searches/memory", {"remember": True}).status == 204
    owner.api("POST", "/searches/recent", {"query": "gutter"})
    assert owner.api("DELETE", "/searches/recent").status == 204
    assert recent(owner) == {"remember": True, "searches": []}


def test_saved_searches_are_renamed_and_removed(server, owner):
    made = owner.api("POST", "/searches/saved", {"name": "Roof", "query": "roof type:text", "mode": "meaning"})
    assert made.status == 201
    saved = json.loads(made.data)
    assert owner.api("POST", "/searches/saved", {"name": "roof", "query": "x"}).status == 409
    assert json.loads(owner.api("POST", "/searches/saved", {"name": "x", "query": "x", "mode": "odd"}).data)["field"] == "/mode"
    renamed = owner.api("PATCH", f"/searches/saved/{saved['id']}", {"name": "The roof"})
    assert renamed.status == 200 and json.loads(renamed.data) == {**saved, "name": "The roof"}
    assert json.loads(owner.api("GET", "/searches/saved").data)["searches"] == [{**saved, "name": "The roof"}]
    assert owner.api("DELETE", f"/searches/saved/{saved['id']}").status == 204
    assert owner.api("DELETE", f"/searches/saved/{saved['id']}").status == 404


def test_the_command_line_shows_the_owners(server, owner):
    owner.api("POST", "/searches/recent", {"query": "asked on the page"})
    assert "Saved as Mended" in server.cli("searches", "save", "Mended", "roof", "-draft", "--mode", "keyword").stdout
    listed = server.cli_json("searches", "list")
    assert [saved["query"] for saved in listed["saved"]] == ["roof -draft"]
    assert [asked["query"] for asked in listed["recent"]] == ["asked on the page"]
    assert "roof -draft  (mode keyword)" in server.cli("searches", "list").stdout
    assert server.cli_json("searches", "run", "Mended")["hits"][0]["path"] == "roof.txt"
    server.cli("search", "roof")
    server.cli("searches", "remove", "Mended")
    assert server.cli("searches", "run", "Mended", check=False).returncode == 1
    server.cli("searches", "forget")
    assert server.cli_json("searches", "list") == {"remember": True, "saved": [], "recent": []}
    server.cli("searches", "remember", "off")
    assert "not remembered" in server.cli("searches", "list").stdout
    server.cli("searches", "remember", "on")


def test_no_log_names_what_was_asked(server, owner):
    owner.api("POST", "/searches/recent", {"query": "quagga secret"})
    owner.api("POST", "/searches/saved", {"name": "quagga name", "query": "quagga secret"})
    owner.api("POST", "/searches/saved", {"name": "quagga name", "query": "quagga secret"})
    owner.api("GET", "/search?q=quagga+secret")
    assert not re.search("quagga", server.log_text())


def test_what_is_noted_survives_a_restart(server, owner):
    owner.api("POST", "/searches/recent", {"query": "before the restart"})
    server.stop()
    server.start()
    again = Browser(server)
    assert again.api("POST", "/session", {"name": "ada", "password": PASSWORD}).status == 200
    assert recent(again)["searches"][0]["query"] == "before the restart"
