/** Embeddings and overrides of the reading direction: U+202E makes a name, and what follows it, read backwards. */
const DIRECTION_OVERRIDES = /[\u202A-\u202E]/g;
const NOT_IN_NAMES = /[\u202A-\u202E\u2066-\u2069\p{Cc}\p{Zl}\p{Zp}]/gu;
const INVISIBLE = /^[\p{White_Space}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]*$/u;

/** A text as it is shown. What is stored and copied stays as it was received. */
export const visibleText = (text: string) => text.replace(DIRECTION_OVERRIDES, "");

/** A name or a file's name: one line. Empty where nothing of it can be seen. */
export const visibleName = (name: string) => (isInvisible(name) ? "" : name.replace(NOT_IN_NAMES, "").trim());

export const isInvisible = (text: string | null | undefined) => INVISIBLE.test(text ?? "");
