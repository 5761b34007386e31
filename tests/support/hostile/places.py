"""What is hostile about a folder: names, things that are no files, holes, and files that change while they are read."""
import os
import pathlib
import random
import socket
import stat
import threading

GOOD = "heliotrope"
SPARSE_BYTES = 4 << 30
DEEP = 120


def write_names(folder):
    """Files whose names are not UTF-8, full length, control characters or markup; gives their paths as bytes."""
    folder = os.fsencode(folder)
    names = [b"\xff\xfe latin \xe9.txt", b"\xed\xa0\x80 surrogate.txt", b"cut \xc3", b"n" * 251 + b".txt", b"line\nfeed.txt", b"\x1b[31mred.txt", b"bell\x07.txt",
             b"<img src=x onerror=alert(1)>.txt", b"\"quoted' `name`.txt", b"$(touch run).txt", b"-rf.txt", b"%00%2e%2e.txt", b"\xe2\x80\xaetxt.exe",
             b" leading.txt", b"trailing .txt ", b"CON.txt", b"nul", "e\u0301.txt".encode(), "\u00e9.txt".encode(), b"two..dots..txt", b"a;b|c&d.txt"]
    paths = []
    for number, name in enumerate(names):
        paths.append(os.path.join(folder, name))
        with open(paths[-1], "w") as file:
            file.write(f"{GOOD} in a file with the odd name number{number:02d}name.")
    deep = os.path.join(folder, *[b"deeper"] * DEEP)
    os.makedirs(deep)
    paths.append(os.path.join(deep, b"bottom.txt"))
    with open(paths[-1], "w") as file:
        file.write(f"{GOOD} at the bottom")
    return paths


def write_no_files(folder, outside):
    """Pipes, sockets, devices and links; gives what could not be made here. `outside` is a file that no link may lead to."""
    missing = []
    os.mkfifo(folder / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "socket.txt"))
    for name, number in (("null.txt", (1, 3)), ("zero.txt", (1, 5)), ("disk.txt", (8, 0))):
        try:
            os.mknod(folder / name, 0o666 | (stat.S_IFBLK if name == "disk.txt" else stat.S_IFCHR), os.makedev(*number))
        except PermissionError:
            missing.append(name)
    for name, target in {"to_outside.txt": outside, "to_itself.txt": "to_itself.txt", "to_pair_a": "to_pair_b", "to_pair_b": "to_pair_a", "to_above": "..",
                         "to_root": "/", "to_nothing.txt": "nowhere", "to_system.txt": "/etc/passwd", "to_self": "/proc/self"}.items():
        (folder / name).symlink_to(target)
    return missing


def write_sparse(folder, kinds):
    """4 GiB that take no space, with beginnings of several kinds, of which the first `kinds` are written."""
    heads = {"sparse.txt": b"heliotrope at the beginning of a hole\n", "sparse.zip": b"PK\3\4", "sparse.pdf": b"%PDF-1.4\n", "sparse.bin": b"", "sparse.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
             "sparse.mbox": b"From a@example.com Mon Jan  1 10:00:00 2024\nSubject: heliotrope\n\nx\n"}
    for name, head in list(heads.items())[:kinds]:
        with open(folder / name, "wb") as file:
            file.write(head)
            file.truncate(SPARSE_BYTES)


class Restless(threading.Thread):
    """Appends to, cuts, replaces, removes and rewrites files of a folder until it is told to stop, then leaves each whole."""

    def __init__(self, folder, whole, seed):
        super().__init__(daemon=True)
        self.paths = {folder / f"restless{number}{pathlib.Path(name).suffix}": content for number, (name, content) in enumerate(sorted(whole.items()))}
        self.random, self.over, self.changes = random.Random(seed), threading.Event(), 0

    def run(self):
        while not self.over.wait(0.005):
            path = self.random.choice(list(self.paths))
            getattr(self, self.random.choice(("append", "cut", "replace", "remove", "rewrite")))(path)
            self.changes += 1

    def append(self, path):
        with open(path, "ab") as file:
            file.write(self.random.randbytes(5_000))

    def cut(self, path):
        if path.exists():
            os.truncate(path, self.random.randrange(path.stat().st_size + 1))

    def replace(self, path):
        new = path.with_name("." + path.name)
        new.write_bytes(self.paths[path])
        new.replace(path)

    def remove(self, path):
        path.unlink(missing_ok=True)

    def rewrite(self, path):
        path.write_bytes(self.paths[path])

    def stop(self):
        self.over.set()
        self.join()
        for path in self.paths:
            self.replace(path)
