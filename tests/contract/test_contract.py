"""The real server against api/openapi.yaml: requests made from the contract, right and wrong ones; answers checked by it."""
import json
import os
import pathlib
import subprocess
import sys
import urllib.request

import pytest
import yaml
from support.alcove import ROOT, Alcove

CONTRACT = ROOT / "api" / "openapi.yaml"
PASSWORD = "a long enough sentence"

# Left out of the generated runs, tested by hand in tests/system/test_interface.py: what ends the run's own session, what
# removes the library under test, and a stream that never ends.
NOT_GENERATED = ["signOut", "endSession", "removeLibrary", "getEvents"]


def sign_in(server):
    """Makes the owner's account as the page does; returns the cookie."""
    token = server.cli_json("setup-link")["url"].partition("#token=")[2]
    body = json.dumps({"token": token, "name": "ada", "password": PASSWORD}).encode()
    request = urllib.request.Request(server.url + "/api/v1/setup", body, {"Content-Type": "application/json", "Origin": server.url})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.headers["Set-Cookie"].partition(";")[0]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    library = tmp_path_factory.mktemp("contract") / "library"
    library.mkdir()
    (library / "letter.txt").write_text("The landlord answers within three weeks.\n")
    (library / "notes.md").write_text("# Heat pump\n\nThe pressure of the heat pump is checked in spring.\n")
    (library / b"bad-\xff.txt".decode("utf-8", "surrogateescape")).write_text("A name in no encoding at all.\n")
    with Alcove([library]) as running:
        running.wait()
        running.cookie = sign_in(running)
        yield running


CONFIGURATION = """
# What the contract's words allow and the server still refuses for what it knows: a range beyond this file's end, a page
# mark that it never gave out.
[[operations]]
include-operation-id = "getFileContent"
checks.positive_data_acceptance.expected-statuses = ["2xx", 304, 401, 403, 404, 409, 416, "5xx"]

[[operations]]
include-operation-id = "listFolder"
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 401, 403, 404, 409, "5xx"]
"""


def without_sign_in(folder):
    """The contract without its security schemes: the run is signed in by a cookie it sends itself, and who gets past the door
    without one is the next test's matter."""
    contract = yaml.safe_load(CONTRACT.read_text())
    contract.pop("security", None)
    contract["components"].pop("securitySchemes", None)
    for item in contract["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict):
                operation.pop("security", None)
    path = folder / "openapi.json"
    path.write_text(json.dumps(contract))
    return path


def run(server, tmp_path, *arguments, cookie=True):
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION)
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(tmp_path / "schemathesis.toml"), "run", str(without_sign_in(tmp_path)), "--url", server.url + "/api/v1",
               "-H", f"Origin: {server.url}", "--request-timeout", "60", "--no-color", "--max-examples", "25", "--seed", "8420",
               "--report", "junit", "--report-junit-path", str(tmp_path / "report.xml")]
    if cookie:
        command += ["-H", f"Cookie: {server.cookie}"]
    for operation in NOT_GENERATED:
        command += ["--exclude-operation-id", operation]
    result = subprocess.run([*command, *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=1500,
                            env={**os.environ, "PYTHONWARNINGS": "ignore"})
    assert result.returncode == 0, result.stdout[-20000:] + result.stderr[-2000:]


def test_every_operation_keeps_the_contract(server, tmp_path, long_run):
    # Without an account nobody else can sign in, so the checks of foreign credentials are in the access test instead.
    run(server, tmp_path, "--phases", "examples,coverage,fuzzing", "--exclude-checks",
        "ignored_auth,use_after_free,ensure_resource_availability", *(["--max-examples", "300"] if long_run else []))


def operations():
    contract = yaml.safe_load(CONTRACT.read_text())
    for path, item in contract["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield method.upper(), path, operation["x-alcove-access"]


@pytest.mark.parametrize("method,path,access", list(operations()))
@pytest.mark.parametrize("cookie", ["", "alcove_session=wrong"])
def test_nobody_gets_past_the_door(server, method, path, access, cookie):
    url = server.url + "/api/v1" + path.replace("{id}", "1").replace("{name}", "x") + "?unknown=1"
    request = urllib.request.Request(url, method=method, headers={"Origin": server.url, "Cookie": cookie})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            status, body = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        status, body = error.code, error.read()
    assert status == (400 if access == "none" else 401), body
    assert json.loads(body)["code"] in ("invalid_argument", "unauthenticated")


def test_the_command_lines_answers_keep_the_contract(server):
    status = server.cli_json("status")
    assert set(status["tasks"]) == {"waiting", "running", "failed", "skipped"}
    hit = server.cli_json("search", "landlord", "--mode", "keyword")["hits"][0]
    assert hit["path"] == "letter.txt" and isinstance(hit["snippet"], str) and hit["reasons"]
    assert pathlib.Path(hit["path"]).is_absolute() is False
