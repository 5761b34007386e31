"""The house's rules, checked: layers, format, lint, banned calls, documents' links and commands."""
import hashlib
import json
import pathlib
import re
import subprocess

import check_layers
import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CPP = sorted([*ROOT.glob("src/**/*.[ch]pp"), *ROOT.glob("tests/**/*.[ch]pp"), *ROOT.glob("bench/**/*.[ch]pp")])
BANNED = {
    r"\bstd::async\b": "use an owned std::jthread",
    r"\.detach\(\)": "threads are owned",
    r"\bstrcpy\(|\bstrcat\(|\bsprintf\(|\bgets\(": "unbounded",
    r"\bsystem\(|\bpopen\(": "no shell",
    r"\bstd::recursive_mutex\b": "no recursive locks",
    r"\brand\(\)": "use crypto::random or a seeded engine",
    r"\bTODO\b|\bFIXME\b|\bXXX\b": "finish it or file it",
    r"\bstd::this_thread::sleep_(for|until)\b": "wait for a condition with a deadline",
}
SLEEP_ALLOWED = {"src/app/worker", "src/base/polling.hpp"}  # the test worker's "hang" action; the tests' one way to poll


def relative(path):
    return path.relative_to(ROOT).as_posix()


def test_layers_hold():
    assert check_layers.breaches() == []


def test_the_layer_check_fires(tmp_path):
    (tmp_path / "base").mkdir()
    (tmp_path / "domain" / "search").mkdir(parents=True)
    (tmp_path / "base" / "bad.hpp").write_text('#include "domain/search/search.hpp"\n#include <sqlite3.h>\n')
    (tmp_path / "domain" / "search" / "search.hpp").write_text("")
    assert len(check_layers.breaches(tmp_path)) == 2


def test_format_is_clang_formats():
    result = subprocess.run(["clang-format-19", "--dry-run", "-Werror", *map(str, CPP)], capture_output=True, text=True)
    files = sorted(set(re.findall(r"^(\S+?):\d+:", result.stderr, re.M)))
    assert result.returncode == 0, f"run clang-format-19 -i on {[pathlib.Path(name).name for name in files]}"


def test_no_banned_calls():
    found = []
    for path in CPP:
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            code = line.split("//")[0] if "TODO" not in line and "FIXME" not in line else line
            for pattern, why in BANNED.items():
                if re.search(pattern, code) and not (pattern.startswith(r"\bstd::this_thread") and
                                                     any(relative(path).startswith(room) for room in SLEEP_ALLOWED)):
                    found.append(f"{relative(path)}:{number}: {why}")
    assert found == []


def test_headers_open_with_a_file_comment():
    missing = [relative(path) for path in ROOT.glob("src/**/*.hpp") if "/// @file" not in path.read_text()[:200]]
    assert missing == []


def test_files_stay_readable():
    long_files = [f"{relative(path)}: {count} lines" for path in CPP
                  if (count := len(path.read_text(errors="replace").splitlines())) > 800]
    assert long_files == []


def test_every_source_is_listed():
    lists = "\n".join(path.read_text() for path in ROOT.glob("src/**/CMakeLists.txt"))
    unlisted = [relative(path) for path in ROOT.glob("src/**/*.cpp") if not re.search(rf"(^|[\s/]){re.escape(path.name)}", lists)]
    assert unlisted == []


def test_links_in_documents_lead_somewhere():
    broken = []
    for document in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)", document.read_text()):
            if not target.startswith(("http:", "https:", "mailto:")) and not (document.parent / target).exists():
                broken.append(f"{relative(document)}: {target}")
    assert broken == []


def test_paths_in_documents_exist():
    broken = []
    for document in [ROOT / "README.md", *ROOT.glob("docs/*.md")]:
        for name in re.findall(r"`((?:src|tests|tools|bench|models|api|web|docs|cmake|samples)/[\w./-]+)`", document.read_text()):
            if not list(ROOT.glob(name)) and not (ROOT / name).exists():
                broken.append(f"{relative(document)}: {name}")
    assert broken == []


def test_no_registry_is_named():
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True).stdout.split("\0")
    hosts = re.compile("|".join(["pypi" + r"\.org", "registry\\.npm" + "js", "deb\\.debian" + r"\.org", "files\\.python" + "hosted"]))
    found = [name for name in tracked if name and (ROOT / name).is_file() and
             hosts.search((ROOT / name).read_text(errors="replace"))]
    assert found == []


def _lint(path, build):
    return subprocess.run(["clang-tidy-19", "--quiet", "-p", str(build), str(path)], capture_output=True, text=True)


def test_lint_fires_on_a_wrong_file(tmp_path):
    wrong = tmp_path / "wrong.cpp"
    wrong.write_text("#include <string>\nvoid f(std::string copied);\nvoid f(const std::string copied) { int Bad_Name = copied.size() ? 1 : 0; (void)Bad_Name; }\n")
    (tmp_path / ".clang-tidy").write_text((ROOT / ".clang-tidy").read_text())
    result = subprocess.run(["clang-tidy-19", "--quiet", str(wrong), "--", "-std=c++23"], capture_output=True, text=True)
    assert "readability-identifier-naming" in result.stdout


def _own_sources(path):
    """The file and every header of ours that it includes, directly or not."""
    found, open_ends = set(), [path]
    while open_ends:
        current = open_ends.pop()
        if current not in found and current.exists():
            found.add(current)
            open_ends += [ROOT / "src" / name for name in re.findall(r'^#include "([^"]+)"', current.read_text(), re.M)]
    return found


def test_lint_is_clean(long_run):
    """clang-tidy on every source of ours; a result is kept by the hash of what it depends on."""
    if not long_run:
        pytest.skip("clang-tidy on the whole tree runs in --long")
    build = ROOT / "build" / "dev"
    if not (build / "compile_commands.json").exists():
        pytest.skip("no compile commands")
    cache = build / "lint"
    cache.mkdir(exist_ok=True)
    settings = (ROOT / ".clang-tidy").read_bytes()
    compiled = {entry["file"] for entry in json.loads((build / "compile_commands.json").read_text())}
    waiting = []
    for path in CPP:
        if path.suffix == ".cpp" and str(path) in compiled and relative(path).startswith("src/") and not path.name.endswith("_test.cpp"):
            key = hashlib.sha256(settings)
            for part in sorted(_own_sources(path)):
                key.update(part.read_bytes())
            if not (cache / key.hexdigest()).exists():
                waiting.append((path, cache / key.hexdigest()))
    from concurrent.futures import ThreadPoolExecutor
    findings = []
    with ThreadPoolExecutor(2) as pool:
        for (path, stamp), result in zip(waiting, pool.map(lambda item: _lint(item[0], build), waiting)):
            lines = [line for line in result.stdout.splitlines() if re.search(r"(warning|error): ", line) and str(ROOT / "src") in line]
            if result.returncode == 0 and not lines:
                stamp.touch()
            else:
                findings += lines or [result.stderr[-400:]]
    assert findings == []
