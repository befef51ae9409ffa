/** Makes any text storable in Postgres: it refuses U+0000, and lone surrogates have no UTF-8 form. */
export function toPgText(text: string): string {
  return text.replaceAll("\u0000", "\uFFFD").toWellFormed();
}

/** White space, control characters, characters that Unicode says to ignore, and the blank Braille pattern. */
const INVISIBLE = /^[\p{White_Space}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]*$/u;

/** Whether a reader sees nothing of it. */
export function isBlank(text: string | null | undefined): boolean {
  return text === null || text === undefined || INVISIBLE.test(text);
}

/** Embeddings and overrides of the reading direction: with U+202E a name reads backwards, and so does what follows it. */
const DIRECTION_OVERRIDES = /[\u202A-\u202E]/g;

/** For text that is shown: what is stored stays as it was received. */
export function withoutOverrides(text: string): string {
  return text.replace(DIRECTION_OVERRIDES, "");
}
