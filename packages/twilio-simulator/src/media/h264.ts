/** Baseline H.264 with I_PCM macroblocks only: no compression, so no real encoder is needed (ITU-T H.264, 7.3). */

type Bits = ReturnType<typeof createBits>;

function createBits() {
  const bytes: number[] = [];
  let current = 0;
  let filled = 0;

  function bit(value: number) {
    current = (current << 1) | (value & 1);
    if (++filled < 8) return;
    bytes.push(current);
    current = 0;
    filled = 0;
  }
  return {
    bits(count: number, value: number) {
      for (let shift = count - 1; shift >= 0; shift--) bit(value >> shift);
    },
    /** Unsigned Exp-Golomb. A signed 0 has the same encoding. */
    golomb(value: number) {
      const length = Math.floor(Math.log2(value + 1));
      this.bits(length, 0);
      this.bits(length + 1, value + 1);
    },
    align() {
      while (filled > 0) bit(0);
    },
    byte: (value: number) => void bytes.push(value),
    end() {
      bit(1);
      this.align();
      return bytes;
    },
  };
}

/** A NAL unit. Inserts an emulation prevention byte (03) after every 00 00 that precedes a byte of 03 or less. */
function wrap(header: number, payload: number[]): Buffer {
  const out = [header];
  let zeros = 0;
  for (const byte of payload) {
    if (zeros >= 2 && byte <= 3) {
      out.push(3);
      zeros = 0;
    }
    out.push(byte);
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return Buffer.from(out);
}

export function makeH264ParameterSets(columns: number, rows: number): { sequence: Buffer; picture: Buffer } {
  const sequence = createBits();
  sequence.bits(8, 66);
  sequence.bits(8, 0);
  sequence.bits(8, 10);
  for (const value of [0, 0, 2, 0]) sequence.golomb(value); // id, frame number length, order type, reference frames
  sequence.bits(1, 0);
  sequence.golomb(columns - 1);
  sequence.golomb(rows - 1);
  sequence.bits(4, 0b1000); // frames only, no 8x8 inference, no cropping, no VUI

  const picture = createBits();
  picture.golomb(0);
  picture.golomb(0);
  picture.bits(2, 0);
  for (const value of [0, 0, 0]) picture.golomb(value); // slice groups, reference indices
  picture.bits(3, 0);
  for (const value of [0, 0, 0]) picture.golomb(value); // quantisers
  picture.bits(3, 0b100); // deblocking is controlled per slice
  return { sequence: wrap(0x67, sequence.end()), picture: wrap(0x68, picture.end()) };
}

type PixelPainter = (x: number, y: number) => [luma: number, blue: number, red: number];

/** Encodes one IDR picture. Two consecutive pictures need different ids. */
export function encodeH264Frame(columns: number, rows: number, id: number, paint: PixelPainter): Buffer {
  const slice = createBits();
  for (const value of [0, 7, 0]) slice.golomb(value); // first macroblock, I slice, picture set
  slice.bits(4, 0);
  slice.golomb(id);
  slice.bits(2, 0);
  slice.golomb(0);
  slice.golomb(1); // no deblocking
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) writeMacroblock(slice, column * 16, row * 16, paint);
  return wrap(0x65, slice.end());
}

function writeMacroblock(slice: Bits, left: number, top: number, paint: PixelPainter): void {
  slice.golomb(25); // I_PCM
  slice.align();
  for (let y = 0; y < 16; y++) for (let x = 0; x < 16; x++) slice.byte(paint(left + x, top + y)[0]);
  for (const plane of [1, 2] as const)
    for (let y = 0; y < 8; y++)
      for (let x = 0; x < 8; x++) slice.byte(paint(left + x * 2, top + y * 2)[plane]);
}
