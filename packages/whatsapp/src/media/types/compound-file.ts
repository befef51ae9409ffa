/**
 * The old Office formats (.doc, .xls, .ppt, .msg) share one container, the Compound File Binary. The names of its streams tell
 * them apart. The names are read from the directory only, because a document's text may contain the same words. [MS-CFB]
 */
const MAGIC = Buffer.from("d0cf11e0a1b11ae1", "hex");
const HEADER_BYTES = 512;
const ENTRY_BYTES = 128;
const HEADER_FAT_SECTORS = 109;
/** Directories are small. The limit also ends a circular chain. */
const MAX_DIRECTORY_SECTORS = 256;

const STREAMS: readonly [RegExp, string][] = [
  [/^worddocument$/i, "application/msword"],
  [/^(workbook|book)$/i, "application/vnd.ms-excel"],
  [/^powerpoint document$/i, "application/vnd.ms-powerpoint"],
  [/^__properties_version1\.0$/i, "application/vnd.ms-outlook"],
  [/^visiodocument$/i, "application/vnd.visio"],
];

export const COMPOUND_FILE = "application/x-cfb";
const COMPOUND_TYPES = new Set(STREAMS.map(([, type]) => type));

export function isCompoundType(type: string): boolean {
  return COMPOUND_TYPES.has(type);
}

export function isCompoundFile(bytes: Buffer): boolean {
  return bytes.subarray(0, MAGIC.length).equals(MAGIC);
}

/** The type of the container's content. If that is not found, the declared type, provided it uses such a container. */
export function typeOfCompoundFile(bytes: Buffer, declared: string | null): string {
  const names = streamNames(bytes);
  const found = STREAMS.find(([pattern]) => names.some((name) => pattern.test(name)))?.[1];
  if (found) return found;
  return declared !== null && isCompoundType(declared) ? declared : COMPOUND_FILE;
}

function streamNames(bytes: Buffer): string[] {
  if (bytes.length < HEADER_BYTES) return [];
  const shift = bytes.readUInt16LE(30);
  if (shift !== 9 && shift !== 12) return [];
  const sectorBytes = 1 << shift;
  const sector = (no: number) => bytes.subarray((no + 1) * sectorBytes, (no + 2) * sectorBytes);
  const names: string[] = [];
  let no = bytes.readUInt32LE(48);
  for (let count = 0; count < MAX_DIRECTORY_SECTORS; count++) {
    const entries = sector(no);
    if (entries.length < ENTRY_BYTES) break;
    for (let at = 0; at + ENTRY_BYTES <= entries.length; at += ENTRY_BYTES) {
      const nameBytes = entries.readUInt16LE(at + 64);
      if (nameBytes >= 2 && nameBytes <= 64) names.push(entries.toString("utf16le", at, at + nameBytes - 2));
    }
    const next = nextSector(bytes, sector, sectorBytes, no);
    if (next === null) break;
    no = next;
  }
  return names;
}

/** The next sector in the file's allocation table; null at the end of the chain or of the readable bytes. */
function nextSector(
  bytes: Buffer,
  sector: (no: number) => Buffer,
  sectorBytes: number,
  no: number,
): number | null {
  const perSector = sectorBytes / 4;
  const part = Math.floor(no / perSector);
  if (part >= HEADER_FAT_SECTORS) return null;
  const table = sector(bytes.readUInt32LE(76 + part * 4));
  const at = (no % perSector) * 4;
  if (at + 4 > table.length) return null;
  const next = table.readUInt32LE(at);
  return next < 0xfffffffa ? next : null;
}
