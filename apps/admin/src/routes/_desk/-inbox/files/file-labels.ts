import { isInvisible, visibleText } from "../../../../ui/visible-text.ts";
import type { ThreadMessage } from "../queries.ts";
import { messageKindLabel } from "../thread/kind-labels.ts";

export type AttachedFile = ThreadMessage["files"][number];

const words: [RegExp, string][] = [
  [/pdf$/, "PDF"],
  [/wordprocessing|msword/, "Word document"],
  [/\/csv$/, "CSV table"],
  [/opendocument\.spreadsheet/, "Spreadsheet"],
  [/opendocument\.text/, "Text document"],
  [/opendocument\.presentation/, "Slides"],
  [/spreadsheet|excel/, "Excel sheet"],
  [/presentation|powerpoint/, "PowerPoint slides"],
  [/vcard|text\/directory/, "Contact card"],
  [/calendar/, "Calendar"],
  [/\/(zip|gzip)$|\/x-(rar|7z|tar)/, "Archive"],
  [/\/json$/, "JSON"],
  [/rtf$/, "Text document"],
  [/epub/, "E-book"],
  [/outlook/, "Outlook message"],
  [/^image\//, "Picture"],
  [/^audio\//, "Audio"],
  [/^video\//, "Video"],
  [/^text\//, "Text"],
];

export const fileTypeLabel = (type: string) => words.find(([sign]) => sign.test(type))?.[1] ?? "File";

export const isImageFile = ({ type }: AttachedFile) => /^image\/(png|jpe?g|gif|webp)$/.test(type);
export const isContactCardFile = ({ type }: AttachedFile) => /^text\/(x-)?(vcard|directory)$/.test(type);

export const imageAltText = ({ kind, body }: ThreadMessage) =>
  isInvisible(body) ? messageKindLabel(kind) : `${messageKindLabel(kind)}: ${visibleText(body ?? "")}`;

const MB = 1024 * 1024;

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  if (bytes < MB) return `${Math.round(bytes / 1024)} kB`;
  return `${(bytes / MB).toFixed(1)} MB`;
}

export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
