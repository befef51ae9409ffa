import { toPgText } from "@waystation/core/text";
import mime from "mime";
import type { FirstParam } from "../../inbox/messages/webhook-params.ts";
import { kindOfMessage } from "../../webhooks/content/message-kind.ts";
import { extensionOf } from "./detect-type.ts";

const MOST = 150;

/** Removes folders and characters that reorder or hide text, and limits the length. Null if nothing is left. */
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

/** The file name in a Content-Disposition header (RFC 6266). */
export function fileNameInHeader(header: string | undefined): string | null {
  const encoded = /filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i.exec(header ?? "")?.[1];
  const plain = /filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s"]+))/i.exec(header ?? "");
  try {
    if (encoded) return cleanFileName(decodeURIComponent(encoded));
  } catch {
    // Not valid percent-encoding: the plain name applies.
  }
  return cleanFileName((plain?.[1] ?? plain?.[2] ?? "").replace(/\\(.)/g, "$1"));
}

/** The name for a file that has none. */
export function generatedFileName({ type, declaredType, createdAt }: NamelessFile): string {
  const [group = ""] = type.split("/");
  const extension = extensionOf(type, declaredType);
  const word =
    type === "text/vcard"
      ? "contact"
      : ({ image: "photo", audio: "audio", video: "video" }[group] ??
        (extension === null ? "file" : "document"));
  return `${word}-${createdAt.toISOString().slice(0, 10)}.${extension ?? "bin"}`;
}

interface NamelessFile {
  type: string;
  /** The type that the sender declared. */
  declaredType: string | null;
  createdAt: Date;
}

/** A media SID from Twilio is not a file name. */
const MEDIA_SID = /^ME[0-9a-f]{32}(\.\w+)?$/i;
const ENDING = /\.([A-Za-z0-9]{1,8})$/;

/**
 * The sender's name for a document, which Twilio passes as the message's text. The text is a caption, not a name, unless it
 * ends with a known file extension.
 */
export function fileNameOf(first: FirstParam): string | null {
  const body = first("Body")?.trim() ?? "";
  if (first("MediaContentType1") !== null || /[\n\r]/.test(body) || kindOfMessage(first) !== "document")
    return null;
  return mime.getType(ENDING.exec(body)?.[0] ?? "") === null ? null : cleanFileName(body);
}

/** The name of a received file: the sender's name, or the one in Twilio's header. */
export function receivedFileName(first: FirstParam | undefined, header: string | undefined): string | null {
  const own = first && fileNameOf(first);
  if (own) return own;
  const named = fileNameInHeader(header);
  return named !== null && MEDIA_SID.test(named) ? null : named;
}

/** A Content-Disposition header with an ASCII name for old clients and the full name. */
export function contentDispositionOf(kind: "inline" | "attachment", name: string): string {
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
