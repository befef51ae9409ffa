import { crc32, deflateSync } from "node:zlib";

const width = 240;
const height = 160;

type Colour = [red: number, green: number, blue: number];

const sky: Colour = [203, 222, 232];
const sea: Colour = [66, 122, 140];
const sail: Colour = [250, 248, 242];
const hull: Colour = [133, 72, 54];
const sun: Colour = [244, 205, 128];

/** Draws a boat on the water, pixel by pixel, as a PNG (RFC 2083). */
export function makeImage(): Buffer {
  const rows = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rows.set(colourAt(x, y), y * (1 + width * 3) + 1 + x * 3);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function colourAt(x: number, y: number): Colour {
  const wave = 104 + Math.sin(x / 9) * 2;
  if (y > 96 && y < 110 && x > 88 + (y - 96) && x < 164 - (y - 96)) return hull;
  if (y > wave) return y > wave + 22 + Math.sin(x / 14) * 3 ? [52, 102, 120] : sea;
  if (y > 34 && y < 94 && x > 126 && x < 126 + (y - 34) * 0.55) return sail;
  if (y > 46 && y < 94 && x < 120 && x > 120 - (y - 46) * 0.5) return sail;
  if (x > 121 && x < 125 && y > 30 && y < 98) return hull;
  if ((x - 40) ** 2 + (y - 40) ** 2 < 260) return sun;
  return sky;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}
