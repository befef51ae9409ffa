/** What one message of several carries. */
interface BubblePart<File> {
  body: string;
  file?: File;
}

const CAPTION_LENGTH = 1_024;
/** WhatsApp shows no words below a recording or a contact card. */
const CAPTIONED = /^(image|video|application)\//;

/** One file a message, in order. Words go below the first file where they can stand there; else they follow. */
export function arrangeBubbleParts<File extends { type: string }>(
  files: readonly File[],
  texts: readonly string[],
): BubblePart<File>[] {
  const [first, ...rest] = files;
  const [caption, ...more] = texts;
  const isCaption =
    first !== undefined &&
    caption !== undefined &&
    more.length === 0 &&
    caption.length <= CAPTION_LENGTH &&
    CAPTIONED.test(first.type);
  if (isCaption) return [{ body: caption, file: first }, ...rest.map((file) => ({ body: "", file }))];
  return [...files.map((file) => ({ body: "", file })), ...texts.map((body) => ({ body }))];
}
