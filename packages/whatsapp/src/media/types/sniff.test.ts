import { makeMedia } from "@waystation/twilio-simulator/media/make-media";
import { expect, test } from "vitest";
import { cleanFileName, contentDispositionOf, fileNameInHeader } from "./file-name.ts";
import { isSafeInline, sniff, UNKNOWN_MEDIA_TYPE } from "./sniff.ts";

const bytes = (text: string) => Buffer.from(text, "latin1");
const box = (brand: string) => Buffer.concat([Buffer.from([0, 0, 0, 24]), bytes(`ftyp${brand}\0\0\0\0`)]);

test.for(["image", "sticker", "audio", "video", "document", "contacts"])(
  "a real %s is what it says it is",
  (kind) => {
    const { contentType, bytes: file } = makeMedia(kind);
    expect(sniff(file)).toBe(contentType);
  },
);

test.for<[string, Buffer]>([
  ["image/gif", bytes("GIF89a……")],
  ["image/jpeg", Buffer.from("ffd8ffe0", "hex")],
  ["audio/mpeg", bytes("ID3\x04\0\0")],
  ["audio/mpeg", Buffer.from("fffb9064", "hex")],
  ["audio/aac", Buffer.from("fff15080", "hex")],
  ["audio/amr", bytes("#!AMR\n<")],
  ["video/3gpp", box("3gp4")],
  ["video/mp4", box("isom")],
  [
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    bytes("PK\x03\x04…[Content_Types].xml…xl/workbook.xml"),
  ],
])("%s is known by its first bytes", ([type, file]) => {
  expect(sniff(file)).toBe(type);
});

test.for<[string, Buffer]>([
  ["a drawing that can carry scripts", bytes('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')],
  ["the same behind a declaration", bytes('\ufeff<?xml version="1.0"?><svg/>')],
  ["a page", bytes("<!doctype html><script>alert(1)</script>")],
  ["a page behind blanks", bytes("\n\n\t <html>")],
  ["a page in UTF-16", Buffer.from("<html>", "utf16le")],
  ["an archive", bytes("PK\x03\x04…evil.html")],
  ["a program", bytes("MZ\x90\0")],
  ["a script", bytes("#!/bin/sh\n")],
  ["a picture of a kind few browsers show", box("heic")],
  ["a page that says RIFF", bytes("RIFF<html>")],
  ["one byte", Buffer.from([0xff])],
  ["nothing", Buffer.alloc(0)],
])("%s is nothing that is shown in place", ([, file]) => {
  expect(sniff(file)).toBe(UNKNOWN_MEDIA_TYPE);
  expect(isSafeInline(sniff(file))).toBe(false);
});

test("a document is never shown in place", () => {
  for (const type of ["application/pdf", "application/msword", "text/vcard", "text/html", "image/svg+xml"])
    expect(isSafeInline(type)).toBe(false);
});

test("a file keeps its name, and nothing but its name", () => {
  expect(cleanFileName("Rechnung März.pdf")).toBe("Rechnung März.pdf");
  expect(cleanFileName("../../etc/passwd")).toBe("passwd");
  expect(cleanFileName("C:\\temp\\a.exe")).toBe("a.exe");
  expect(cleanFileName("cod\u202egpj.exe\r\nSet-Cookie: a=b")).toBe("codgpj.exeSet-Cookie a=b");
  expect(cleanFileName("..")).toBeNull();
  expect(cleanFileName(`${"x".repeat(400)}.pdf`)).toMatch(/^x{146}\.pdf$/);
  expect(fileNameInHeader("attachment; filename=\"plain.pdf\"; filename*=UTF-8''M%C3%A4rz.pdf")).toBe(
    "März.pdf",
  );
  expect(fileNameInHeader("inline; filename=plain.pdf")).toBe("plain.pdf");
  expect(fileNameInHeader("inline; filename*=UTF-8''%zz")).toBeNull();
  expect(fileNameInHeader(undefined)).toBeNull();
});

test("a name in a header breaks neither the header nor an old client", () => {
  expect(contentDispositionOf("attachment", 'März "1"; x.pdf')).toBe(
    "attachment; filename=\"Marz 1; x.pdf\"; filename*=UTF-8''M%C3%A4rz%20%221%22%3B%20x.pdf",
  );
  expect(contentDispositionOf("inline", "写真.png")).toBe(
    "inline; filename=\".png\"; filename*=UTF-8''%E5%86%99%E7%9C%9F.png",
  );
});
