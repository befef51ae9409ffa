import { encodePicture, makeParameterSets } from "./h264.ts";
import { box, fullBox, number } from "./mp4-boxes.ts";

const columns = 6; // of macroblocks: 96 pixels
const rows = 4;
const frames = 8;
const ticksPerFrame = 250;
const width = columns * 16;
const height = rows * 16;

/** Two seconds of a moving wave: uncompressed H.264 pictures in an MP4 file (ISO 14496-12). */
export function makeVideo(): Buffer {
  const samples = Array.from({ length: frames }, (_, frame) => {
    const picture = encodePicture(columns, rows, frame % 2, (x, y) => paint(x, y, frame));
    return Buffer.concat([number(4, picture.length), picture]);
  });
  const type = box("ftyp", Buffer.from("isom"), number(4, 512), Buffer.from("isomiso2avc1mp41"));
  const describe = (offset: number) => makeMovie(samples, offset);
  const start = type.length + describe(0).length + 8;
  return Buffer.concat([type, describe(start), box("mdat", ...samples)]);
}

function paint(x: number, y: number, frame: number): [luma: number, blue: number, red: number] {
  const wave = height / 2 + Math.sin(x / 12 + frame * 0.8) * 8;
  return y < wave ? [200, 136, 122] : [104, 142, 108];
}

function makeMovie(samples: Buffer[], offset: number): Buffer {
  const duration = frames * ticksPerFrame;
  const unity = Buffer.concat(
    [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000].map((value) => number(4, value)),
  );
  const zeros = (count: number) => Buffer.alloc(count);
  const header = fullBox(
    "mvhd",
    0,
    zeros(8),
    number(4, 1000),
    number(4, duration),
    number(4, 0x10000),
    number(2, 0x100),
    zeros(10),
    unity,
    zeros(24),
    number(4, 2),
  );
  const track = fullBox(
    "tkhd",
    3,
    zeros(8),
    number(4, 1),
    zeros(4),
    number(4, duration),
    zeros(16),
    unity,
    number(4, width << 16),
    number(4, height << 16),
  );
  const media = fullBox(
    "mdhd",
    0,
    zeros(8),
    number(4, 1000),
    number(4, duration),
    number(2, 0x55c4),
    zeros(2),
  );
  const handler = fullBox("hdlr", 0, zeros(4), Buffer.from("vide"), zeros(12), Buffer.from("video\0"));
  const data = box("dinf", fullBox("dref", 0, number(4, 1), fullBox("url ", 1)));
  const table = box(
    "stbl",
    fullBox("stsd", 0, number(4, 1), describeCodec()),
    fullBox("stts", 0, number(4, 1), number(4, frames), number(4, ticksPerFrame)),
    fullBox("stsc", 0, number(4, 1), number(4, 1), number(4, frames), number(4, 1)),
    fullBox("stsz", 0, number(4, 0), number(4, frames), ...samples.map((sample) => number(4, sample.length))),
    fullBox("stco", 0, number(4, 1), number(4, offset)),
  );
  const information = box("minf", fullBox("vmhd", 1, zeros(8)), data, table);
  return box("moov", header, box("trak", track, box("mdia", media, handler, information)));
}

function describeCodec(): Buffer {
  const { sequence, picture } = makeParameterSets(columns, rows);
  const configuration = box(
    "avcC",
    Buffer.from([1, 66, 0, 10, 0xff, 0xe1]),
    number(2, sequence.length),
    sequence,
    number(1, 1),
    number(2, picture.length),
    picture,
  );
  const resolution = Buffer.concat([number(4, 0x480000), number(4, 0x480000)]);
  return box(
    "avc1",
    Buffer.alloc(6),
    number(2, 1),
    Buffer.alloc(16),
    number(2, width),
    number(2, height),
    resolution,
    Buffer.alloc(4),
    number(2, 1),
    Buffer.alloc(32),
    number(2, 24),
    number(2, 0xffff),
    configuration,
  );
}
