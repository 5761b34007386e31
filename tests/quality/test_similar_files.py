"""Whether similar files are: paragraphs and their translations, documents of one article, papers that answer one question.

Figures are appended to build/reports/similar.jsonl; docs/MEASUREMENTS.md has those that the thresholds come from.
"""
import collections
import json
import pathlib

import pytest
from support import retrieval
from support.alcove import Alcove, model_is_installed

REPORT = pathlib.Path(__file__).resolve().parent.parent.parent / "build" / "reports" / "similar.jsonl"
# Share of files for which one of the first three is right (by chance below .10), measured .93, 1, .79.
HYBRID_MIN = {"translation": 0.88, "article": 0.95, "question": 0.72}
# Without vectors, measured 1, .76; words do not cross languages.
WORDS_MIN = {"article": 0.95, "question": 0.70}
DEPTH = 3


def translations(source, count):
    """Paragraphs in two languages; each is like its translation."""
    xquad = retrieval.load_xquad(source)
    documents, partners = {}, {}
    for language, other in (("en", "de"), ("de", "en")):
        for key in sorted(xquad[language].documents)[:count]:
            documents[key] = xquad[language].documents[key]
            partners[key] = {f"{other}-{key.partition('-')[2]}"}
    return documents, partners


def articles(source, pieces, paragraphs):
    """Articles cut into documents of some paragraphs each; those of one article are like one another."""
    of_article = collections.defaultdict(list)
    for line in (source / "squad2_qa" / "passages.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        of_article[row["title"]].append(row["text"])
    documents = {f"{title}-{piece}": "\n\n".join(texts[piece::pieces][:paragraphs])
                 for title, texts in of_article.items() if len(texts) >= pieces * paragraphs for piece in range(pieces)}
    return documents, {key: {other for other in documents if other != key and other.rpartition("-")[0] == key.rpartition("-")[0]} for key in documents}


def papers(source, count):
    """Abstracts; those that are relevant to one question are like one another."""
    cranfield = retrieval.load(source, "cranfield")
    kept, partners = {}, collections.defaultdict(set)
    for judged in cranfield.judgements.values():
        relevant = sorted((key for key, grade in judged.items() if grade >= 3), key=lambda key: -judged[key])[:4]
        if len(kept) + len(relevant) > count:
            break
        for key in relevant:
            kept[key] = cranfield.documents[key]
            partners[key] |= set(relevant) - {key}
    return kept, {key: others for key, others in partners.items() if others}


@pytest.fixture(scope="module")
def sets(testdata, long_run):
    source = testdata / "retrieval"
    return {"translation": translations(source, 120 if long_run else 50), "article": articles(source, 5 if long_run else 4, 3),
            "question": papers(source, 400 if long_run else 90)}


@pytest.fixture(scope="module")
def folder(sets, tmp_path_factory):
    folder = tmp_path_factory.mktemp("similar")
    for name, (documents, _) in sets.items():
        retrieval.Collection(name, documents, {}, {}).write(folder / name)
    return folder


def measure(server, sets, wanted):
    """{set: share of its files with a right one among the first}."""
    ids = {}
    for library in server.api("GET", "/libraries")["libraries"]:
        after = {}
        while True:
            page = server.api("GET", f"/libraries/{library['id']}/list", limit=200, **after)
            ids.update({(library["name"], pathlib.PurePosixPath(entry["name"]).stem): entry["id"] for entry in page["files"]})
            if not page.get("next_after"):
                break
            after = {"after": page["next_after"]}
    shares = {}
    for name in wanted:
        documents, partners = sets[name]
        right = 0
        for key, others in partners.items():
            answer = server.api("GET", f"/files/{ids[name, key.replace('/', '_')]}/similar", limit=DEPTH, fold="none")
            found = [(hit["library"], pathlib.PurePosixPath(hit["path"]).stem) for hit in answer["hits"]]
            assert (name, key.replace("/", "_")) not in found
            right += any((name, other.replace("/", "_")) in found for other in others)
        shares[name] = round(right / len(partners), 3)
    return shares


def report(mode, long_run, shares):
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    with open(REPORT, "a", encoding="utf-8") as stream:
        figures = {"benchmark": "similar", "mode": mode, "long": long_run, "depth": DEPTH, **shares}
        stream.write(json.dumps(figures) + "\n")
        print(json.dumps(figures))


def test_by_meaning_and_words(folder, sets, long_run):
    with Alcove([folder / name for name in sets]) as server:
        if not model_is_installed(server):
            pytest.skip("the embedding model is not installed")
        assert server.wait()["tasks"]["failed"] == 0
        shares = measure(server, sets, HYBRID_MIN)
    report("hybrid", long_run, shares)
    for name, least in HYBRID_MIN.items():
        assert shares[name] >= least, name


def test_by_words_alone(folder, sets, long_run, tmp_path):
    with Alcove([folder / name for name in sets], arguments=["--models", str(tmp_path)]) as server:
        server.wait()
        shares = measure(server, sets, WORDS_MIN)
    report("keyword", long_run, shares)
    for name, least in WORDS_MIN.items():
        assert shares[name] >= least, name
