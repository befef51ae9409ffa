import { foldWithPositions } from "./fold.ts";
import type { SearchTerms } from "./read-search.ts";
import { phoneNumbersOf, type SearchToken, searchTokensOf } from "./tokens.ts";

/** A range of UTF-16 units; `end` is excluded. */
type TextRange = [start: number, end: number];

export interface SearchMatch {
  text: string;
  ranges: TextRange[];
}

/** The maximum number of characters shown of a long line. */
const EXCERPT = 160;
/** The number of those characters before the match. */
const BEFORE = 40;

/** The line of a text that contains the match, shortened if it is long, and the ranges to highlight. */
export function findMatchedLine(text: string, terms: SearchTerms): SearchMatch {
  const ranges = matchedRangesOf(text, terms);
  const [at] = ranges[0] ?? [0];
  const begin = text.lastIndexOf("\n", at - 1) + 1;
  const lineEnd = text.indexOf("\n", at);
  const end = lineEnd < 0 ? text.length : lineEnd;
  const from = end - begin <= EXCERPT || at - begin <= BEFORE ? begin : wordBefore(text, at - BEFORE, at);
  const to = Math.min(end, whole(text, from + EXCERPT));
  const ahead = from > begin ? "…" : "";
  const shift = ahead.length - from;
  return {
    text: `${ahead}${text.slice(from, to)}${to < end ? "…" : ""}`,
    ranges: ranges
      .filter(([start, stop]) => start >= from && stop <= to)
      .map(([start, stop]) => [start + shift, stop + shift]),
  };
}

/** The matched ranges of a text, in order. A token matches whole words, or parts of words if no whole word matches. */
export function matchedRangesOf(text: string, { tokens, phones }: SearchTerms): TextRange[] {
  const folded = foldWithPositions(text);
  const words = searchTokensOf(folded.text);
  const found = tokens.flatMap((token) => occurrences(folded.text, words, token));
  if (phones.length > 0)
    for (const { start, end, digits } of phoneNumbersOf(folded.text))
      if (phones.some((phone) => digits.endsWith(phone) || phone.endsWith(digits))) found.push([start, end]);
  const ranges = found
    .map(([start, end]): TextRange => [folded.starts[start] ?? 0, folded.ends[end - 1] ?? 0])
    .sort(([a], [b]) => a - b);
  const merged: TextRange[] = [];
  for (const [start, end] of ranges) {
    const last = merged.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}

function occurrences(folded: string, words: SearchToken[], { kind, text }: SearchToken): TextRange[] {
  if (kind === "word") {
    const whole = words.filter((word) => word.text === text);
    if (whole.length > 0) return whole.map(({ start }) => [start, start + text.length]);
  }
  const ranges: TextRange[] = [];
  for (let at = folded.indexOf(text); at >= 0; at = folded.indexOf(text, at + text.length))
    ranges.push([at, at + text.length]);
  return ranges;
}

/** The start of the first word after `at`, or `at` itself if there is no space up to `before`. */
function wordBefore(text: string, at: number, before: number): number {
  const space = text.slice(at, before).search(/\s/);
  return space < 0 ? whole(text, at) : at + space + 1;
}

/** Moves a position out of the middle of a surrogate pair. */
function whole(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit < 0xe000 ? at - 1 : at;
}
