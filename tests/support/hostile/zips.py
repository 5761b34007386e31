"""ZIP by hand: what zipfile refuses to write."""
import binascii
import dataclasses
import struct
import zlib

ZEROS_CHUNK = 1 << 20


@dataclasses.dataclass
class Member:
    name: bytes
    data: bytes = b""          # as it stands in the file
    method: int = 0            # 0 stored, 8 deflated
    crc: int = 0
    size: int = 0              # unpacked, as declared
    offset: int | None = None  # of its local header, when it shares another's
    flags: int = 0
    mode: int = 0o100644


def stored(name, content, **more):
    return Member(name, content, 0, binascii.crc32(content), len(content), **more)


def deflated(name, content, **more):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return Member(name, packer.compress(content) + packer.flush(), 8, binascii.crc32(content), len(content), **more)


def repeated(name, chunk, count, head=b"", tail=b""):
    """A member of `head`, `count` times `chunk` and `tail`, without ever holding it: a piece that was flushed fully can be repeated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
    piece = packer.compress(chunk) + packer.flush(zlib.Z_FULL_FLUSH)
    last = packer.compress(tail) + packer.flush()
    crc = binascii.crc32(head)
    for _ in range(count):
        crc = binascii.crc32(chunk, crc)
    return Member(name, first + piece * count + last, 8, binascii.crc32(tail, crc), len(head) + len(chunk) * count + len(tail))


def local_header(member):
    return struct.pack("<4s5H3I2H", b"PK\3\4", 20, member.flags, member.method, 0, 0x5821, member.crc, len(member.data),
                       member.size & 0xFFFFFFFF, len(member.name), 0) + member.name


def directory_entry(member, offset):
    return struct.pack("<4s6H3I5H2I", b"PK\1\2", 0x0314, 20, member.flags, member.method, 0, 0x5821, member.crc, len(member.data),
                       member.size & 0xFFFFFFFF, len(member.name), 0, 0, 0, 0, member.mode << 16, offset) + member.name


def zip_of(members, comment=b"", count=None):
    """All members; with over 65,535 of them as ZIP64."""
    out, directory, at = [], [], 0
    for member in members:
        offset = member.offset
        if offset is None:
            offset = at
            piece = local_header(member) + member.data
            out.append(piece)
            at += len(piece)
        directory.append(directory_entry(member, offset))
    return b"".join(out) + end_of(b"".join(directory), at, count if count is not None else len(directory), comment)


def end_of(directory, at, count, comment=b""):
    tail = b""
    if count > 0xFFFF:
        end64 = at + len(directory)
        tail = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, len(directory), at)
        tail += struct.pack("<4sIQI", b"PK\6\7", 0, end64, 1)
    return directory + tail + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, min(count, 0xFFFF), min(count, 0xFFFF), len(directory), at,
                                          len(comment)) + comment


def same_kernel(count, kernel_bytes):
    """Many members whose directory entries share one local header."""
    kernel = deflated(b"kernel", bytes(kernel_bytes))
    members = [kernel] + [dataclasses.replace(kernel, name=b"m%06d" % number, offset=0) for number in range(count)]
    return zip_of(members)


def overlapping(count, kernel_bytes):
    """Members that overlap each other: each one's data quotes the next one's local header in a stored block and goes on with its data
    (D. Fifield, A better zip bomb, 2019)."""
    kernel = deflated(b"%06d" % (count - 1), bytes(kernel_bytes))
    members, data, content = [kernel], kernel.data, bytes(kernel_bytes)
    for number in range(count - 2, -1, -1):
        quoted = local_header(members[-1])
        data = struct.pack("<BHH", 0, len(quoted), len(quoted) ^ 0xFFFF) + quoted + data
        content = quoted + content
        members.append(Member(b"%06d" % number, data, 8, binascii.crc32(content), len(content)))
    members.reverse()
    body = local_header(members[0]) + members[0].data
    at = 0
    directory = []
    for member in members:
        directory.append(directory_entry(member, at))
        at += len(local_header(member)) + 5
    return body + end_of(b"".join(directory), len(body), len(members))


def nested(depth, inner):
    content = inner
    for level in range(depth):
        content = zip_of([deflated(b"level%03d.zip" % level if level else b"inmost.txt", content)])
    return content
