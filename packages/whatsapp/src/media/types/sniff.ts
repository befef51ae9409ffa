/** The first bytes of a file type. The declared type and the name are ignored. */
interface Mark {
  type: string;
  bytes: Buffer;
}

const hex = (digits: string) => Buffer.from(digits, "hex");
const ascii = (text: string) => Buffer.from(text, "latin1");

const MARKS: readonly Mark[] = [
  { type: "image/png", bytes: hex("89504e470d0a1a0a") },
  { type: "image/jpeg", bytes: hex("ffd8ff") },
  { type: "image/gif", bytes: ascii("GIF87a") },
  { type: "image/gif", bytes: ascii("GIF89a") },
  { type: "audio/ogg", bytes: ascii("OggS") },
  { type: "audio/amr", bytes: ascii("#!AMR\n") },
  { type: "audio/amr", bytes: ascii("#!AMR-WB\n") },
  { type: "audio/mpeg", bytes: ascii("ID3") },
  { type: "application/pdf", bytes: ascii("%PDF-") },
];

/** By the brand in the first box of an ISO media file. Other brands (HEIC, QuickTime) do not work in every browser. */
const BRANDS: readonly [RegExp, string][] = [
  [/^3g/, "video/3gpp"],
  [/^(isom|iso[2-9]|mp4[12]|avc1|M4[VA] |M4VH|MSNV|dash|mmp4)/, "video/mp4"],
];

/** Office files are ZIP archives. Their entries tell them apart. */
const OFFICE: readonly [Buffer, string][] = [
  [ascii("word/document.xml"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
  [
    ascii("ppt/presentation.xml"),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
  ],
  [ascii("xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"],
];

export const UNKNOWN_MEDIA_TYPE = "application/octet-stream";

export function sniff(bytes: Buffer): string {
  const mark = MARKS.find((one) => startsWith(bytes, one.bytes));
  if (mark) return mark.type;
  if (startsWith(bytes, ascii("RIFF")) && startsWith(bytes, ascii("WEBP"), 8)) return "image/webp";
  if (startsWith(bytes, ascii("ftyp"), 4)) {
    const brand = bytes.toString("latin1", 8, 12);
    return BRANDS.find(([names]) => names.test(brand))?.[1] ?? UNKNOWN_MEDIA_TYPE;
  }
  if (startsWith(bytes, hex("504b0304")))
    return OFFICE.find(([part]) => bytes.includes(part))?.[1] ?? UNKNOWN_MEDIA_TYPE;
  if (/^(\ufeff)?\s*BEGIN:VCARD\r?\n/i.test(bytes.toString("utf8", 0, 64))) return "text/vcard";
  return sniffFrames(bytes);
}

/** MP3 and AAC without a header begin with a frame: eleven or twelve set bits, then the layer. */
function sniffFrames(bytes: Buffer): string {
  const [first = 0, second = 0] = bytes;
  if (first !== 0xff) return UNKNOWN_MEDIA_TYPE;
  if ((second & 0xf6) === 0xf0) return "audio/aac";
  return (second & 0xe6) === 0xe2 ? "audio/mpeg" : UNKNOWN_MEDIA_TYPE;
}

function startsWith(bytes: Buffer, mark: Buffer, at = 0): boolean {
  return bytes.subarray(at, at + mark.length).equals(mark);
}

/** Types that a browser may show inline: none of them can contain a script. */
const INLINE = /^(image\/(png|jpeg|gif|webp)|audio\/(ogg|mpeg|aac|amr)|video\/(mp4|3gpp))$/;

export function isSafeInline(type: string): boolean {
  return INLINE.test(type);
}
