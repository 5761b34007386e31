/** A grey picture with a black frame, as a PNG file. */
import { crc32, deflateSync } from "node:zlib";

export function makePng(width, height) {
  const chunk = (kind, content) => {
    const body = Buffer.concat([Buffer.from(kind, "latin1"), content]);
    const whole = Buffer.alloc(body.length + 8);
    whole.writeUInt32BE(content.length, 0);
    body.copy(whole, 4);
    whole.writeUInt32BE(crc32(body), body.length + 4);
    return whole;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 8;  // Bits for each grey.
  const rows = Buffer.alloc((width + 1) * height, 180);
  for (let y = 0; y < height; y += 1) {
    const row = rows.subarray(y * (width + 1), (y + 1) * (width + 1));
    if (y < 4 || y >= height - 4) row.fill(0);
    row[0] = 0;  // No filter.
  }
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk("IHDR", head), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
}
