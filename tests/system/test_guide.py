"""The user guide tells the truth: its commands run, in its order, and its formats are those that are read."""
import json
import os
import re
import shutil
import subprocess
import urllib.request

from support.alcove import BIN, ROOT, Alcove

GUIDE = (ROOT / "docs" / "guide" / "README.md").read_text(encoding="utf-8")


def open_link(server, link):
    """What the reader does with it: chooses a name and a password."""
    body = {"token": link.strip().partition("#token=")[2], "name": "ada", "password": "a long enough sentence"}
    request = urllib.request.Request(server.url + "/api/v1/setup", json.dumps(body).encode(),
                                     {"Content-Type": "application/json", "Origin": server.url})
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 201


def test_every_command_of_the_guide_runs(tmp_path):
    home = tmp_path / "home"
    shutil.copytree(ROOT / "samples", home / "Documents")
    commands = [line for block in re.findall(r"^```sh\n(.*?)^```", GUIDE, re.M | re.S) for line in block.splitlines() if line.strip()]
    assert len(commands) > 20
    data = tmp_path / "data"
    data.mkdir()
    with Alcove([home / "Documents"], data=data) as server:
        server.wait()
        environment = {**os.environ, "HOME": str(home), "ALCOVE_DATA": str(data), "PATH": f"{BIN}:{os.environ['PATH']}"}
        for command in commands:
            result = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True, timeout=300, check=False)
            assert result.returncode == 0, f"{command}\n{result.stdout}\n{result.stderr}"
            if command == "alcove setup-link":
                open_link(server, result.stdout)
            if command.startswith("alcove search"):
                assert "Nothing found" not in result.stdout, command
                assert "Note:" not in result.stdout, f"{command}\n{result.stdout}"


def test_the_examples_of_queries_are_understood():
    with Alcove() as server:
        table = GUIDE[GUIDE.index("| you type | it means |"):].split("\n\n")[0]
        queries = [query for row in table.splitlines()[2:] for query in re.findall(r"`([^`]+)`", row.split("|")[1])]
        assert len(queries) > 20
        for query in queries:
            notes = [note["message"] for note in server.search(query, mode="keyword")["notes"]]
            assert not [note for note in notes if "was found" not in note and "No word fits" not in note], f"{query}: {notes}"
