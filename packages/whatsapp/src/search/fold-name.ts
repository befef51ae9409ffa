import { foldText } from "./fold.ts";
import { phoneNumbersOf } from "./tokens.ts";

/**
 * A name as the search compares it: folded, with one space before each word, so that ` an` finds where a word begins. Telephone
 * numbers in it come once more as bare digits.
 */
export function foldContactName(name: string | null): string | null {
  if (name === null) return null;
  const folded = foldText(name).trim();
  if (folded === "") return null;
  const words = [...folded.split(/\s+/), ...phoneNumbersOf(folded).map(({ digits }) => digits)];
  return ` ${words.join(" ")}`;
}
