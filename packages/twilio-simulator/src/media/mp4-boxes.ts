export function number(bytes: number, value: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}

export function box(type: string, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([number(4, body.length + 8), Buffer.from(type, "latin1"), body]);
}

/** A box with version 0 and flags. */
export function fullBox(type: string, flags: number, ...parts: Buffer[]): Buffer {
  return box(type, number(4, flags), ...parts);
}
