"""Starts the real server on a data folder of its own and talks to it over its socket, as the command line does."""
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BIN = pathlib.Path(os.environ.get("ALCOVE_BIN", ROOT / "build" / "dev" / "bin"))


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self._path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Problem(Exception):
    def __init__(self, status, body):
        super().__init__(f"{status}: {body}")
        self.status, self.body = status, body


class Alcove:
    """One server. Use as a context manager; the data folder goes with it unless `data` was given."""

    def __init__(self, libraries=(), data=None, arguments=(), prefix=(), environment=None, binaries=BIN):
        self.own_data = data is None
        self.data = pathlib.Path(data or tempfile.mkdtemp(prefix="alcove-test-"))
        self.binaries = binaries
        self.libraries, self.arguments, self.prefix = list(libraries), list(arguments), list(prefix)
        self.environment = {**os.environ, **(environment or {})}
        self.process, self.port = None, None
        self.log_path = self.data.parent / (self.data.name + ".log")

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        if self.own_data:
            shutil.rmtree(self.data, ignore_errors=True)
            self.log_path.unlink(missing_ok=True)

    def start(self, timeout_s=60):
        if not (self.binaries / "alcove").exists():
            pytest.skip("the server is not built")
        self.port = free_port()
        command = [*self.prefix, str(self.binaries / "alcove"), "serve", "--data", str(self.data), "--listen", f"127.0.0.1:{self.port}"]
        for library in self.libraries:
            command += ["--library", str(library)]
        command += self.arguments
        self.log = open(self.log_path, "ab")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log, env=self.environment, start_new_session=True)
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                self.api("GET", "/health", timeout_s=5)
                return self
            except (OSError, http.client.HTTPException):
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"the server did not start ({self.process.poll()}):\n{self.log_text()[-3000:]}") from None
                time.sleep(0.02)

    def stop(self, timeout_s=20):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                self.kill()
        self.process = None
        self.log.close()

    def kill(self):
        """kill -9 of the server; its workers must die with it."""
        self.process.kill()
        self.process.wait()
        self.process = None
        self.log.close()

    def log_text(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def api(self, method, path, /, body=None, timeout_s=120, **query):
        target = "/api/v1" + path + ("?" + urllib.parse.urlencode(query) if query else "")
        connection = _UnixConnection(self.data / "alcove.sock", timeout_s)
        try:
            headers = {"Content-Type": "application/json"} if body is not None else {}
            connection.request(method, target, json.dumps(body) if body is not None else None, headers)
            response = connection.getresponse()
            data = response.read()
        finally:
            connection.close()
        if response.status >= 400:
            raise Problem(response.status, data.decode(errors="replace"))
        if not data:
            return None
        return json.loads(data) if "json" in (response.getheader("Content-Type") or "") else data

    def cli(self, *arguments, check=True, timeout_s=600):
        """Runs the command line against this server; returns the completed process."""
        command = [str(BIN / "alcove"), *map(os.fsdecode, arguments), "--data", str(self.data)]
        result = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, env=self.environment)
        if check and result.returncode != 0:
            raise AssertionError(f"{command} ended with {result.returncode}:\n{result.stdout}\n{result.stderr}")
        return result

    def cli_json(self, *arguments, **options):
        return json.loads(self.cli(*arguments, "--json", **options).stdout)

    def wait(self, timeout_s=1800):
        """Everything on disk now has been seen, worked and indexed."""
        return self.cli_json("status", "--wait", timeout_s=timeout_s)

    def search(self, query, mode="hybrid", limit=10, **more):
        return self.api("GET", "/search", q=query, mode=mode, limit=limit, **more)

    def runs(self):
        return self.cli_json("status")["runs"]


def eventually(check, timeout_s=10, pause_s=0.05):
    """The first true result of `check`, or its last one after the time-out."""
    deadline = time.monotonic() + timeout_s
    while True:
        result = check()
        if result or time.monotonic() > deadline:
            return result
        time.sleep(pause_s)


def model_is_installed(server):
    return any(model["state"] == "installed" for model in server.api("GET", "/models")["models"])
