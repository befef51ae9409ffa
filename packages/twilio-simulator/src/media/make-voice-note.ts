const frames = 150;
const samplesPerFrame = 960; // 20 ms at 48 kHz

/** The Opus frame for silence: fullband CELT, 20 ms, mono (RFC 6716). */
const silence = Buffer.from([0xf8, 0xff, 0xfe]);

/** Three seconds of silence as Opus in Ogg (RFC 3533, RFC 7845), the format of WhatsApp voice notes. */
export function makeVoiceNote(): Buffer {
  const head = Buffer.concat([
    Buffer.from("OpusHead"),
    Buffer.from([1, 1, 0x38, 1, 0x80, 0xbb, 0, 0, 0, 0, 0]),
  ]);
  const vendor = Buffer.from("simulator");
  const tags = Buffer.concat([Buffer.from("OpusTags"), littleEndian(vendor.length), vendor, littleEndian(0)]);
  const audio = Array.from({ length: frames }, () => silence);
  return Buffer.concat([
    page(0, 2, 0, [head]),
    page(1, 0, 0, [tags]),
    page(2, 4, frames * samplesPerFrame, audio),
  ]);
}

function littleEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function page(sequence: number, flags: number, granule: number, packets: Buffer[]): Buffer {
  const header = Buffer.alloc(27 + packets.length);
  header.write("OggS", 0, "latin1");
  header[5] = flags;
  header.writeBigUInt64LE(BigInt(granule), 6);
  header.writeUInt32LE(0x57617973, 14);
  header.writeUInt32LE(sequence, 18);
  header[26] = packets.length;
  packets.forEach((packet, index) => {
    header[27 + index] = packet.length;
  });
  const whole = Buffer.concat([header, ...packets]);
  whole.writeUInt32LE(checksum(whole), 22);
  return whole;
}

/** The CRC of Ogg: polynomial 0x04c11db7, neither reflected nor inverted. */
function checksum(bytes: Buffer): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  return crc >>> 0;
}
