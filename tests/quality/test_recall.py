"""Words and places against pdftotext, LibreOffice and the spine of e-books, on every document of the labelled set.

What the peer reads and we do not is a miss, unless it is excused below by name and reason. LibreOffice is no part of
the set-up (`apt-get install --no-install-recommends libreoffice-{writer,calc,impress}-nogui`): where it is absent its formats are
left out, saying so. Every file's figures go to build/reports/recall.jsonl."""
import csv
import json
import pathlib
import shutil

import pytest
from support import peers, recall
from support.alcove import Alcove

REPORT = pathlib.Path(__file__).resolve().parent.parent.parent / "build" / "reports" / "recall.jsonl"
RECALL_MIN = 0.99
PLACES_MIN = 0.99
# Of the phrases, which run over lines where the peer's text has them in a row. Two programs order what stands side by side
# differently: a caption beside a column, cells of a table.
FOUND_MIN = 0.97
# Formats with few words or phrases in this set, where one is more than the share that may be missing.
WORDS_MIN = 60
ABSENT_MAX = 2

NOT_COMPARED = {
    "ThuluthFeatures.pdf": "its fonts do not say their letters; pdftotext gives the numbers of glyphs",
    "TAMReview.pdf": "from page 2 on its fonts do not say their letters; pdftotext gives the numbers of glyphs",
    "number_format.ods": "holds what Excel showed, which we read; LibreOffice formats anew and otherwise (see below)",
    "number_format_greek.xls": "LibreOffice knows neither Excel's 29 February 1900 nor its fractions; compared with number_format.ods below",
    "comments_stress_test.xlsx": "cells of its hidden column are a block of their own, marked as hidden: its lines are not in a row as printed",
    "testPPT_embeded.pptx": "its words stand in embedded documents, of which LibreOffice prints the pictures",
}
NOTE_SIGN = "the sign of a note is glued to the word before it"
GLUED = "boxes that lie over one another are printed into each other"
EXCUSED = {
    "testWORD_various.doc": (NOTE_SIGN, {"here1"}),
    "testWORD_various.docx": (NOTE_SIGN, {"here1"}),
    "testRTFVarious.rtf": (NOTE_SIGN, {"here1"}),
    "footnotes.docx": (NOTE_SIGN, {"prostoy1", "1"}),
    "footnote.odt": (NOTE_SIGN, {"text1", "1"}),
    "docx_lists.docx": ("a bullet that is a letter of a symbol font", {"o"}),
    "testWORD_2006ml.docx": (
        "tracked deletions are printed; signs of notes, the scale of a chart and the text of an empty control",
        {"del", "deleted", "dogfrog", "r1c1", "r1c2", "r2c1", "r2c2", "r4c1r3c1", "paragraph1", "paragraph2", "second", "paragraph",
         "here", "choose", "item", "footnote1", "i", "0", "6"}),
    "odf_presentation_01.odp": ("bullets of a symbol font, the day of printing, numbers of slides", {"l", "11", "26", "29", "1", "2", "3"}),
    "legacy_sample.ppt": ("a bullet of a symbol font, and two numbers whose source in the file was not found yet", {"l", "2", "3"}),
    "testPPT_various.ppt": (GLUED, {"isgothic", "box1"}),
    "testPPT_various.pptx": (GLUED, {"isgothic", "box1", "1a"}),
    "markitdown_test.pptx": ("the scale of a chart, and a number cut by a narrow cell",
                             {"5", "1998", "1999", "2000", "2001", "2002", "2003", "e3b54e658153919f4ff45", "592"}),
    "testMasterFooter.odp": ("the footer stands on every slide, so it has no place", {"master", "footer", "is", "here"}),
    "testEXCEL_various.xlsb": ("the machine's form of a date, LibreOffice's names of errors, and more digits than Excel keeps",
                               {"3", "9", "err", "520", "1234567890123450"}),
    "comments_stress_test.ods": ("LibreOffice's own name of an error", {"name"}),
}


def within(name):
    """What a phrase may run over: in books and PDF from line to line, elsewhere only what the peer has in one line."""
    return (lambda text: [text]) if name in ("pdf", "epub") else str.splitlines


@pytest.fixture(scope="module")
def compared(testdata, tmp_path_factory):
    """({path: reading}, {path: our passages}) of all documents that a peer reads."""
    if not peers.has_pdftotext():
        pytest.skip("pdftotext is not installed")
    paths = [path for path in sorted((testdata / "documents").iterdir()) if peers.format_of(path) in peers.FORMATS]
    scratch = tmp_path_factory.mktemp("recall")
    readings = peers.read(paths, scratch)
    library = scratch / "library"
    library.mkdir()
    for path in readings:
        shutil.copyfile(path, library / path.name)
    # Without a model: nothing here is about meaning, and it would take minutes.
    with Alcove([library], environment={"ALCOVE_MODELS": str(scratch / "no-models")}) as server:
        server.wait()
        passages = {path: json.loads(server.cli("text", str(library / path.name), "--json", check=False).stdout or "{}").get("passages", [])
                    for path in readings}
    return readings, passages


@pytest.fixture(scope="module")
def tallies(compared):
    """{format: (sums, misses as text)}"""
    readings, passages = compared
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    sums, misses = {}, {}
    with open(REPORT, "a", encoding="utf-8") as report:
        for path, reading in readings.items():
            name = peers.format_of(path)
            if path.name in NOT_COMPARED:
                continue
            _, excused = EXCUSED.get(path.name, ("", set()))
            file = recall.Comparison(reading, passages[path], recall.place_reader(name), within(name), excused)
            sums.setdefault(name, recall.Tally()).add(file)
            misses.setdefault(name, [])
            if file.lacking or file.misplaced or file.absent:
                misses[name].append(f"{path.name}: {dict(file.lacking.most_common(20))} {file.misplaced[:5]} {file.absent[:5]}")
            report.write(json.dumps({"file": path.name, "format": name, "words": file.word_count, "lacking": dict(file.lacking),
                                     "phrases": file.told, "misplaced": file.misplaced, "absent": file.absent}, ensure_ascii=False) + "\n")
    return {name: (tally, "\n".join(misses[name])) for name, tally in sums.items()}


@pytest.mark.parametrize("name", peers.FORMATS)
def test_a_formats_words_and_places_are_the_peers(tallies, name):
    if name not in tallies:
        pytest.skip("LibreOffice is not installed" if not peers.has_libreoffice() else f"no {name} that the peer reads")
    tally, misses = tallies[name]
    print(json.dumps({"benchmark": "recall", "format": name, "files": tally.files, "words": tally.words, "recall": round(tally.recall, 4),
                      "phrases": tally.told + tally.absent, "found": round(tally.found_phrases, 4), "right_places": round(tally.right_places, 4)}))
    assert tally.recall >= RECALL_MIN or tally.words < WORDS_MIN and tally.lacking <= 1, misses
    assert tally.right_places >= PLACES_MIN, misses
    assert tally.found_phrases >= FOUND_MIN or tally.absent <= ABSENT_MAX, misses


def test_phrases_of_the_labelled_set_have_the_peers_place(testdata, compared):
    """The phrases that people chose, where the peer has them in one place only."""
    readings, passages = compared
    by_name = {path.name: path for path in readings}
    wrong, told = [], 0
    for row in csv.DictReader(open(testdata / "documents" / "expected.tsv", encoding="utf-8"), delimiter="\t", quoting=csv.QUOTE_NONE):
        path = by_name.get(row["path"])
        if path is None or not readings[path].places:
            continue
        place_of = recall.place_reader(peers.format_of(path))
        ours = [(" " + " ".join(recall.words(passage["text"])) + " ", place_of(passage["place"])) for passage in passages[path]]
        theirs = [(" " + " ".join(recall.words(text)) + " ", place) for place, text in readings[path].places.items()]
        for phrase in filter(None, row["phrases"].split(" || ")):
            for alternative in phrase.split(" ~~ "):
                peer_places = recall.places_of(recall.words(alternative), theirs)
                our_places = recall.places_of(recall.words(alternative), ours)
                if len(peer_places) == 1 and our_places - {None}:
                    told += 1
                    if not peer_places <= our_places:
                        wrong.append(f"{row['path']}: {phrase}: {peer_places} {our_places}")
    print(json.dumps({"benchmark": "recall", "labelled_phrases": told, "misplaced": len(wrong)}))
    assert told >= 100
    assert len(wrong) <= told * (1 - PLACES_MIN), wrong


def test_cells_show_what_excel_showed(compared):
    """One workbook saved by Excel in two formats: ODS holds the text of every cell, XLS only values and formats."""
    def rows(name):
        passages = next((found for path, found in compared[1].items() if path.name == name), None)
        if passages is None:
            pytest.skip("LibreOffice is not installed")
        return [row for passage in passages if passage["place"].get("sheet") == "SSF" for row in passage["text"].split("\n") if row.strip()]

    shown = rows("number_format.ods")
    assert len(shown) > 10
    assert rows("number_format_greek.xls") == shown
