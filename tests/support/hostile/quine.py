"""A gzip file that unpacks to itself, after R. Cox, Zip Files All The Way Down (2010)."""
import binascii
import struct
import zlib


def _literal(size):
    return struct.pack("<BHH", 0, size, size ^ 0xFFFF)


class _Bits:
    def __init__(self):
        self.value, self.count = 0, 0

    def add(self, value, count):
        """Low bit first."""
        self.value |= value << self.count
        self.count += count

    def add_code(self, code, count):
        """A Huffman code: high bit first."""
        for bit in range(count - 1, -1, -1):
            self.add(code >> bit & 1, 1)


def _repeat(size, first):
    """Five bytes that repeat the last `size` bytes, as two matches of which the first has length `first` (all in 3 to 10, distance 17 to 24)."""
    bits = _Bits()
    bits.add(0b010, 3)  # not the last block, fixed codes
    for length in (first, size - first):
        assert 3 <= length <= 10 and 17 <= size <= 24
        bits.add_code(length - 2, 7)  # 257 + (length - 3), whose fixed code is its distance from 256
        bits.add_code(8, 5)
        bits.add(size - 17, 3)
    bits.add_code(0, 7)
    assert bits.count == 40
    return bits.value.to_bytes(5, "little")


def _build(crc):
    head = b"\x1f\x8b\x08\x08\0\0\0\0\0\x03r\0"
    l5, l17, l20, r17, r20 = _literal(5), _literal(17), _literal(20), _repeat(17, 7), _repeat(20, 10)
    final = _literal(0) + b"\x03\0"

    def build(tail):
        return (head + l17 + head + l17 + r17 + l5 + r17 + l5 + l5 + l20 + r17 + l5 + l5 + l20 + r20 + l20 + r20 + l20 + r20 + l20 + r20 +
                l20 + r20 + final + tail + r20 + final + tail)
    size = len(build(bytes(8)))
    return build(struct.pack("<II", crc, size))


def gzip_quine():
    """The checksum inside is found by solving 32 linear equations: CRC-32 is affine in the bits that hold it."""
    zero = binascii.crc32(_build(0))
    # Rows: bit i of crc(x) ^ x as a function of the bits of x; wanted: crc(x) ^ x = 0.
    columns = [binascii.crc32(_build(1 << bit)) ^ zero ^ (1 << bit) for bit in range(32)]
    rows = [(sum((columns[j] >> i & 1) << j for j in range(32)), zero >> i & 1) for i in range(32)]
    solution, pivots = 0, []
    for column in range(32):
        found = next((k for k in range(len(pivots), 32) if rows[k][0] >> column & 1), None)
        if found is None:
            continue
        place = len(pivots)
        rows[place], rows[found] = rows[found], rows[place]
        for k in range(32):
            if k != place and rows[k][0] >> column & 1:
                rows[k] = (rows[k][0] ^ rows[place][0], rows[k][1] ^ rows[place][1])
        pivots.append(column)
    assert all(value == 0 for mask, value in rows[len(pivots):] if mask == 0), "no checksum fits"
    for place, column in enumerate(pivots):
        solution |= rows[place][1] << column
    quine = _build(solution)
    assert zlib.decompress(quine, 31) == quine
    return quine
