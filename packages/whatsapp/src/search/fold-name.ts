import { foldText } from "./fold.ts";
import { phoneNumbersOf } from "./tokens.ts";

/**
 * A name in the form that the search compares: folded, with one space before each word, so that ` an` matches the beginning of
 * a word. Telephone numbers are repeated as bare digits.
 */
export function foldContactName(name: string | null): string | null {
  if (name === null) return null;
  const folded = foldText(name).trim();
  if (folded === "") return null;
  const words = [...folded.split(/\s+/), ...phoneNumbersOf(folded).map(({ digits }) => digits)];
  return ` ${words.join(" ")}`;
}
