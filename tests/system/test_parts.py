"""Attachments and members of archives: contents inside files, found, opened, failed and forgotten on their own."""
import email.message
import io
import pathlib
import shutil
import tarfile
import zipfile

import pytest
from support.alcove import ROOT, Alcove, Problem, eventually

PDF = ROOT / "samples" / "Household" / "Heating manual.pdf"


def mail(subject, body, attachments):
    message = email.message.EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "ada@example.org", "bob@example.org"
    message["Date"] = "Mon, 02 Sep 2024 10:00:00 +0200"
    message.set_content(body)
    for name, data, kind in attachments:
        message.add_attachment(data, maintype=kind.split("/")[0], subtype=kind.split("/")[1], filename=name)
    return message.as_bytes()


def archive(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in members.items():
            out.writestr(name, data)
    return buffer.getvalue()


@pytest.fixture
def library(tmp_path):
    folder = tmp_path / "library"
    (folder / "mail").mkdir(parents=True)
    (folder / "mail" / "offer.eml").write_bytes(mail(
        "Offer for the orchard", "Dear Bob, the quincewood offer is attached.",
        [("manual.pdf", PDF.read_bytes(), "application/pdf"), ("terms.txt", b"Terms: the wheelbarrow is lent, not given.", "application/octet-stream")]))
    inner = mail("Inner letter", "The dovecote needs paint.", [("list.csv", b"tool,price\nlawnmower,120\n", "text/csv")])
    (folder / "letters.zip").write_bytes(archive({
        "2024/letter.eml": inner, "2024/broken.docx": b"PK\x03\x04 this is no document", "notes.md": b"# Beehive\n\nThe beehive stands by the fence."}))
    return folder


@pytest.fixture
def server(library):
    with Alcove([library]) as running:
        running.wait()
        yield running


def hit(server, query, **more):
    hits = server.search(query, mode="keyword", **more)["hits"]
    assert hits, query
    return hits[0]


def test_a_hit_in_an_attachment_names_the_mail_and_the_place(server):
    found = hit(server, "wheelbarrow")
    assert (found["path"], found["part_path"], found["type"]) == ("mail/offer.eml", "terms.txt", "text")
    assert found["place"]["part"] == "terms.txt"
    deep = hit(server, "lawnmower")
    assert (deep["path"], deep["part_path"], deep["type"]) == ("letters.zip", "2024/letter.eml/list.csv", "csv")
    page = hit(server, "heat pump type:pdf in:mail")
    assert (page["path"], page["part_path"], page["place"]["kind"]) == ("mail/offer.eml", "manual.pdf", "page")
    # One hit per file, whatever of it matches.
    both = server.search("quincewood wheelbarrow offer", mode="keyword")["hits"]
    assert [each["path"] for each in both] == ["mail/offer.eml"]
    assert both[0]["more_passages"] >= 1


def test_a_name_inside_an_archive_is_found(server):
    assert hit(server, "broken.docx")["path"] == "letters.zip"


def test_parts_are_listed_opened_and_fetched(server, library):
    shown = server.cli_json("show", str(library / "letters.zip"))
    assert [part["path"] for part in shown["parts"]] == ["2024/letter.eml", "2024/broken.docx", "notes.md"]
    assert [part["state"] for part in shown["parts"]] == ["ready", "problem", "ready"]
    inner = server.api("GET", f"/files/{shown['id']}", part="0")
    assert inner["part_path"] == "2024/letter.eml" and inner["type"] == "eml" and inner["name"] == "letter.eml"
    assert inner["parts"][0]["part"] == "0-0" and inner["parts"][0]["path"] == "list.csv"
    assert server.api("GET", f"/files/{shown['id']}/content", part="0-0") == b"tool,price\nlawnmower,120\n"
    text = server.api("GET", f"/files/{shown['id']}/text", part="2")
    assert any("beehive" in block["text"] for block in text["blocks"])
    for wrong in ("9", "0-9", "x", "0-", "-1", "0--0", "99999999999999999999"):
        with pytest.raises(Problem) as problem:
            server.api("GET", f"/files/{shown['id']}", part=wrong)
        assert problem.value.status in (400, 404), wrong


def test_the_command_line_prints_parts_too(server, library):
    text = server.cli("text", str(library / "letters.zip")).stdout
    for words in ("--- 2024/letter.eml ---", "dovecote", "--- 2024/letter.eml/list.csv ---", "lawnmower", "beehive"):
        assert words in text
    passages = server.cli_json("text", str(library / "letters.zip"))["passages"]
    assert {passage.get("part_path") for passage in passages} >= {None, "2024/letter.eml", "2024/letter.eml/list.csv", "notes.md"}
    only = server.cli("show", str(library / "letters.zip"), "--part", "0-0").stdout
    assert "inside: 2024/letter.eml/list.csv" in only


def test_a_part_fails_alone_and_says_where_it_lies(server):
    problems = server.api("GET", "/problems", state="failed")["problems"] + server.api("GET", "/problems", state="skipped")["problems"]
    broken = [problem for problem in problems if problem.get("part_path") == "2024/broken.docx"]
    assert broken and all(problem["path"] == "letters.zip" and problem["reason"] for problem in broken)
    assert hit(server, "beehive")["path"] == "letters.zip"


def test_a_rename_and_a_known_content_cost_nothing(server, library):
    before = server.cli_json("status")["runs"]
    (library / "letters.zip").rename(library / "old letters.zip")
    # The attachment as a file, and the same mail a second time.
    shutil.copy(PDF, library / "pump.pdf")
    shutil.copy(library / "mail" / "offer.eml", library / "mail" / "copy.eml")
    server.wait()
    assert server.cli_json("status")["runs"] == before
    assert hit(server, "lawnmower")["path"] == "old letters.zip"
    assert {each["path"] for each in server.search("type:pdf heat pump", mode="keyword")["hits"]} <= {"pump.pdf", "mail/offer.eml", "mail/copy.eml"}


def test_parts_go_with_their_container_and_come_back(server, library):
    kept = (library / "letters.zip").read_bytes()
    (library / "letters.zip").unlink()
    assert eventually(lambda: not server.search("lawnmower", mode="keyword")["hits"], 5)
    assert eventually(lambda: not server.search("beehive", mode="keyword")["hits"], 5)
    before = server.cli_json("status")["runs"]
    (library / "letters.zip").write_bytes(kept)
    server.wait()
    assert hit(server, "lawnmower")["path"] == "letters.zip"
    assert server.cli_json("status")["runs"] == before


def test_an_edit_of_an_archive_works_only_what_is_new(server, library):
    before = server.cli_json("status")["runs"]
    with zipfile.ZipFile(library / "letters.zip", "a") as out:
        out.writestr("added.txt", "The scarecrow has a new hat.")
    server.wait()
    after = server.cli_json("status")["runs"]
    assert hit(server, "scarecrow")["part_path"] == "added.txt"
    assert hit(server, "lawnmower")["path"] == "letters.zip"
    assert after["text"] - before["text"] == 2, "the archive's list of names and the new member"


def test_a_restart_and_a_rebuild_keep_parts(library, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    with Alcove([library], data=data) as server:
        server.wait()
        runs = server.cli_json("status")["runs"]
        server.kill()
        server.start()
        server.wait()
        assert hit(server, "lawnmower")["part_path"] == "2024/letter.eml/list.csv"
        server.cli("rebuild", "indexes")
        assert hit(server, "lawnmower")["part_path"] == "2024/letter.eml/list.csv"
        assert server.cli_json("status")["runs"] == runs


def test_a_compressed_archive_of_many_members_is_read_in_order(tmp_path):
    folder = tmp_path / "library"
    folder.mkdir()
    with tarfile.open(folder / "many.tar.gz", "w:gz") as out:
        for number in range(700):
            data = f"Entry {number} of the ledger, token word{number}x.".encode()
            info = tarfile.TarInfo(f"ledger/{number:04}.txt")
            info.size = len(data)
            out.addfile(info, io.BytesIO(data))
    with Alcove([folder]) as server:
        server.wait()
        for number in (0, 350, 699):
            assert hit(server, f"word{number}x")["part_path"] == f"ledger/{number:04}.txt"
        shown = server.cli_json("show", str(folder / "many.tar.gz"))
        assert shown["part_count"] == 700
        data = server.api("GET", f"/files/{shown['id']}/content", part="699")
        assert b"word699x" in data
        assert pathlib.Path(server.data).is_dir()
