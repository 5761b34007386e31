"""Every file of the hostile collection ends as its table says, in one library, while the server keeps answering."""
import csv
import os
import pathlib
import re

import pytest
from support.alcove import Alcove

DATA = pathlib.Path(os.environ.get("ALCOVE_TESTDATA", "/nonexistent")) / "hostile"
# Words that the table's remarks name as text of a good file or member.
WORDS = {
    "wrongext/html_named.docx": ["heliotrope"], "archives/absolute_paths.zip": ["marigold"], "archives/symlink_and_dotdot.tar": ["foxglove"],
    "xml/deep_nesting.html": ["larkspur"], "mail/attachment_name_traversal.eml": ["clematis", "wisteria"],
    "text/nul_and_invalid_utf8.txt": ["edelweiss", "gentian"], "polyglot/pdf_and_zip.pdf": ["amaryllis"], "text/prompt_injection.txt": ["tulip"],
    "text/prompt_injection_hidden.html": ["tulip"], "names/emoji 😀📄.txt": ["chamomile0"], "names/spaces  and (brackets) [x] {y}.txt": ["chamomile3"],
    "names/percent%20%2e%2e.txt": ["chamomile4"],
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    if not DATA.is_dir():
        pytest.skip("the hostile collection is not here")
    # Without a model: one text of 24,000 passages would keep it busy for a quarter of an hour, and it reads no bytes of files.
    with Alcove([DATA], arguments=["--models", tmp_path_factory.mktemp("models")]) as running:
        running.wait()
        yield running


@pytest.fixture(scope="module")
def table():
    if not DATA.is_dir():
        pytest.skip("the hostile collection is not here")
    with open(DATA / "expected.tsv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def said(server, shown):
    """Codes of everything that was noted, refused, skipped or failed, parts included."""
    codes = {note["code"] for note in shown["notes"]} | {stage["reason_code"] for stage in shown["stages"] if "reason_code" in stage}
    for part in shown["parts"][:50]:
        codes |= {part["reason_code"]} if "reason_code" in part else said(server, server.api("GET", f"/files/{shown['id']}", part=part["part"]))
    return codes


def text_of(server, path):
    return server.cli("text", str(path), timeout_s=120).stdout


def test_every_file_is_finished_with_a_reason_where_it_was_not_read(server, table):
    assert len(table) > 100
    for row in table:
        shown = server.api("GET", "/files/by-path", path=str(DATA / row["path"]))
        states = {stage["stage"]: stage for stage in shown["stages"]}
        open_stages = {name for name, stage in states.items() if stage["state"] in ("waiting", "running")}
        assert open_stages <= {"text_vectors"}, row["path"]
        for stage in shown["stages"]:
            if stage["state"] in ("failed", "skipped"):
                assert stage["reason"] and not re.search(r"0x|std::|\bnull\b|errno", stage["reason"]), (row["path"], stage)
        if row["outcome"] == "needs-password":
            assert "encrypted" in said(server, shown), (row["path"], said(server, shown))
        if row["outcome"] in ("extract", "skip-entry"):
            assert states["text"]["state"] == "done", (row["path"], states["text"])
        if row["outcome"] == "error":
            assert states["text"]["state"] in ("failed", "skipped") or shown["passage_count"] == 0, row["path"]
        if row["outcome"] == "empty":
            assert shown["passage_count"] == 0, row["path"]


def test_the_good_parts_are_found(server):
    for path, words in WORDS.items():
        text = text_of(server, DATA / path)
        for word in words:
            assert word in text.lower(), (path, word)
            assert path in [hit["path"] for hit in server.search(word, mode="keyword", limit=20)["hits"]], (path, word)


def test_nothing_outside_was_read_and_nothing_inside_was_run(server):
    for path in ("xml/xxe_file.docx", "public/testXXE.xml"):
        assert "root:x:0" not in text_of(server, DATA / path)
    assert not server.search('"root:x:0:0"', mode="keyword")["hits"]


def test_workers_were_replaced_at_most_for_single_files(server):
    status = server.cli_json("status")
    assert sum(worker["restarts"] for worker in status["workers"]) <= 4, status["workers"]
    assert all(worker["state"] in ("ready", "busy") for worker in status["workers"] if worker["role"] == "decode")
