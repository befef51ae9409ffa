import { encodeH264Frame, makeH264ParameterSets } from "./h264.ts";
import { encodeUnsigned, mp4Box, mp4FullBox } from "./mp4-boxes.ts";

const columns = 6; // in macroblocks: 96 pixels
const rows = 4;
const frames = 8;
const ticksPerFrame = 250;
const width = columns * 16;
const height = rows * 16;

/** Two seconds of a moving wave: uncompressed H.264 pictures in an MP4 file (ISO 14496-12). */
export function makeVideo(): Buffer {
  const samples = Array.from({ length: frames }, (_, frame) => {
    const picture = encodeH264Frame(columns, rows, frame % 2, (x, y) => paint(x, y, frame));
    return Buffer.concat([encodeUnsigned(4, picture.length), picture]);
  });
  const type = mp4Box("ftyp", Buffer.from("isom"), encodeUnsigned(4, 512), Buffer.from("isomiso2avc1mp41"));
  const describe = (offset: number) => makeMovie(samples, offset);
  const start = type.length + describe(0).length + 8;
  return Buffer.concat([type, describe(start), mp4Box("mdat", ...samples)]);
}

function paint(x: number, y: number, frame: number): [luma: number, blue: number, red: number] {
  const wave = height / 2 + Math.sin(x / 12 + frame * 0.8) * 8;
  return y < wave ? [200, 136, 122] : [104, 142, 108];
}

function makeMovie(samples: Buffer[], offset: number): Buffer {
  const duration = frames * ticksPerFrame;
  const unity = Buffer.concat(
    [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000].map((value) => encodeUnsigned(4, value)),
  );
  const zeros = (count: number) => Buffer.alloc(count);
  const header = mp4FullBox(
    "mvhd",
    0,
    zeros(8),
    encodeUnsigned(4, 1000),
    encodeUnsigned(4, duration),
    encodeUnsigned(4, 0x10000),
    encodeUnsigned(2, 0x100),
    zeros(10),
    unity,
    zeros(24),
    encodeUnsigned(4, 2),
  );
  const track = mp4FullBox(
    "tkhd",
    3,
    zeros(8),
    encodeUnsigned(4, 1),
    zeros(4),
    encodeUnsigned(4, duration),
    zeros(16),
    unity,
    encodeUnsigned(4, width << 16),
    encodeUnsigned(4, height << 16),
  );
  const media = mp4FullBox(
    "mdhd",
    0,
    zeros(8),
    encodeUnsigned(4, 1000),
    encodeUnsigned(4, duration),
    encodeUnsigned(2, 0x55c4),
    zeros(2),
  );
  const handler = mp4FullBox("hdlr", 0, zeros(4), Buffer.from("vide"), zeros(12), Buffer.from("video\0"));
  const data = mp4Box("dinf", mp4FullBox("dref", 0, encodeUnsigned(4, 1), mp4FullBox("url ", 1)));
  const table = mp4Box(
    "stbl",
    mp4FullBox("stsd", 0, encodeUnsigned(4, 1), describeCodec()),
    mp4FullBox("stts", 0, encodeUnsigned(4, 1), encodeUnsigned(4, frames), encodeUnsigned(4, ticksPerFrame)),
    mp4FullBox(
      "stsc",
      0,
      encodeUnsigned(4, 1),
      encodeUnsigned(4, 1),
      encodeUnsigned(4, frames),
      encodeUnsigned(4, 1),
    ),
    mp4FullBox(
      "stsz",
      0,
      encodeUnsigned(4, 0),
      encodeUnsigned(4, frames),
      ...samples.map((sample) => encodeUnsigned(4, sample.length)),
    ),
    mp4FullBox("stco", 0, encodeUnsigned(4, 1), encodeUnsigned(4, offset)),
  );
  const information = mp4Box("minf", mp4FullBox("vmhd", 1, zeros(8)), data, table);
  return mp4Box("moov", header, mp4Box("trak", track, mp4Box("mdia", media, handler, information)));
}

function describeCodec(): Buffer {
  const { sequence, picture } = makeH264ParameterSets(columns, rows);
  const configuration = mp4Box(
    "avcC",
    Buffer.from([1, 66, 0, 10, 0xff, 0xe1]),
    encodeUnsigned(2, sequence.length),
    sequence,
    encodeUnsigned(1, 1),
    encodeUnsigned(2, picture.length),
    picture,
  );
  const resolution = Buffer.concat([encodeUnsigned(4, 0x480000), encodeUnsigned(4, 0x480000)]);
  return mp4Box(
    "avc1",
    Buffer.alloc(6),
    encodeUnsigned(2, 1),
    Buffer.alloc(16),
    encodeUnsigned(2, width),
    encodeUnsigned(2, height),
    resolution,
    Buffer.alloc(4),
    encodeUnsigned(2, 1),
    Buffer.alloc(32),
    encodeUnsigned(2, 24),
    encodeUnsigned(2, 0xffff),
    configuration,
  );
}
