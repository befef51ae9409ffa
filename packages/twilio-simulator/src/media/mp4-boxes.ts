export function encodeUnsigned(bytes: number, value: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}

export function mp4Box(type: string, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([encodeUnsigned(4, body.length + 8), Buffer.from(type, "latin1"), body]);
}

/** A full box: version 0, then the flags. */
export function mp4FullBox(type: string, flags: number, ...parts: Buffer[]): Buffer {
  return mp4Box(type, encodeUnsigned(4, flags), ...parts);
}
