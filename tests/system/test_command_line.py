"""The command line and the ways to start the server: words, options, errors and what reaches the terminal."""
import json
import os
import re
import socket
import ssl
import subprocess
import threading

import pytest
from support.alcove import BIN, Alcove, eventually, free_port

ESCAPE = "evil \x1b]0;title\x07 \x7f \u009b31m.txt"


def run(*words, timeout=60, **options):
    return subprocess.run([BIN / "alcove", *words], capture_output=True, text=True, timeout=timeout, **options)


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("words") / "library"
    folder.mkdir()
    (folder / "red.txt").write_text("apple pie with cinnamon and a draft of air")
    (folder / "green.txt").write_text("apple pie with rhubarb, kept hotel style")
    (folder / ESCAPE).write_text("quince jelly\twith a tab\nand a second line")
    return folder


@pytest.fixture(scope="module")
def server(library):
    with Alcove([library]) as running:
        running.wait()
        yield running


def found(server, *words):
    return {hit["path"] for hit in server.cli_json("search", *words, "--mode", "keyword")["hits"]}


def test_a_query_is_all_that_is_no_option(server):
    assert found(server, "apple pie") == {"red.txt", "green.txt"}
    assert server.cli_json("search", "apple", "rhubarb")["query"] == "apple rhubarb"
    assert found(server, "apple", "-draft") == {"green.txt"}
    assert found(server, "-hotel", "apple") == {"red.txt"}
    assert server.cli_json("search", "-draft", "apple", "--limit", "1")["query"] == "apple -draft"
    assert json.loads(run("search", "--json", "--data", server.data, "--", "apple", "--strange").stdout)["query"] == "apple --strange"
    for words in (("search", "apple", "--limt", "1"), ("search",)):
        assert server.cli(*words, check=False).returncode == 2, words
    assert "QUERY" in run("search", "--help").stdout


def test_common_options_stand_anywhere(server):
    for words in (["library", "--data", server.data, "--json", "list"], ["library", "list", "--json", "--data", server.data],
                  ["--data", server.data, "library", "list", "--json"], ["sessions", "--data", server.data, "--json", "list"]):
        result = run(*words)
        assert result.returncode == 0 and isinstance(json.loads(result.stdout), dict), (words, result)


def test_a_name_says_nothing_to_the_terminal(server, library):
    for words in (("search", "quince", "--mode", "keyword"), ("show", library / ESCAPE), ("text", library / ESCAPE), ("show", library / "no \x1b[2J such")):
        result = server.cli(*words, check=False)
        shown = result.stdout + result.stderr
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\x80-\x9f]", shown), (words, shown)
    assert "\\u001b]0;title\\u0007" in server.cli("search", "quince", "--mode", "keyword").stdout
    assert server.cli("text", library / ESCAPE).stdout.count("\n") >= 2
    assert server.cli_json("show", library / ESCAPE)["name"] == ESCAPE


def test_the_status_lists_what_confines_each_worker(server):
    text = server.cli("status").stdout
    for worker in server.cli_json("status")["workers"]:
        for means in worker["confinement"]:
            assert means["means"] in text and means["reason"] in text
    assert text.count("Confined by: ") == len([worker for worker in server.cli_json("status")["workers"] if worker["confinement"]])


def test_models_are_those_of_the_running_server(server, tmp_path):
    models = server.cli_json("models", "list")["models"]
    assert models and all(isinstance(model["active"], bool) for model in models)
    assert models == server.api("GET", "/models")["models"]
    empty = server.cli_json("models", "list", "--models", str(tmp_path))["models"]
    assert {model["state"] for model in empty} == {"missing"}
    assert run("models", "list", "--json", "--data", str(tmp_path / "none")).returncode == 0


def test_a_refusal_that_is_no_json_is_told_as_it_is(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    other = socket.socket(socket.AF_UNIX)
    other.bind(str(data / "alcove.sock"))
    other.listen()

    def answer():
        connection, _ = other.accept()
        connection.recv(10_000)
        connection.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 5\r\n\r\n<html")
        connection.close()

    thread = threading.Thread(target=answer)
    thread.start()
    result = run("status", "--data", str(data))
    thread.join()
    assert result.returncode == 1 and "502" in result.stderr, result
    other.close()
    # The socket is left behind: nobody listens there any more.
    result = run("status", "--data", str(data))
    assert result.returncode == 3 and "No Alcove server runs" in result.stderr, result


def test_a_data_folder_may_lie_deep(library, tmp_path):
    data = tmp_path / ("d" * 100) / ("e" * 100)
    data.mkdir(parents=True)
    arguments = ["--data", str(data), "--listen", f"127.0.0.1:{free_port()}"]
    with open(tmp_path / "log", "w") as log:
        process = subprocess.Popen([BIN / "alcove", "serve", *arguments], stdout=log, stderr=log)
    try:
        assert eventually(lambda: run("status", "--data", str(data)).returncode == 0, 30, 0.2), (tmp_path / "log").read_text()
    finally:
        process.terminate()
        assert process.wait(20) == 0


def test_options_that_contradict_are_refused(tmp_path):
    for words in (("--cert", "x"), ("--key", "x"), ("--cert", "x", "--key", "y", "--plain-http-on-lan")):
        result = run("serve", "--data", str(tmp_path / "data"), "--listen", "127.0.0.1:0", *words)
        assert result.returncode == 1 and "--cert" in result.stderr, result


def test_a_given_certificate_is_used_on_loopback_and_the_link_has_the_real_port(tmp_path):
    made, log = tmp_path / "made", tmp_path / "log"
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-subj", "/CN=localhost", "-days", "2"], check=True, capture_output=True)
    with open(log, "w") as output:
        process = subprocess.Popen([BIN / "alcove", "serve", "--data", made, "--listen", "127.0.0.1:0", "--cert", certificate, "--key", key], stdout=output, stderr=output)
    try:
        assert eventually(lambda: "#token=" in log.read_text(), 30)
        port = int(re.search(r"https://127\.0\.0\.1:(\d+)/setup#token=", log.read_text()).group(1))
        assert port != 0
        context = ssl.create_default_context(cafile=str(certificate))
        context.check_hostname = False
        with socket.create_connection(("127.0.0.1", port)) as plain, context.wrap_socket(plain) as secure:
            assert secure.version() in ("TLSv1.2", "TLSv1.3")
        link = run("setup-link", "--data", str(made)).stdout
        assert f"https://127.0.0.1:{port}/setup#token=" in link
        assert os.stat(made).st_mode & 0o077 == 0
    finally:
        process.terminate()
        process.wait(20)
