import { expect, test } from "vitest";
import { compoundFile, zipFile } from "../testing-files.ts";
import { detectMediaType } from "./detect-type.ts";
import { generatedFileName, receivedFileName } from "./file-name.ts";
import { isSafeInline, UNKNOWN_MEDIA_TYPE } from "./sniff.ts";

const bytes = (text: string) => Buffer.from(text, "latin1");
const DAY = new Date("2026-12-01T10:00:00Z");
const WORDPROCESSING = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const box = (brand: string) =>
  Buffer.concat([Buffer.from([0, 0, 0, 24]), bytes(`ftyp${brand}\0\0\0\0${brand}mif1`)]);

/** The type under which a file is stored, and its generated name. */
async function stored(file: Buffer, declared: string | null) {
  const type = await detectMediaType(file, { type: declared });
  return [type, generatedFileName({ type, declaredType: declared, createdAt: DAY })];
}

test.for<[string, Buffer, string | null, string, string]>([
  ["a table", bytes("a;b\r\n1;2\r\n"), "text/csv", "text/csv", "document-2026-12-01.csv"],
  [
    "a table in Windows' code page",
    bytes("Stra\xdfe;M\xfcnchen\r\n"),
    "text/csv",
    "text/csv",
    "document-2026-12-01.csv",
  ],
  ["a text", Buffer.from("Grüße 👋\n"), "text/plain", "text/plain", "document-2026-12-01.txt"],
  [
    "a text in UTF-16",
    Buffer.from("\ufeffHello", "utf16le"),
    "text/plain; charset=utf-16",
    "text/plain",
    "document-2026-12-01.txt",
  ],
  [
    "a text of no declared type",
    bytes("hello"),
    "application/octet-stream",
    "text/plain",
    "document-2026-12-01.txt",
  ],
  ["JSON", bytes('{"a":1}'), "application/json", "application/json", "document-2026-12-01.json"],
  [
    "XML",
    bytes('<?xml version="1.0"?><a/>'),
    "application/xml",
    UNKNOWN_MEDIA_TYPE,
    "document-2026-12-01.xml",
  ],
  [
    "a page",
    bytes("<!doctype html><script>alert(1)</script>"),
    "text/html",
    UNKNOWN_MEDIA_TYPE,
    "document-2026-12-01.html",
  ],
  [
    "a page that says it is a table",
    bytes("<script>alert(1)</script>"),
    "text/csv",
    UNKNOWN_MEDIA_TYPE,
    "document-2026-12-01.csv",
  ],
  [
    "a page that says it is a picture",
    bytes("<svg onload='alert(1)'/>"),
    "image/png",
    UNKNOWN_MEDIA_TYPE,
    "file-2026-12-01.bin",
  ],
  [
    "a calendar",
    bytes("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"),
    "text/calendar",
    "text/calendar",
    "document-2026-12-01.ics",
  ],
  [
    "a contact card",
    bytes("BEGIN:VCARD\r\nVERSION:3.0\r\n"),
    "text/x-vcard",
    "text/vcard",
    "contact-2026-12-01.vcf",
  ],
  [
    "an archive",
    zipFile({ "a.txt": "a" }),
    "application/x-zip-compressed",
    "application/zip",
    "document-2026-12-01.zip",
  ],
  [
    "a Word document",
    zipFile({ "[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>" }),
    null,
    WORDPROCESSING,
    "document-2026-12-01.docx",
  ],
  [
    "an OpenDocument text",
    zipFile({ mimetype: "application/vnd.oasis.opendocument.text" }),
    null,
    "application/vnd.oasis.opendocument.text",
    "document-2026-12-01.odt",
  ],
  [
    "a book",
    zipFile({ mimetype: "application/epub+zip" }),
    null,
    "application/epub+zip",
    "document-2026-12-01.epub",
  ],
  [
    "an old sheet",
    compoundFile("Workbook"),
    "application/vnd.ms-excel",
    "application/vnd.ms-excel",
    "document-2026-12-01.xls",
  ],
  [
    "an old sheet that says it is a letter",
    compoundFile("Book"),
    "application/msword",
    "application/vnd.ms-excel",
    "document-2026-12-01.xls",
  ],
  ["an old letter", compoundFile("WordDocument"), null, "application/msword", "document-2026-12-01.doc"],
  [
    "a letter about a workbook",
    compoundFile("WordDocument", "Not the Workbook"),
    null,
    "application/msword",
    "document-2026-12-01.doc",
  ],
  [
    "old slides",
    compoundFile("PowerPoint Document"),
    null,
    "application/vnd.ms-powerpoint",
    "document-2026-12-01.ppt",
  ],
  [
    "an old file cut short",
    compoundFile("Workbook").subarray(0, 520),
    "application/vnd.ms-powerpoint",
    "application/vnd.ms-powerpoint",
    "document-2026-12-01.ppt",
  ],
  [
    "an old file of no known kind",
    compoundFile("Contents"),
    null,
    "application/x-cfb",
    "file-2026-12-01.bin",
  ],
  [
    "a PDF behind a few bytes",
    bytes("\n\n%PDF-1.7\n"),
    "application/pdf",
    "application/pdf",
    "document-2026-12-01.pdf",
  ],
  [
    "a page that names a PDF",
    bytes("<html>%PDF-1.7"),
    "application/pdf",
    UNKNOWN_MEDIA_TYPE,
    "file-2026-12-01.bin",
  ],
  ["a picture of an iPhone", box("heic"), "image/heic", "image/heic", "photo-2026-12-01.heic"],
  ["a voice message", bytes("#!AMR\n<"), "audio/amr", "audio/amr", "audio-2026-12-01.amr"],
  ["a voice note", bytes("OggS\0\0…OpusHead"), "audio/ogg; codecs=opus", "audio/ogg", "audio-2026-12-01.ogg"],
  [
    "a program",
    bytes(`MZ\x90\0${"\0".repeat(80)}`),
    "application/pdf",
    "application/x-msdownload",
    "document-2026-12-01.exe",
  ],
  [
    "bytes of a kind that no mark tells",
    Buffer.from([1, 2, 3, 0, 255]),
    "application/x-drawing",
    UNKNOWN_MEDIA_TYPE,
    "file-2026-12-01.bin",
  ],
  [
    "bytes of a registered kind",
    Buffer.from([1, 2, 3, 0, 255]),
    "application/x-tex",
    UNKNOWN_MEDIA_TYPE,
    "document-2026-12-01.tex",
  ],
  ["nothing", Buffer.alloc(0), null, "text/plain", "document-2026-12-01.txt"],
])("%s", async ([, file, declared, type, name]) => {
  expect(await stored(file, declared)).toEqual([type, name]);
});

test("an upload's name tells a table from other texts, and nothing else", async () => {
  expect(await detectMediaType(bytes("a,b"), { name: "Liste.csv" })).toBe("text/csv");
  expect(await detectMediaType(bytes("<html>"), { name: "Liste.csv" })).toBe(UNKNOWN_MEDIA_TYPE);
  expect(await detectMediaType(bytes("alert(1)"), { name: "a.js" })).toBe(UNKNOWN_MEDIA_TYPE);
  expect(await detectMediaType(compoundFile("Workbook"), { name: "Liste.doc" })).toBe(
    "application/vnd.ms-excel",
  );
});

test("only what carries no script is shown in place", async () => {
  const files = [
    box("heic"),
    zipFile({ a: "a" }),
    bytes("BEGIN:VCALENDAR\n"),
    bytes("text"),
    bytes("<svg/>"),
    compoundFile("Book"),
  ];
  for (const file of files)
    expect(isSafeInline(await detectMediaType(file, { type: "image/png" }))).toBe(false);
});

test("a document is called what its sender called it", () => {
  const params = (values: Record<string, string>) => (name: string) => values[name] ?? null;
  const pdf = { MediaContentType0: "application/pdf", MessageType: "document" };
  expect(receivedFileName(params({ ...pdf, Body: "Rechnung März.pdf" }), "inline; filename=x.pdf")).toBe(
    "Rechnung März.pdf",
  );
  expect(receivedFileName(params({ ...pdf, Body: "\u202Egpj.exe" }), undefined)).toBe("gpj.exe");
  expect(receivedFileName(params({ ...pdf, Body: "Here it is. Thanks" }), "inline; filename=x.pdf")).toBe(
    "x.pdf",
  );
  expect(receivedFileName(params({ ...pdf, Body: "../../etc/a.pdf" }), undefined)).toBe("a.pdf");
  expect(receivedFileName(params({ ...pdf, Body: "two\nlines.pdf" }), undefined)).toBeNull();
  expect(
    receivedFileName(params({ Body: "cat.jpg", MediaContentType0: "image/jpeg" }), undefined),
  ).toBeNull();
  expect(receivedFileName(params(pdf), `inline; filename="ME${"a".repeat(32)}.pdf"`)).toBeNull();
  expect(receivedFileName(undefined, "inline; filename=x.pdf")).toBe("x.pdf");
});
