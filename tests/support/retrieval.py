"""Labelled retrieval collections as folders of files, and the figures computed on what the product answers."""
import collections
import csv
import json
import math
import pathlib
import re
import sqlite3


class Collection:
    """Documents {id: text}, queries {id: text} and judgements {query: {document: grade}}."""

    def __init__(self, name, documents, queries, judgements):
        self.name, self.documents, self.judgements = name, documents, judgements
        self.queries = {key: text for key, text in queries.items() if judgements.get(key)}

    def write(self, folder):
        folder.mkdir(parents=True)
        for key, text in self.documents.items():
            (folder / f"{key.replace('/', '_')}.txt").write_text(text, encoding="utf-8")


def _tsv(path):
    with open(path, encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


def _jsonl(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _body(row):
    """An abstract with its title. The paragraphs of SQuAD and XQuAD stand alone: their "title" is the whole article's."""
    return (row.get("title", "") + "\n\n" + row["text"]).strip() if row.get("title") else row["text"]


def load(folder, name):
    """cranfield, cisi or squad."""
    if name == "squad":
        base = folder / "squad2_qa"
        documents = {row["id"]: row["text"] for row in _jsonl(base / "passages.jsonl")}
        rows = [row for row in _jsonl(base / "qa.jsonl") if row["answerable"]]
        return Collection(name, documents, {row["id"]: row["question"] for row in rows},
                          {row["id"]: {row["passage_id"]: 1} for row in rows})
    base = folder / name
    documents = {row["id"]: _body(row) for row in _jsonl(base / "corpus.jsonl") if row["text"].strip()}
    judgements = collections.defaultdict(dict)
    for row in _tsv(base / "qrels.tsv"):
        if int(row["relevance"]) > 0 and row["doc_id"] in documents:
            judgements[row["query_id"]][row["doc_id"]] = int(row["relevance"])
    return Collection(name, documents, {row["query_id"]: row["text"] for row in _tsv(base / "queries.tsv")}, judgements)


def load_xquad(folder):
    """{language: Collection}; the id of a document and of a query is LANG-REST, REST the same in every language."""
    base = folder / "xquad"
    documents, queries, judgements = (collections.defaultdict(dict) for _ in range(3))
    for row in _jsonl(base / "corpus.jsonl"):
        documents[row["lang"]][row["id"]] = row["text"]
    for row in _tsv(base / "queries.tsv"):
        queries[row["lang"]][row["query_id"]] = row["text"]
    for row in _tsv(base / "qrels.tsv"):
        language = row["query_id"].split("-")[0]
        judgements[language].setdefault(row["query_id"], {})[row["doc_id"]] = int(row["relevance"])
    return {language: Collection(f"xquad-{language}", documents[language], queries[language], judgements[language])
            for language in documents}


def ndcg(ranked, judged, depth=10):
    gain = sum(judged.get(key, 0) / math.log2(place + 2) for place, key in enumerate(ranked[:depth]))
    ideal = sum(grade / math.log2(place + 2) for place, grade in enumerate(sorted(judged.values(), reverse=True)[:depth]))
    return gain / ideal if ideal else 0.0


def fts5(collection, queries, tokenizer):
    """Mean nDCG@10 of SQLite's FTS5 with all words of a question joined by OR."""
    database = sqlite3.connect(":memory:")
    database.execute(f"CREATE VIRTUAL TABLE t USING fts5(key UNINDEXED, body, tokenize='{tokenizer}')")
    database.executemany("INSERT INTO t VALUES (?, ?)", collection.documents.items())
    scores = []
    for key in queries:
        words = [word for word in re.findall(r"\w+", collection.queries[key]) if len(word) > (2 if tokenizer == "trigram" else 0)]
        match = " OR ".join(f'"{word}"' for word in words)
        rows = database.execute("SELECT key FROM t WHERE t MATCH ? ORDER BY bm25(t) LIMIT 10", (match,)).fetchall() if match else []
        scores.append(ndcg([row[0] for row in rows], collection.judgements[key]))
    return sum(scores) / len(scores)


def sample(keys, count):
    """Evenly spread over the whole list, the same every time."""
    keys = list(keys)
    return keys if count is None or len(keys) <= count else [keys[i * len(keys) // count] for i in range(count)]


def ask(server, queries, judgements, mode, library=None):
    """Mean nDCG@10 of the product's answer; a file's name is its document's id."""
    scores = []
    for key, text in queries.items():
        # The question goes in as it stands but for what the query language would read as an operator.
        plain = re.sub(r'["“”]', " ", text)
        plain = re.sub(r"(?<!\S)-(?=\S)", " ", plain)
        plain = re.sub(r"(?<=\w):(?=\S)", " ", plain)
        scope = f' in:"{library}"' if library else ""
        answer = server.search(plain + scope, mode=mode, limit=10)
        assert answer["mode"] == mode, answer["notes"]
        scores.append(ndcg([pathlib.PurePosixPath(hit["path"]).stem for hit in answer["hits"]], judgements[key]))
    return sum(scores) / len(scores)
