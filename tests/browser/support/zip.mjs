/** A ZIP file whose members are stored, not compressed. `members`: [path, text or bytes][]. */
import { crc32 } from "node:zlib";

export function makeZip(members) {
  const pieces = [];
  const directory = [];
  let at = 0;
  for (const [name, content] of members) {
    const path = Buffer.from(name, "utf8");
    const bytes = Buffer.isBuffer(content) ? content : Buffer.from(content, "utf8");
    // Version 2.0, names in UTF-8, stored, 2026-03-02 10:00.
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x0800, 2);
    common.writeUInt16LE(10 << 11, 6);
    common.writeUInt16LE(((2026 - 1980) << 9) | (3 << 5) | 2, 8);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(bytes.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(path.length, 22);
    pieces.push(Buffer.from("PK\x03\x04", "latin1"), common, path, bytes);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(at, 10);
    directory.push(Buffer.from("PK\x01\x02\x14\x00", "latin1"), common, rest, path);
    at += 30 + path.length + bytes.length;
  }
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", 0, "latin1");
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.reduce((sum, piece) => sum + piece.length, 0), 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...pieces, ...directory, end]);
}
