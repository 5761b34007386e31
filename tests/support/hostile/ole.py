"""Compound files (.doc, .xls, .ppt, .msg) whose chains and trees run in circles, made from the small seeds of the fuzzers."""
import pathlib
import struct

from .case import case

SEEDS = pathlib.Path(__file__).resolve().parents[3] / "tests" / "data" / "fuzz"
END = 0xFFFFFFFE


class _Compound:
    def __init__(self, content):
        self.bytes = bytearray(content)
        self.sector = 1 << self.u16(30)

    def u16(self, at):
        return struct.unpack_from("<H", self.bytes, at)[0]

    def u32(self, at):
        return struct.unpack_from("<I", self.bytes, at)[0]

    def put(self, at, *values):
        struct.pack_into(f"<{len(values)}I", self.bytes, at, *values)
        return self

    def place(self, sector):
        return (sector + 1) * self.sector

    def table(self):
        """Where the first sector of the allocation table lies."""
        return self.place(self.u32(76))

    def entries(self):
        """Where the entries of the directory lie; its chain is followed by the table."""
        sector, places = self.u32(48), []
        while sector < 0xFFFFFFF0 and len(places) < 1000:
            places += [self.place(sector) + n * 128 for n in range(self.sector // 128)]
            sector = self.u32(self.table() + 4 * sector)
        return places


def _variants():
    def chains_to(target):
        def change(file):
            for n in range(file.sector // 4):
                if file.u32(file.table() + 4 * n) <= END:
                    file.put(file.table() + 4 * n, target(n))
        return change

    def tree(fields):
        def change(file):
            for n, at in enumerate(file.entries()):
                file.put(at + 68, *fields(n))
        return change

    def sizes(file):
        for at in file.entries()[1:]:
            file.put(at + 120, 0xFFFFFFFF, 0x7FFFFFFF)

    def starts(file):
        for at in file.entries()[1:]:
            file.put(at + 116, file.u32(48))
    return {
        "chain_to_itself": chains_to(lambda n: n),
        "chain_to_first": chains_to(lambda n: 0),
        "chain_pairs": chains_to(lambda n: n ^ 1),
        "chain_beyond": chains_to(lambda n: 0x7FFFFFFF),
        "tree_to_itself": tree(lambda n: (n, n, n)),
        "tree_to_root": tree(lambda n: (0, 0, 0)),
        "tree_pairs": tree(lambda n: (n ^ 1, n ^ 1, 1)),
        "huge_streams": sizes,
        "streams_in_directory": starts,
        "more_tables_in_circle": lambda file: file.put(68, 0, 0x7FFFFFFF),
        "more_tables_everywhere": lambda file: file.put(76, *[file.u32(76)] * 109),
        "small_table_in_circle": lambda file: file.put(60, file.u32(48), 0xFFFFFFFF),
        "small_cutoff": lambda file: file.put(56, 0xFFFFFFFF),
        "sector_shift": lambda file: file.bytes.__setitem__(slice(30, 34), b"\x1f\0\x1f\0"),
        "sector_shift_large": lambda file: file.bytes.__setitem__(slice(30, 34), b"\xff\xff\xff\xff"),
        "no_sectors": lambda file: file.bytes.__delitem__(slice(512, None)),
    }


def _changed(seed, change):
    file = _Compound(seed.read_bytes())
    change(file)
    return bytes(file.bytes)


def cases():
    seeds = [SEEDS / "compound_file_fuzz" / f"small.{kind}" for kind in ("doc", "xls", "ppt")] + [SEEDS / "msg_fuzz" / "small.msg"]
    return [case(f"{name}{seed.suffix}", lambda seed=seed, change=change: _changed(seed, change)) for seed in seeds for name, change in _variants().items()]
