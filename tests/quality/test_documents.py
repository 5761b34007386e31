"""Every phrase of the labelled documents is in the text that the product extracts, for the formats it reads."""
import csv
import json
import re
import shutil
import unicodedata

import pytest
from support.alcove import Alcove

KINDS = {"pdf-text", "docx", "xlsx", "pptx", "odt", "html", "md", "text", "csv", "eml"}
UNREAD_SUFFIXES = {".xlsb"}  # binary workbook: a format of its own
FOLDED = str.maketrans({"‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-",
                        "\u00ad": None, "\u200e": None, "\u200f": None, "\u202a": None, "\u202b": None, "\u202c": None, "\u202d": None,
                        "\u202e": None, "\u2066": None, "\u2067": None, "\u2068": None, "\u2069": None})


def folded(text):
    text = unicodedata.normalize("NFKC", text.translate(FOLDED)).translate(FOLDED).casefold()
    return re.sub(r"\s+", " ", text)


def contains(text, phrase):
    alternatives = [folded(part) for part in phrase.split(" ~~ ")]
    dense = text.replace(" ", "")
    return any(part in text or part.replace(" ", "") in dense for part in alternatives)


@pytest.fixture(scope="module")
def extracted(testdata, tmp_path_factory):
    """(rows of expected.tsv that count, {path: extracted text}, server)"""
    rows = [row for row in csv.DictReader(open(testdata / "documents" / "expected.tsv", encoding="utf-8"), delimiter="\t", quoting=csv.QUOTE_NONE)
            if row["kind"] in KINDS and not any(row["path"].endswith(suffix) for suffix in UNREAD_SUFFIXES)]
    folder = tmp_path_factory.mktemp("documents") / "documents"
    folder.mkdir()
    for row in rows:
        shutil.copyfile(testdata / "documents" / row["path"], folder / row["path"])
    with Alcove([folder]) as server:
        server.wait()
        texts = {}
        for row in rows:
            answer = server.cli("text", str(folder / row["path"]), check=False)
            texts[row["path"]] = answer.stdout
        yield rows, texts, server, folder


def test_every_phrase_is_extracted(extracted):
    rows, texts, _, _ = extracted
    missing, total = [], 0
    for row in rows:
        text = folded(texts[row["path"]])
        for phrase in filter(None, row["phrases"].split(" || ")):
            total += 1
            if not contains(text, phrase):
                missing.append(f"{row['path']}: {phrase}")
    print(json.dumps({"benchmark": "documents", "files": len(rows), "phrases": total, "missing": len(missing)}))
    assert missing == []


def test_passages_carry_places(extracted):
    rows, _, server, folder = extracted
    wanted = {"pdf-text": "page", "xlsx": "cell", "pptx": "slide", "csv": "line", "text": "line", "md": "line"}
    wrong = []
    for row in rows:
        if row["kind"] in wanted and row["phrases"]:
            answer = json.loads(server.cli("text", str(folder / row["path"]), "--json").stdout)
            kinds = {passage["place"]["kind"] for passage in answer["passages"]}
            if wanted[row["kind"]] not in kinds:
                wrong.append(f"{row['path']}: {sorted(kinds)}")
    assert wrong == []
