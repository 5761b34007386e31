"""The decode worker without a server: orders go to alcove_decode_trial, one line each."""
import json
import pathlib
import subprocess

import pytest
from support.alcove import BIN


class Trial:
    def __init__(self):
        program = BIN / "alcove_decode_trial"
        if not program.exists():
            pytest.skip("alcove_decode_trial is not built")
        self.process = subprocess.Popen([program, BIN / "alcove-worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(30)

    def ask(self, path, name=None, **order):
        order = {"path": str(path), "name": name or pathlib.Path(path).name, **order}
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, f"the trial ended with {self.process.wait(30)} at {order}"
        return json.loads(answer)
