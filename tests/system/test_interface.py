"""The interface as browsers and the command line meet it: set-up, sessions, contents, headers, secrets, start and end."""
import hashlib
import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import time

import pytest
from support.alcove import BIN, Alcove, Problem, eventually, free_port

PASSWORD = "correct horse battery staple"
HOSTILE = "<html><body><script>fetch('http://198.51.100.7/')</script><p>Fennel soup of the hostile page</p></body></html>"


class Browser:
    """A page's requests over TCP: its origin, and the cookie it was given."""

    def __init__(self, server):
        self.server, self.cookies = server, {}

    @property
    def cookie(self):
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def request(self, method, path, body=None, origin="own", **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if origin == "own":
            headers["Origin"] = self.server.url
        elif origin:
            headers["Origin"] = origin
        if self.cookie:
            headers["Cookie"] = self.cookie
        if body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(body)
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        response.data = response.read()
        connection.close()
        for cookie in response.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return response

    def api(self, method, path, body=None, **options):
        return self.request(method, "/api/v1" + path, body, **options)


def setup_token(server):
    return server.cli_json("setup-link")["url"].partition("#token=")[2]


def sign_up(server):
    browser = Browser(server)
    response = browser.api("POST", "/setup", {"token": setup_token(server), "name": "ada", "password": PASSWORD})
    assert response.status == 201, response.data
    return browser


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("interface") / "library"
    folder.mkdir()
    (folder / "plain.txt").write_text("0123456789 saffron\n" * 20_000)
    (folder / "hostile.html").write_text(HOSTILE)
    (folder / 'odd "name"\n.txt').write_text("an odd name")
    (folder / "sub").mkdir()
    (folder / "sub" / "ümlaut.md").write_text("# Title\n\nquince jelly\n")
    return folder


@pytest.fixture(scope="module")
def server(library):
    with Alcove([library]) as running:
        running.wait()
        yield running


@pytest.fixture(scope="module")
def owner(server):
    return sign_up(server)


def file_id(server, path):
    return server.cli_json("show", str(path))["id"]


def test_the_cookie_is_for_this_page_only(server, owner):
    response = Browser(server).api("POST", "/session", {"name": "ada", "password": PASSWORD})
    cookies = response.headers.get_all("Set-Cookie")
    assert len(cookies) == 2
    for name, cookie in zip(("session", "device"), cookies):
        assert re.fullmatch(rf"alcove_{name}=[A-Za-z0-9_-]{{43}}; Path=/; HttpOnly; SameSite=Strict; Max-Age=\d+", cookie)


def test_the_link_works_once(server, owner):
    assert Browser(server).api("POST", "/setup", {"token": "x", "name": "eve", "password": PASSWORD}).status == 409
    with pytest.raises(Problem) as refused:
        server.api("POST", "/setup/link")
    assert refused.value.status == 409


def test_sessions_are_listed_and_ended(server, owner):
    other = Browser(server)
    assert other.api("POST", "/session", {"name": "ada", "password": PASSWORD}, User_Agent="Other/1").status == 200
    sessions = json.loads(owner.api("GET", "/sessions").data)["sessions"]
    assert sum(session["current"] for session in sessions) == 1
    ended = next(session for session in sessions if session["user_agent"] == "Other/1")
    assert owner.api("DELETE", f"/sessions/{ended['id']}").status == 204
    assert other.api("GET", "/status").status == 401
    assert owner.api("DELETE", f"/sessions/{ended['id']}").status == 404


def test_signing_out_ends_the_session(server, owner):
    browser = Browser(server)
    browser.api("POST", "/session", {"name": "ada", "password": PASSWORD})
    secret = browser.cookies["alcove_session"]
    assert browser.api("DELETE", "/session").status == 204
    assert browser.cookies["alcove_session"] == ""
    browser.cookies["alcove_session"] = secret
    assert browser.api("GET", "/status").status == 401


def test_foreign_pages_and_hosts_are_refused(server, owner):
    assert owner.api("POST", "/work/resume", origin="http://evil.example").status == 403
    assert owner.api("POST", "/work/resume", origin=None).status == 403
    assert owner.api("POST", "/work/resume", origin=None, Sec_Fetch_Site="same-origin").status == 204
    assert owner.api("POST", "/work/resume", origin=None, Sec_Fetch_Site="cross-site").status == 403
    for host in ("evil.example", "evil.example:80"):
        assert owner.api("GET", "/health", Host=host).status == 403
        assert owner.request("GET", "/", Host=host).status == 403


def test_wrong_guesses_wait(server, owner):
    answers = [Browser(server).api("POST", "/session", {"name": "ada", "password": "wrong"}) for _ in range(6)]
    assert [answer.status for answer in answers][:4] == [401] * 4
    assert answers[4].status == 429 and int(answers[4].getheader("Retry-After")) >= 1
    # A device where the owner signed in before waits for nobody else's guesses, although the address is the same.
    assert owner.api("POST", "/session", {"name": "ada", "password": PASSWORD}).status == 200
    assert eventually(lambda: Browser(server).api("POST", "/session", {"name": "ada", "password": PASSWORD}).status == 200, 10, 0.3)


def test_the_operator_lets_people_in_at_once(server, owner):
    answers = [Browser(server).api("POST", "/session", {"name": "ada", "password": "wrong"}).status for _ in range(6)]
    assert answers[4] == 429
    server.cli("sessions", "clear-waits")
    assert Browser(server).api("POST", "/session", {"name": "ada", "password": PASSWORD}).status == 200
    assert owner.api("DELETE", "/session/waits").status == 403


def test_unknown_fields_and_parameters_are_named(server, owner):
    answer = owner.api("POST", "/libraries", {"path": "/x", "nmae": "y"})
    assert answer.status == 400 and json.loads(answer.data)["field"] == "/nmae"
    answer = owner.api("GET", "/search?q=x&limt=3")
    assert answer.status == 400 and json.loads(answer.data)["field"] == "limt"
    assert answer.getheader("Content-Type") == "application/problem+json"


def test_contents_are_served_whole_in_part_and_unchanged(server, owner, library):
    path = f"/files/{file_id(server, library / 'plain.txt')}/content"
    whole = owner.api("GET", path)
    assert whole.status == 200 and whole.data == (library / "plain.txt").read_bytes()
    assert whole.getheader("Content-Type").startswith("text/plain") and whole.getheader("Content-Disposition").startswith("inline")
    part = owner.api("GET", path, Range="bytes=11-17")
    assert (part.status, part.data) == (206, b"saffron")
    assert part.getheader("Content-Range") == f"bytes 11-17/{len(whole.data)}"
    assert owner.api("GET", path, If_None_Match=whole.getheader("ETag")).status == 304
    assert owner.api("GET", path, Range="bytes=99999999-").status == 416
    assert owner.api("GET", path, Range="bytes=0-0", If_Range='"other"').status == 200
    head = owner.api("HEAD", path)
    assert head.data == b"" and int(head.getheader("Content-Length")) == len(whole.data)


def test_hostile_contents_run_nothing(server, owner, library):
    answer = owner.api("GET", f"/files/{file_id(server, library / 'hostile.html')}/content")
    assert answer.getheader("Content-Security-Policy").startswith("sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'")
    assert answer.getheader("X-Content-Type-Options") == "nosniff"
    assert answer.getheader("Content-Disposition").startswith("attachment")
    assert answer.getheader("Content-Type") == "application/octet-stream"
    assert answer.getheader("Cross-Origin-Resource-Policy") == "same-origin"


def test_a_name_cannot_forge_a_header(server, owner, library):
    answer = owner.api("GET", f"/files/{file_id(server, library / ('odd ' + chr(34) + 'name' + chr(34) + chr(10) + '.txt'))}/content")
    assert answer.getheader("Content-Disposition") == "inline; filename=\"odd _name__.txt\"; filename*=UTF-8''odd%20%22name%22%0A.txt"


def test_folders_are_listed_in_pages(server, owner):
    library_id = server.api("GET", "/libraries")["libraries"][0]["id"]
    names, after = [], None
    while True:
        page = server.api("GET", f"/libraries/{library_id}/list", limit=1, **({"after": after} if after else {}))
        names += [entry["name"] for entry in page["folders"] + page["files"]]
        after = page.get("next_after")
        if not after:
            break
    assert sorted(names) == sorted(["sub", "plain.txt", "hostile.html", 'odd "name"\n.txt'])
    assert [entry["path"] for entry in server.api("GET", f"/libraries/{library_id}/list", path="sub")["files"]] == ["sub/ümlaut.md"]


def test_text_starts_at_the_passage(server, library):
    file = file_id(server, library / "plain.txt")
    text = server.api("GET", f"/files/{file}/text", at_passage=3)
    assert text["passages"][0]["index"] == 3
    lines = {line for block in text["blocks"] for line in range(block["place"]["line_first"], block["place"]["line_last"] + 1)}
    assert text["passages"][0]["place"]["line_first"] in lines


def test_events_tell_the_status(server, owner):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request("GET", "/api/v1/events", headers={"Cookie": owner.cookie})
    response = connection.getresponse()
    assert response.status == 200 and response.getheader("Content-Type") == "text/event-stream"
    assert response.readline() == b"event: status\n"
    status = json.loads(response.readline().removeprefix(b"data: "))
    assert status["tasks"]["waiting"] == 0
    connection.close()


def test_the_page_answers_with_its_own_policy(server):
    answer = Browser(server).request("GET", "/some/route")
    assert answer.status == 200 and b"<html" in answer.data.lower()
    policy = answer.getheader("Content-Security-Policy")
    assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy
    assert Browser(server).request("GET", "/../../etc/passwd").status in (400, 404)
    assert Browser(server).request("GET", "/%2e%2e/%2e%2e/etc/passwd").status == 404


def test_no_secret_reaches_the_log(library, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    with Alcove([library], data=data) as server:
        assert eventually(lambda: re.search(r"#token=\S+\n", server.log_text()), 30)
        token = re.search(r"#token=(\S+)", server.log_text()).group(1)
        browser = Browser(server)
        assert browser.api("POST", "/setup", {"token": "wrong", "name": "ada", "password": PASSWORD}).status == 403
        assert browser.api("POST", "/setup", {"token": token, "name": "ada", "password": PASSWORD}).status == 201
        secret, device = browser.cookies["alcove_session"], browser.cookies["alcove_device"]
        browser.api("POST", "/session", {"name": "ada", "password": "wrong " + PASSWORD})
        browser.api("POST", "/session", {"name": "ada", "password": PASSWORD, "more": 1})
        browser.api("GET", "/search?q=mysecretquery&bad=1")
        browser.api("GET", "/nothing?token=" + secret)
        second = browser.cookies["alcove_session"]
    log = server.log_text()
    # The link is printed once, for the person who starts the server; nothing else ever is.
    assert log.count(token) == 1
    for word in (PASSWORD, secret, second, device, "mysecretquery"):
        assert word not in log
    stored = b"".join(path.read_bytes() for path in data.rglob("catalog.db*"))
    for word in (PASSWORD, secret, second, device, token):
        assert word.encode() not in stored


def test_the_server_stops_within_five_seconds(library):
    with Alcove([library]) as server:
        owner = sign_up(server)
        listener = socket.create_connection(("127.0.0.1", server.port))
        listener.sendall(f"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nCookie: {owner.cookie}\r\n\r\n".encode())
        listener.recv(100)
        half = socket.create_connection(("127.0.0.1", server.port))
        half.sendall(b"GET / HTTP/1.1\r\nHo")
        server.api("POST", "/work/pause")
        (library / "late.txt").write_text("late")
        waiting = subprocess.Popen([BIN / "alcove", "status", "--wait", "--data", server.data], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.5)
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(10) == 0
        assert time.monotonic() - began < 5
        assert waiting.wait(10) != 0
        (library / "late.txt").unlink()


def test_without_a_server_the_command_line_says_so(tmp_path):
    run = lambda *words: subprocess.run([BIN / "alcove", *words, "--data", tmp_path / "data"], capture_output=True, text=True, timeout=60)
    for words in (("status",), ("search", "x"), ("library", "list"), ("pause",), ("setup-link",)):
        result = run(*words)
        assert result.returncode == 3 and "No Alcove server runs" in result.stderr, (words, result)
    assert run("doctor").returncode == 1
    assert run("nonsense").returncode == 2
    assert run("search", "x", "--mode", "psychic").returncode == 2
    for words in (("serve",), ("library", "add"), ("status",), ("search",), ("models", "list")):
        result = subprocess.run([BIN / "alcove", *words, "--help"], capture_output=True, text=True, timeout=60)
        assert result.returncode == 0 and "--data" in result.stdout and "--json" in result.stdout


def test_doctor_works_on_a_stopped_server(library, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    with Alcove([library], data=data) as server:
        server.wait()
        assert server.cli_json("doctor", "--deep", check=False)["findings"]
        second = subprocess.run([BIN / "alcove", "serve", "--data", data, "--listen", f"127.0.0.1:{free_port()}"], capture_output=True, text=True, timeout=60)
        assert second.returncode == 1 and "alcove:" in second.stderr
    result = subprocess.run([BIN / "alcove", "doctor", "--deep", "--json", "--data", data], capture_output=True, text=True, timeout=60)
    report = json.loads(result.stdout)
    assert result.returncode == 0 and report["healthy"], report
    assert {finding["area"] for finding in report["findings"]} >= {"disk", "catalog", "artefacts"}


def https(port, method, path, body=None, **headers):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    certificate, version = connection.sock.getpeercert(True), connection.sock.version()
    return connection.getresponse(), certificate, version


def test_beyond_loopback_only_https(tmp_path):
    data, port = tmp_path / "data", free_port()
    log = open(tmp_path / "log", "w+")
    process = subprocess.Popen([BIN / "alcove", "serve", "--data", data, "--listen", f"0.0.0.0:{port}", "--name", "nas.test"], stdout=log, stderr=log)
    try:
        assert eventually(lambda: "#token=" in (tmp_path / "log").read_text(), 30)
        answer, certificate, version = https(port, "GET", "/api/v1/state", Host=f"nas.test:{port}")
        assert answer.status == 200 and json.loads(answer.read())["setup_needed"]
        assert version in ("TLSv1.2", "TLSv1.3")
        assert https(port, "GET", "/api/v1/state", Host="evil.example")[0].status == 403
        plain = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        with pytest.raises((http.client.HTTPException, OSError)):
            plain.request("GET", "/api/v1/health")
            plain.getresponse()
        text = (tmp_path / "log").read_text()
        assert ":".join(f"{byte:02X}" for byte in hashlib.sha256(certificate).digest()) in text
        assert f"https://nas.test:{port}/setup#token=" in text
        body = json.dumps({"token": re.search(r"#token=(\S+)", text).group(1), "name": "ada", "password": PASSWORD})
        answer, _, _ = https(port, "POST", "/api/v1/setup", body, Host=f"nas.test:{port}", Origin=f"https://nas.test:{port}", Content_Type="application/json")
        cookie = answer.getheader("Set-Cookie")
        assert cookie.startswith("__Host-alcove_session=") and cookie.endswith("; Secure")
        assert (data / "tls" / "private_key.pem").stat().st_mode & 0o777 == 0o600
    finally:
        process.terminate()
        process.wait(10)


def test_the_data_folder_is_private(tmp_path, library):
    data = tmp_path / "fresh"
    data.mkdir(mode=0o755)
    with Alcove([library], data=data) as server:
        server.wait()
        assert (data / "alcove.sock").stat().st_mode & 0o777 == 0o600
        everything = [data, *data.rglob("*")]
        assert {"indexes", "artefacts", "backups"} <= {path.name for path in everything}
        loose = [path for path in everything if path.lstat().st_mode & 0o077]
        assert not loose, loose
