import { expect, test } from "vitest";
import { attachmentProblemOf } from "./attachments.ts";

const MB = 1024 * 1024;

test("a file is judged by its type or its ending, before anything is uploaded", () => {
  const judge = (name: string, type: string, size = 1_000) => attachmentProblemOf({ name, type, size });
  expect(judge("a.png", "image/png")).toBeNull();
  expect(judge("PHOTO.JPG", "")).toBeNull();
  expect(judge("note.opus", "")).toBeNull();
  expect(judge("a.webp", "image/webp")).toMatch(/^WhatsApp does not take this kind/);
  expect(judge("page.html", "text/html")).toMatch(/^WhatsApp does not take this kind/);
  expect(judge("a.png", "image/png", 0)).toMatch(/empty/);
});

test("a picture may have 5 MB, anything else 16", () => {
  expect(attachmentProblemOf({ name: "a.png", type: "image/png", size: 5 * MB })).toBeNull();
  expect(attachmentProblemOf({ name: "a.png", type: "image/png", size: 5 * MB + 1 })).toMatch(
    /pictures of up to 5 MB/,
  );
  expect(attachmentProblemOf({ name: "a.pdf", type: "", size: 16 * MB })).toBeNull();
  expect(attachmentProblemOf({ name: "a.pdf", type: "", size: 16 * MB + 1 })).toMatch(/files of up to 16 MB/);
});
