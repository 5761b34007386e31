#!/usr/bin/env python3
"""Runs every fuzz target with sanitizers for a while, two at a time, and says what each reached.

    tools/fuzz.py [--seconds 1800] [--jobs 2] [TARGET...]

Builds the preset `fuzz`. A target starts from its seeds in tests/data/fuzz and what earlier runs found, which is kept
in build/fuzz/corpus. Inputs that crash, hang or eat memory are kept in build/fuzz/findings. JSON lines go to
build/reports/fuzz.jsonl. Exit code 1: something was found.
"""
import argparse
import concurrent.futures
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "fuzz"
SEEDS = ROOT / "tests" / "data" / "fuzz"
REPORT = ROOT / "build" / "reports" / "fuzz.jsonl"
INPUT_BYTES_MAX = 65_536
INPUT_SECONDS_MAX = 30
MEMORY_MIB_MAX = 2_048


def targets():
    """Fuzzers by the stem of their source: the name that alcove_module gives the executable."""
    found = {}
    for source in sorted((ROOT / "src").rglob("*_fuzz.cpp")):
        folder = source.parent
        while not (declared := re.search(r"alcove_module\((\w+)\s+LAYER\s+(\w+)", text_of(folder / "CMakeLists.txt"))):
            folder = folder.parent
        name, layer = declared.groups()
        found[source.stem] = f"alcove_{name}_{source.stem}" if name == layer else f"alcove_{layer}_{name}_{source.stem}"
    return found


def text_of(path):
    return path.read_text(encoding="utf-8") if path.exists() else ""


def executable_of(target):
    built = [path for path in BUILD.rglob(target) if path.is_file() and os.access(path, os.X_OK)]
    if len(built) != 1:
        sys.exit(f"fuzz: {target} was built {len(built)} times")
    return built[0]


def run(name, executable, seconds):
    corpus, findings = BUILD / "corpus" / name, BUILD / "findings" / name
    corpus.mkdir(parents=True, exist_ok=True)
    findings.mkdir(parents=True, exist_ok=True)
    folders = [corpus] + ([SEEDS / name] if (SEEDS / name).is_dir() else [])
    command = [executable, f"-max_total_time={seconds}", f"-max_len={INPUT_BYTES_MAX}", f"-timeout={INPUT_SECONDS_MAX}",
               f"-rss_limit_mb={MEMORY_MIB_MAX}", "-print_final_stats=1", f"-artifact_prefix={findings}/", *folders]
    result = subprocess.run(list(map(str, command)), capture_output=True, text=True, errors="replace", cwd=BUILD,
                            timeout=seconds + 600, check=False)
    output = result.stderr
    executions = re.findall(r"stat::number_of_executed_units:\s+(\d+)", output)
    coverage = re.findall(r"cov: (\d+)", output)
    return {"target": name, "seconds": seconds, "executions": int(executions[-1]) if executions else 0,
            "coverage": int(coverage[-1]) if coverage else 0, "found": result.returncode != 0,
            "date": datetime.date.today().isoformat()}, output


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=1_800)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("targets", nargs="*")
    options = parser.parse_args()
    known = targets()
    if unknown := set(options.targets) - set(known):
        sys.exit(f"fuzz: no target named {', '.join(sorted(unknown))}; there are: {' '.join(known)}")
    chosen = options.targets or list(known)
    subprocess.run(["bash", ROOT / "tools" / "build.sh", "fuzz", *(known[name] for name in chosen)], check=True)
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    failed = False
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool, REPORT.open("a", encoding="utf-8") as report:
        waiting = {pool.submit(run, name, executable_of(known[name]), options.seconds): name for name in chosen}
        for done in concurrent.futures.as_completed(waiting):
            outcome, output = done.result()
            report.write(json.dumps(outcome) + "\n")
            report.flush()
            print(f"  {outcome['target']:<24} {outcome['executions']:>10} runs, {outcome['coverage']:>6} edges"
                  f"{'  FOUND SOMETHING' if outcome['found'] else ''}", flush=True)
            if outcome["found"]:
                failed = True
                print(output[-4_000:], flush=True)
    sys.exit(1 if failed else 0)


main()
