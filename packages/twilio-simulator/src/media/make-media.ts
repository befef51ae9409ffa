import { makeImage } from "./make-image.ts";
import { makePdf } from "./make-pdf.ts";
import { makeVideo } from "./make-video.ts";
import { makeVoiceNote } from "./make-voice-note.ts";

/** Returns a small, valid file for each kind of media message. */
export function makeMedia(kind: string, name = "Alex Doe"): { contentType: string; bytes: Buffer } {
  switch (kind) {
    case "image":
      return { contentType: "image/png", bytes: makeImage() };
    case "sticker":
      return { contentType: "image/webp", bytes: tinyWebp };
    case "audio":
      return { contentType: "audio/ogg", bytes: makeVoiceNote() };
    case "video":
      return { contentType: "video/mp4", bytes: makeVideo() };
    case "document":
      return { contentType: "application/pdf", bytes: makePdf("Boat rental agreement") };
    default:
      return { contentType: "text/vcard", bytes: makeCard(name) };
  }
}

function makeCard(name: string): Buffer {
  const lines = [
    "BEGIN:VCARD",
    "VERSION:3.0",
    `N:${name};;;;`,
    `FN:${name}`,
    "TEL;type=CELL;waid=15005550123:+1 500 555 0123",
    "END:VCARD",
    "",
  ];
  return Buffer.from(lines.join("\r\n"), "utf8");
}

/** A WebP of one transparent pixel. */
const tinyWebp = Buffer.from("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==", "base64");
