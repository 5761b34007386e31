"""Similar files and near-identical ones through the interface: what is found, where it lies, and what is left out."""
import email.message
import zipfile

import pytest
from support.alcove import Alcove, Problem

LETTER = ("Dear neighbour, about the wall between our two gardens I write to you once more, because the frost of the last winter has moved the old stones "
          "and the upper rows may fall on the path where the children walk to the little school by the mill. The mason whom we both know would take the "
          "rows down and set them again with lime as soon as the nights are {}, and I would gladly pay one half of what he asks.\n")
OFFER = "The mason offers to take down the garden wall, to lay gravel below the stones, and to set the rows again with lime.\n"


def mail(subject, body, name, text):
    message = email.message.EmailMessage()
    message["Subject"], message["From"], message["To"], message["Date"] = subject, "ada@example.org", "bob@example.org", "Mon, 02 Sep 2024 10:00:00 +0200"
    message.set_content(body)
    message.add_attachment(text.encode(), maintype="text", subtype="plain", filename=name)
    return message.as_bytes()


@pytest.fixture
def library(tmp_path):
    folder = tmp_path / "library"
    folder.mkdir()
    (folder / "wall.txt").write_text(LETTER.format("warmer"))
    (folder / "wall, first draft.md").write_text(LETTER.format("milder"))
    (folder / "offer.eml").write_bytes(mail("Your question", "See the attachment.", "offer.txt", OFFER))
    (folder / "soup.txt").write_text("Cut the leeks, boil them in salted water, add cream and pepper.\n")
    with zipfile.ZipFile(folder / "kitchen.zip", "w") as out:
        out.writestr("bread.txt", "Bake the bread with salted butter; boil the water, add pepper to the leeks.\n")
    return folder


@pytest.fixture
def server(library, tmp_path):
    # Words only, so that the test says the same with and without the model.
    with Alcove([library], arguments=["--models", str(tmp_path / "none")]) as running:
        running.wait()
        yield running


def id_of(server, library, name):
    return server.cli_json("show", str(library / name))["id"]


def similar(server, library, name, **more):
    return server.api("GET", f"/files/{id_of(server, library, name)}/similar", **more)


def test_similar_files_say_where_they_lie_and_why(server, library):
    answer = similar(server, library, "wall.txt", explain="true")
    assert answer["mode"] == "keyword" and answer["file_id"] == id_of(server, library, "wall.txt")
    assert any("words only" in note["message"] for note in answer["notes"])
    paths = [hit["path"] for hit in answer["hits"]]
    assert paths[:2] == ["wall, first draft.md", "offer.eml"] and "wall.txt" not in paths
    offer = answer["hits"][1]
    assert (offer["part"], offer["part_path"]) == ("0", "offer.txt")
    [reason] = offer["reasons"]
    assert reason["kind"] == "terms" and reason["text"].startswith("Shares ") and "mason" in reason["terms"] and reason["value"] > 0
    assert any(span["match"] for span in offer["snippet"])


def test_parts_have_similar_files_too(server, library):
    answer = similar(server, library, "kitchen.zip", part="0")
    assert [hit["path"] for hit in answer["hits"]] == ["soup.txt"]
    assert "kitchen.zip" in [hit["path"] for hit in similar(server, library, "soup.txt")["hits"]]
    assert all(hit["path"] != "offer.eml" for hit in similar(server, library, "offer.eml", part="0")["hits"])
    for wrong in ({"part": "7"}, {"part": "x"}, {"limit": 0}, {"limit": 51}, {"fold": "yes"}):
        with pytest.raises(Problem) as problem:
            similar(server, library, "kitchen.zip", **wrong)
        assert problem.value.status in (400, 404), wrong
    with pytest.raises(Problem) as problem:
        server.api("GET", "/files/999999/similar")
    assert problem.value.status == 404


def test_near_identical_files_stand_under_the_best(server, library):
    [hit] = server.search("neighbour school warmer", mode="keyword")["hits"]
    assert hit["path"] == "wall.txt" and hit["near_identical_count"] == 1
    assert [each["path"] for each in hit["near_identical"]] == ["wall, first draft.md"]
    [draft] = server.search("neighbour school milder", mode="keyword")["hits"]
    assert draft["path"] == "wall, first draft.md", "the best of them is shown"
    unfolded = server.search("neighbour school", mode="keyword", fold="none")["hits"]
    assert len(unfolded) == 2 and not any(hit["near_identical"] or hit["near_identical_count"] for hit in unfolded)


def test_what_is_deleted_is_neither_similar_nor_listed(server, library):
    (library / "wall, first draft.md").unlink()
    (library / "offer.eml").unlink()
    server.wait()
    assert not {"wall, first draft.md", "offer.eml"} & {hit["path"] for hit in similar(server, library, "wall.txt")["hits"]}
    [hit] = server.search("neighbour school", mode="keyword")["hits"]
    assert hit["near_identical_count"] == 0 and hit["near_identical"] == []


def test_the_command_line_shows_both(server, library):
    text = server.cli("similar", str(library / "wall.txt"), "--explain").stdout
    assert "wall, first draft.md" in text and "offer.eml" in text and "Shares " in text
    assert server.cli_json("similar", str(library / "kitchen.zip"), "--part", "0", "--limit", "1")["hits"][0]["path"] == "soup.txt"
    assert "nearly the same: library:wall, first draft.md" in server.cli("search", "neighbour school warmer", "--mode", "keyword").stdout
    assert "nearly the same" not in server.cli("search", "neighbour school warmer", "--mode", "keyword", "--unfold").stdout
