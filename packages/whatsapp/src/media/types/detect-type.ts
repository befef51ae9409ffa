import { fileTypeFromBuffer, supportedMimeTypes } from "file-type";
import mime from "mime";
import { COMPOUND_FILE, isCompoundFile, isCompoundType, typeOfCompoundFile } from "./compound-file.ts";
import { sniff, UNKNOWN_MEDIA_TYPE } from "./sniff.ts";

/** Plain text types that no program executes. The content cannot tell them apart. */
const TEXTS = new Set([
  "text/plain",
  "text/csv",
  "text/tab-separated-values",
  "text/calendar",
  "text/markdown",
  "application/json",
]);
/** Types that a browser may execute. Their files are stored and downloaded as bytes, under any name. */
const ACTIVE =
  /^(text\/(html|xml|javascript)|application\/(.*\bxml|javascript|ecmascript|x-shockwave-flash)|image\/svg.*)$/;
/** Programs other than WhatsApp put bytes before a PDF's header. PDF readers look this far. */
const PDF_HEAD_BYTES = 1024;
const TEXT_SAMPLE_BYTES = 64 * 1024;

/**
 * The type under which a file is stored and served. The content decides. The declared type and the name count only for plain
 * text, which has no signature, and for containers of one family.
 */
export async function detectMediaType(
  bytes: Buffer,
  said: { type?: string | null; name?: string | null },
): Promise<string> {
  const declared = declaredType(said);
  if (isCompoundFile(bytes)) return typeOfCompoundFile(bytes, declared);
  const known = sniff(bytes);
  if (known !== UNKNOWN_MEDIA_TYPE) return known;
  const detected = normalize((await fileTypeFromBuffer(bytes).catch(() => undefined))?.mime);
  if (detected !== null && detected !== COMPOUND_FILE)
    return ACTIVE.test(detected) ? UNKNOWN_MEDIA_TYPE : detected;
  if (hasLatePdfHead(bytes)) return "application/pdf";
  if (!isPlainText(bytes) || (declared !== null && ACTIVE.test(declared))) return UNKNOWN_MEDIA_TYPE;
  return declared !== null && TEXTS.has(declared) ? declared : "text/plain";
}

/** For the name of a file without one. Uses the declared type only where the content cannot contradict it. */
export function extensionOf(type: string, declared: string | null): string | null {
  const isOpen = type === UNKNOWN_MEDIA_TYPE || type === COMPOUND_FILE || type === "text/plain";
  const said = isOpen ? normalize(declared) : null;
  const extension = said === null || isRecognizable(said) ? null : extensionOfType(said);
  return extension ?? (type === UNKNOWN_MEDIA_TYPE || type === COMPOUND_FILE ? null : extensionOfType(type));
}

/** The usual extension of types for which the registry lists another one first. */
const EXTENSIONS: Record<string, string> = {
  "audio/ogg": "ogg",
  "audio/mpeg": "mp3",
  "audio/aac": "aac",
  "audio/opus": "opus",
  "text/vcard": "vcf",
  "text/xml": "xml",
  "application/x-ms-shortcut": "lnk",
};

function extensionOfType(type: string): string | null {
  return EXTENSIONS[type] ?? mime.getExtension(type);
}

/** Whether the content would show this type if the file had it. */
function isRecognizable(type: string): boolean {
  if (type === UNKNOWN_MEDIA_TYPE) return true;
  if (ACTIVE.test(type) || TEXTS.has(type)) return false;
  return isCompoundType(type) || supportedMimeTypes.has(type);
}

function declaredType({ type, name }: { type?: string | null; name?: string | null }): string | null {
  const said = normalize(type);
  if (said !== null && said !== UNKNOWN_MEDIA_TYPE && said !== "text/plain") return said;
  return (name ? mime.getType(name) : null) ?? said;
}

function normalize(type: string | null | undefined): string | null {
  const bare = type?.toLowerCase().split(";")[0]?.trim();
  if (!bare) return null;
  return bare === "application/x-zip-compressed"
    ? "application/zip"
    : bare === "text/x-vcard"
      ? "text/vcard"
      : bare;
}

function hasLatePdfHead(bytes: Buffer): boolean {
  const at = bytes.subarray(0, PDF_HEAD_BYTES).indexOf("%PDF-");
  // Excludes markup that only mentions the header.
  return at > 0 && !bytes.subarray(0, at).includes("<");
}

/** Text in UTF-8, UTF-16 or a Windows code page that is not markup. */
function isPlainText(bytes: Buffer): boolean {
  const text = decode(bytes.subarray(0, TEXT_SAMPLE_BYTES));
  return text !== null && !/^\s*</.test(text);
}

/** Null if the sample is not text. */
function decode(sample: Buffer): string | null {
  const [first, second] = sample;
  const encoding =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
  try {
    // A sample may end within a character.
    const text = new TextDecoder(encoding, { fatal: true }).decode(sample, { stream: true });
    return hasControls(text) ? null : text;
  } catch {
    // Windows writes text in its own code pages: any bytes except control characters.
    const text = sample.toString("latin1");
    return encoding !== "utf-8" || hasControls(text) ? null : text;
  }
}

function hasControls(text: string): boolean {
  return /[^\P{Cc}\t\n\r\f\u0080-\u009F]/u.test(text);
}
