#!/usr/bin/env python3
"""Runs the test suites one after another and prints one plain summary. See ./test --help."""
import os
import pathlib
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "dev"
REPORTS = BUILD / "reports"


class Outcome:
    """What one suite reports: counts, and whether the command itself succeeded."""

    def __init__(self, passed=0, failed=0, skipped=0, failures=(), skips=()):
        self.passed, self.failed, self.skipped = passed, failed, skipped
        self.failures, self.skips = list(failures), list(skips)


def read_junit(path, exit_code, name):
    """Counts of a JUnit file; a missing or empty one is a failure of the suite itself."""
    if not path.exists():
        return Outcome(failed=1, failures=[f"{name}: ended with {exit_code} and no report"])
    outcome = Outcome()
    for case in ElementTree.parse(path).iter("testcase"):
        label = f"{name}: {case.get('classname', '')} {case.get('name', '')}".strip()
        if case.find("failure") is not None or case.find("error") is not None:
            outcome.failed += 1
            outcome.failures.append(label)
        elif case.find("skipped") is not None or case.get("status") in ("disabled", "notrun"):
            outcome.skipped += 1
            message = case.find("skipped")
            outcome.skips.append(f"{label}: {(message.get('message') or '') if message is not None else ''}"[:200])
        else:
            outcome.passed += 1
    if outcome.passed + outcome.failed + outcome.skipped == 0 or (exit_code != 0 and outcome.failed == 0):
        outcome.failed += 1
        outcome.failures.append(f"{name}: ended with {exit_code}")
    return outcome


def run(command, timeout_s, **options):
    print("$ " + " ".join(str(part) for part in command), flush=True)
    try:
        return subprocess.run(command, timeout=timeout_s, check=False, **options).returncode
    except subprocess.TimeoutExpired:
        print(f"stopped after {timeout_s} s", flush=True)
        return 124


def ctest_suite(name, *selection):
    """GoogleTest through CTest."""
    def suite(_long):
        report = REPORTS / f"{name}.xml"
        command = ["ctest", "--test-dir", BUILD, "--output-on-failure", "-j2", "--output-junit", report, *selection]
        return read_junit(report, run(command, 1800), name)
    return suite


def pytest_suite(folder):
    def suite(long_run):
        if not list((ROOT / "tests" / folder).glob("test_*.py")):
            return Outcome(skipped=1, skips=[f"{folder}: there are no tests yet"])
        report = REPORTS / f"{folder}.xml"
        command = [sys.executable, "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider",
                   f"--junitxml={report}", f"tests/{folder}"]
        if long_run:
            command.append("--long")
        return read_junit(report, run(command, 6 * 3600 if long_run else 1800, cwd=ROOT), folder)
    return suite


def node_suite(folder, command, name):
    def suite(_long):
        if not (ROOT / folder / "node_modules").is_dir():
            return Outcome(skipped=1, skips=[f"{name}: there is no page yet"])
        print("$ " + " ".join(command), flush=True)
        process = subprocess.run(command, cwd=ROOT / folder, check=False, text=True, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, timeout=1800)
        print(process.stdout[-12000:], flush=True)
        plain = re.sub(r"\x1b\[[0-9;]*m", "", process.stdout)
        counts = {}
        for word, pattern in {"passed": r"^# pass (\d+)|^ℹ pass (\d+)|Tests .*?(\d+) passed",
                              "failed": r"^# fail (\d+)|^ℹ fail (\d+)|Tests .*?(\d+) failed",
                              "skipped": r"^# skipped (\d+)|^ℹ skipped (\d+)|Tests .*?(\d+) skipped"}.items():
            found = re.findall(pattern, plain, re.M)
            counts[word] = int(next(part for part in found[-1] if part)) if found else 0
        outcome = Outcome(**counts)
        if process.returncode != 0 and outcome.failed == 0 or outcome.passed + outcome.failed == 0:
            outcome.failed += 1
        if outcome.failed:
            outcome.failures.append(f"{name}: see its output above")
        return outcome
    return suite


def fuzz_suite(long_run):
    """Every fuzz target for half an hour; without --long their seeds are a part of `unit`."""
    if not long_run:
        return Outcome()
    seconds = int(os.environ.get("ALCOVE_FUZZ_SECONDS", "1800"))
    code = run([sys.executable, "tools/fuzz.py", "--seconds", str(seconds)], 24 * 3600, cwd=ROOT)
    return Outcome(passed=1) if code == 0 else Outcome(failed=1, failures=["fuzz: see build/reports/fuzz.jsonl"])


SUITES = {
    "unit": ctest_suite("unit", "-LE", "security"),  # every module, fuzzers on their seeds, benchmarks once
    "tidy": pytest_suite("tidy"),
    "web": node_suite("web", ["npm", "run", "--silent", "test"], "web"),
    "system": pytest_suite("system"),
    "contract": pytest_suite("contract"),
    "hostile": pytest_suite("hostile"),
    "security": ctest_suite("security", "-L", "security"),
    "fault": pytest_suite("fault"),
    "outbound": pytest_suite("outbound"),
    "portable": pytest_suite("portable"),
    "quality": pytest_suite("quality"),
    "browser": node_suite("tests/browser", ["npm", "run", "--silent", "test"], "browser"),
    "fuzz": fuzz_suite,
}


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--long"]
    unknown = [name for name in arguments if name not in SUITES]
    if unknown:
        sys.exit(f"test: no suite named {', '.join(unknown)}; there are: {' '.join(SUITES)}")
    long_run = "--long" in sys.argv
    REPORTS.mkdir(parents=True, exist_ok=True)
    for report in REPORTS.glob("*.xml"):
        report.unlink()
    os.environ.setdefault("ALCOVE_BIN", str(BUILD / "bin"))
    os.environ.setdefault("ALCOVE_TESTDATA", str(ROOT.parent / "shared" / "testdata"))
    rows, failures, skips = [], [], []
    chosen = arguments or [name for name in SUITES if long_run or name != "fuzz"]
    for name in chosen:
        print(f"\n==> {name}", flush=True)
        began = time.monotonic()
        outcome = SUITES[name](long_run)
        rows.append((name, outcome, time.monotonic() - began))
        failures += outcome.failures
        skips += outcome.skips
    print("\n==> Summary")
    for name, outcome, seconds in rows:
        print(f"  {name:<10} {outcome.passed:5} passed {outcome.failed:4} failed {outcome.skipped:4} skipped  {seconds:6.0f} s")
    for line in skips[:40]:
        print(f"  skipped  {line}")
    for line in failures[:60]:
        print(f"  FAILED   {line}")
    total = [sum(getattr(row[1], word) for row in rows) for word in ("passed", "failed", "skipped")]
    print(f"{total[0]} passed, {total[1]} failed, {total[2]} skipped")
    sys.exit(1 if total[1] else 0)


main()
