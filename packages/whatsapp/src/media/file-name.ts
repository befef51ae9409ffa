import { toPgText } from "../text.ts";

const MOST = 150;

/** A name that is only a name: no folders, no signs that reorder or hide text, not endless. Null when nothing is left. */
export function cleanFileName(text: string): string | null {
  const name = toPgText(text)
    .replace(/^.*[/\\]/, "")
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}"<>|*?:]/gu, "")
    .replace(/^[.\s]+|(?<![.\s])[.\s]+$/g, "");
  if (name === "") return null;
  if (name.length <= MOST) return name;
  const ending = /\.\w{1,10}$/.exec(name)?.[0] ?? "";
  return name.slice(0, MOST - ending.length).toWellFormed() + ending;
}

/** What a Content-Disposition header calls its file (RFC 6266). */
export function nameInHeader(header: string | undefined): string | null {
  const encoded = /filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i.exec(header ?? "")?.[1];
  const plain = /filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s"]+))/i.exec(header ?? "");
  try {
    if (encoded) return cleanFileName(decodeURIComponent(encoded));
  } catch {
    // Not what it says it is: then the plain name counts.
  }
  return cleanFileName((plain?.[1] ?? plain?.[2] ?? "").replace(/\\(.)/g, "$1"));
}

const ENDINGS: Record<string, string> = {
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/gif": "gif",
  "image/webp": "webp",
  "audio/ogg": "ogg",
  "audio/mpeg": "mp3",
  "audio/aac": "aac",
  "audio/amr": "amr",
  "video/mp4": "mp4",
  "video/3gpp": "3gp",
  "application/pdf": "pdf",
  "application/msword": "doc",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
  "text/vcard": "vcf",
};

/** For a file that nobody named. */
export function nameFor(type: string, createdAt: Date): string {
  const [group = ""] = type.split("/");
  const word =
    { image: "photo", audio: "audio", video: "video", text: "contact" }[group] ??
    (type === "application/octet-stream" ? "file" : "document");
  const ending = ENDINGS[type];
  return `${word}-${createdAt.toISOString().slice(0, 10)}${ending ? `.${ending}` : ".bin"}`;
}

/** A Content-Disposition header: ASCII for old clients, and the name itself. */
export function dispositionOf(kind: "inline" | "attachment", name: string): string {
  const ascii =
    name
      .normalize("NFKD")
      .replace(/[^\x20-\x7e]/g, "")
      .replace(/["\\%]/g, "") || "file";
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
