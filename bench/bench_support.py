"""What the whole-system benchmarks share: real texts, the machine's name in a figure, and the built programs."""
import json
import os
import pathlib
import platform
import random
import re
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
os.environ.setdefault("ALCOVE_BIN", str(ROOT / "build" / "release" / "bin"))
from support import retrieval  # noqa: E402

TESTDATA = pathlib.Path(os.environ.get("ALCOVE_TESTDATA", ROOT.parent / "shared" / "testdata"))
BENCH_BIN = pathlib.Path(os.environ.get("ALCOVE_BENCH_BIN", ROOT / "build" / "bench" / "bin"))
SEED = 8420


def models_folder():
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
    return pathlib.Path(os.environ.get("ALCOVE_MODELS", cache / "alcove" / "models")) / "multilingual-e5-small"


def collections():
    folder = TESTDATA / "retrieval"
    return [retrieval.load(folder, name) for name in ("cranfield", "cisi", "squad")] + list(retrieval.load_xquad(folder).values())


def texts(kept):
    """Real texts of the labelled collections: thirteen languages, abstracts and encyclopaedia paragraphs."""
    return [text for collection in kept for text in collection.documents.values()]


def questions(kept):
    return [text for collection in kept for text in collection.queries.values()]


def remixed(sources, count, random_source):
    """`count` texts of about one passage, each made of sentences of two real texts of the same collection's
    neighbourhood, so that every one is different and the words are as frequent as in the real ones."""
    for number in range(count):
        if number < len(sources):
            yield sources[number]
            continue
        at = random_source.randrange(len(sources) - 1)
        first, second = (re.split(r"(?<=[.!?。؟।])\s*", sources[at + i]) for i in (0, 1))
        random_source.shuffle(first)
        yield " ".join(first[: max(1, len(first) * 2 // 3)] + second[: max(1, len(second) // 3)])


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def machine():
    model = next((line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.processor())
    return {"cpu": model, "cores": len(os.sched_getaffinity(0))}


def emit(**figures):
    print(json.dumps({**figures, "machine": machine()}), flush=True)


def run_bare_model(lines, threads):
    """Passages per second of the bare model on `lines` (texts), each computed once."""
    command = [BENCH_BIN / "alcove_bench_embedding", "--model", models_folder(), "--threads", str(threads), "--runs", "1"]
    result = subprocess.run(command, input="\n".join(json.dumps(line) for line in lines), capture_output=True, text=True, check=True)
    return json.loads(result.stdout.splitlines()[0])


def median(values):
    return statistics.median(values)


def rollup(pid):
    """KiB of a process from the kernel's own sums."""
    fields = {}
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, value = line.split(":")
        fields[name] = int(value.split()[0])
    return fields


def family(pid):
    """A process and its children."""
    found = [pid]
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1]) == pid:
                    found.append(int(entry.name))
            except OSError:
                pass
    return found


def memory_of(pid):
    """What a server and its workers hold: MiB private to the server, and the proportional share of all of them."""
    members = {member: rollup(member) for member in family(pid)}
    server = members[pid]
    return {"server_private_mib": round((server["Private_Clean"] + server["Private_Dirty"]) / 1024),
            "server_private_dirty_mib": round(server["Private_Dirty"] / 1024),
            "pss_all_mib": round(sum(member["Pss"] for member in members.values()) / 1024), "processes": len(members)}


def seeded():
    return random.Random(SEED)
