"""Archives that grow, nest, lie and point outside."""
import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zlib

from . import zips
from .case import case
from .quine import gzip_quine

MIB = 1 << 20
GOOD = b"The good member speaks of marigold."


def _gz(content):
    return gzip.compress(content, 9, mtime=0)


def _zst_zeros(count):
    """`count` frames of 128 KiB zeros each: one block of one repeated byte."""
    size = 128 * 1024
    header = struct.pack("<IBBI", 0xFD2FB528, 0xA0, 0, 0)[:5] + struct.pack("<I", size)  # single segment, four bytes of content size
    block = struct.pack("<I", (size << 3) | 0b011)[:3] + b"\0"
    return (header + block) * count


def _tar_header(name, size=0, kind=b"0", link=b"", size_field=None, more=b""):
    field = size_field if size_field is not None else b"%011o\0" % size
    head = name[:100].ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + field + b"14000000000\0" + b" " * 8 + kind + link[:100].ljust(100, b"\0")
    head += b"ustar\0" + b"00" + bytes(32) * 2 + bytes(16)
    head = (head + more)[:512].ljust(512, b"\0")
    return head[:148] + b"%06o\0 " % sum(head) + head[156:]


def _tar_member(name, content, **more):
    return _tar_header(name, len(content), **more) + content + bytes(-len(content) % 512)


def _tar_tricks():
    good = _tar_member(b"good.txt", GOOD)
    return (_tar_member(b"../../etc/escaped.txt", b"foxglove") + _tar_member(b"/etc/absolute.txt", b"foxglove") +
            _tar_header(b"link", kind=b"2", link=b"/etc/passwd") + _tar_header(b"hard", kind=b"1", link=b"/etc/passwd") +
            _tar_header(b"null", kind=b"3") + _tar_header(b"disk", kind=b"4") + _tar_header(b"pipe", kind=b"6") +
            _tar_member(b"caf\xe9.txt", b"foxglove") + good + bytes(1024))


def _tar_long_name(size):
    """A GNU name that says it is `size` bytes long."""
    return _tar_header(b"././@LongLink", kind=b"L", size_field=b"\x80" + size.to_bytes(11, "big")) + b"a/" * 2046 + b".txt" + _tar_member(b"good.txt", GOOD) + bytes(1024)


def _tar_pax(record):
    return _tar_member(b"pax", record, kind=b"x") + _tar_member(b"good.txt", GOOD) + bytes(1024)


def _tar_sparse():
    """Old GNU sparse file: one byte of data at the end of what is said to be 1 TiB."""
    real = 1 << 40
    more = bytes(41) + b"\x80" + (real - 1).to_bytes(11, "big") + b"%011o\0" % 1 + bytes(24 * 3) + b"\0\x80" + real.to_bytes(11, "big")
    head = bytearray(_tar_header(b"sparse.txt", 1, kind=b"S"))
    head[257:265] = b"ustar  \0"
    head[345:345 + len(more)] = more
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head) + b"x".ljust(512, b"\0") + _tar_member(b"good.txt", GOOD) + bytes(1024)


def _many_in_tar_gz(thousands):
    block = b"".join(_tar_header(b"member%03d.txt" % number) for number in range(1000))
    return _gz(block) * thousands + _gz(bytes(1024))


def _many_in_zip(count):
    template = zips.local_header(zips.Member(b"m%07d" % 0))
    entry = zips.directory_entry(zips.Member(b"m%07d" % 0), 0)
    bodies, entries = [], []
    for number in range(count):
        name = b"m%07d" % number
        bodies.append(template[:30] + name)
        entries.append(entry[:42] + struct.pack("<I", number * 38) + name)
    body = b"".join(bodies)
    return body + zips.end_of(b"".join(entries), len(body), count)


def zip_tricks():
    names = [b"../../etc/escaped.txt", b"/etc/absolute.txt", b"C:\\Windows\\drive.txt", b"..\\..\\back.txt", b"nul\0inside.txt", b"CON", b"aux.txt",
             b"\xff\xfe\xfd.txt", b"long/" * 3000 + b"end.txt", b"", b".", b"..", b"trailing. . .", b"turn\xe2\x80\xaegnp.exe", b"line\nbreak.txt",
             b"~/.ssh/authorized_keys", b"COM1.txt"]
    members = [zips.stored(name, b"foxglove") for name in names]
    members.append(zips.stored(b"link", b"/etc/passwd", mode=0o120777))
    members.append(zips.stored(b"good.txt", GOOD))
    return zips.zip_of(members)


def _zip64_lies():
    """The ZIP64 record says: 2^62 members, in a directory of 2^62 bytes."""
    body = zips.zip_of([zips.stored(b"good.txt", GOOD)])[:-22]
    record = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1 << 62, 1 << 62, 1 << 62, 1 << 62)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, len(body), 1)
    return body + record + locator + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)


def seven_zip(content, size=None, count=1, names=None):
    """A minimal 7z: one folder with one LZMA coder and a plain header."""
    def number(value):
        for extra in range(8):
            if value < 1 << (7 * (extra + 1)):
                first = (0xFF << (8 - extra)) & 0xFF | value >> (8 * extra)
                return bytes([first]) + (value & ((1 << 8 * extra) - 1)).to_bytes(extra, "little")
        return b"\xff" + value.to_bytes(8, "little")
    packed = lzma.compress(content, format=lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16, "lc": 3, "lp": 0, "pb": 2,
                                                                      "mode": lzma.MODE_FAST, "mf": lzma.MF_HC3, "depth": 1, "nice_len": 273}])
    size = len(content) if size is None else size
    coder = b"\x23\x03\x01\x01\x05\x5d" + struct.pack("<I", 1 << 16)
    unpacked = b"\x07\x0b" + number(1) + b"\0" + number(1) + coder + b"\x0c" + number(size) + b"\0"
    streams = b"\x04\x06" + number(0) + number(1) + b"\x09" + number(len(packed)) + b"\0" + unpacked + b"\x08\0\0"
    encoded = b"".join(name.encode("utf-16-le") + b"\0\0" for name in (names or ["inside.txt"]))
    files = b"\x05" + number(count) + b"\x11" + number(len(encoded) + 1) + b"\0" + encoded + b"\0"
    header = b"\x01" + streams + files + b"\0"
    start = struct.pack("<QQI", len(packed), len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack("<I", zlib.crc32(start)) + start + packed + header


def rar5(size_declared, content):
    """One stored member whose unpacked size is a lie."""
    def vint(value):
        out = b""
        while value > 0x7F:
            out += bytes([value & 0x7F | 0x80])
            value >>= 7
        return out + bytes([value])

    def block(body):
        sized = vint(len(body)) + body
        return struct.pack("<I", zlib.crc32(sized)) + sized
    name = b"inside.txt"
    main = block(vint(1) + vint(0) + vint(0))
    file = block(vint(2) + vint(2) + vint(len(content)) + vint(0) + vint(size_declared) + vint(0o644) + vint(0) + vint(1) + vint(len(name)) + name)
    return b"Rar!\x1a\x07\x01\0" + main + file + content + block(vint(5) + vint(0) + vint(0))


def _bombs_in_zip(count):
    """Many bombs side by side, each a content of its own."""
    zeros = _gz(bytes(8 * MIB)) * 25
    return zips.zip_of([zips.deflated(b"bomb%02d.gz" % number, _gz(b"%02d" % number) + zeros) for number in range(count)])


def _symlink_tar_python():
    """Made by a real program: a link into the folder above, then a file through the link."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        link = tarfile.TarInfo("folder")
        link.type, link.linkname = tarfile.SYMTYPE, "../../../tmp"
        tar.addfile(link)
        for name, content in (("folder/through.txt", b"foxglove"), ("good.txt", GOOD)):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def cases():
    zeros = bytes(32 * MIB)
    return [
        case("zeros.gz", lambda: _gz(bytes(8 * MIB)) * 128, "bomb expanded_limit too_large"),
        case("zeros.bz2", lambda: bz2.compress(bytes(8 * MIB)) * 512, "bomb"),
        case("zeros.lzma", lambda: lzma.compress(zeros * 8, format=lzma.FORMAT_ALONE, preset=0), "bomb"),
        # libarchive's reader of this ends with a signal; the file stays unread.
        case("cut.Z", lambda: b"\x1f\x9d\x90" + bytes(5), "unsupported_type"),
        case("zeros.xz", lambda: lzma.compress(zeros) * 32, "bomb"),
        case("zeros.zst", lambda: _zst_zeros(65_536), "bomb"),
        case("zeros.tar.gz", lambda: _gz(_tar_header(b"zeros.txt", 0, size_field=b"%011o\0" % (4 << 30))) + _gz(zeros) * 128,
             "bomb expanded_limit too_large"),
        case("zeros.7z", lambda: seven_zip(bytes(96 * MIB)), "bomb"),
        case("flate.zip", lambda: zips.zip_of([zips.repeated(b"zeros.txt", bytes(MIB), 3000), zips.stored(b"good.txt", GOOD)]),
             "bomb too_large", "marigold"),
        case("same_kernel.zip", lambda: zips.same_kernel(20_000, 4 * MIB), "expanded_limit time_limit damaged bomb unsupported_type"),
        case("overlapping.zip", lambda: zips.overlapping(1_000, MIB), "expanded_limit time_limit damaged"),
        case("bombs_side_by_side.zip", lambda: _bombs_in_zip(12)),
        case("nested_100.zip", lambda: zips.nested(100, GOOD)),
        case("quine.gz", gzip_quine),
        case("seventy_thousand.zip", lambda: _many_in_zip(70_000), "members_limit"),
        case("million.zip", lambda: _many_in_zip(1_000_000), "members_limit too_large", slow=True),
        case("forty_thousand.tar.gz", lambda: _many_in_tar_gz(40), "members_limit"),
        case("million.tar.gz", lambda: _many_in_tar_gz(1_000), "members_limit", slow=True),
        case("tricks.zip", zip_tricks, "not_a_file", "marigold", "root:x:0"),
        case("tricks.tar", _tar_tricks, "not_a_file", "marigold", "root:x:0"),
        case("link_then_through.tar", _symlink_tar_python, "not_a_file", "marigold", "root:x:0"),
        case("huge_octal.tar", lambda: _tar_member(b"good.txt", GOOD) + _tar_header(b"huge.txt", size_field=b"77777777777\0") + b"x" * 512,
             "too_large damaged", "marigold"),
        case("huge_binary.tar", lambda: _tar_member(b"good.txt", GOOD) + _tar_header(b"huge.txt", size_field=b"\x80" + (1 << 62).to_bytes(11, "big")),
             "too_large damaged", "marigold"),
        case("negative.tar", lambda: _tar_header(b"less.txt", size_field=b"\xff" * 12) + _tar_member(b"good.txt", GOOD) + bytes(1024)),
        case("long_name.tar", lambda: _tar_long_name(4096), words="marigold"),
        case("endless_name.tar", lambda: _tar_long_name(8 << 30), "damaged"),
        case("pax_size.tar", lambda: _tar_pax(b"27 size=9223372036854775807\n")),
        case("pax_length.tar", lambda: _tar_pax(b"99999999999 path=x\n")),
        case("sparse.tar", _tar_sparse),
        case("zip64_sizes.zip", _zip64_lies),
        case("count_lies.zip", lambda: zips.zip_of([zips.stored(b"good.txt", GOOD)], count=60_000)),
        case("declared_huge.7z", lambda: seven_zip(b"x" * 100, size=1 << 62)),
        case("many_declared.7z", lambda: seven_zip(b"x" * 100, count=1 << 40)),
        case("declared_huge.rar", lambda: rar5(1 << 60, b"marigold in a stored member")),
        case("good.rar", lambda: rar5(8, b"marigold"), words="marigold"),
        case("good.7z", lambda: seven_zip(GOOD), words="marigold"),
    ]
