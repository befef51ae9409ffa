interface HighlightProps {
  text: string;
  /** From one UTF-16 unit up to another, in order. */
  ranges: readonly (readonly [start: number, end: number])[];
  /** Where there is room for the beginning of a line only: so much of it before the first range. */
  lead?: number;
}

/** A text with what was searched for marked in it. */
export function HighlightedText({ text, ranges, lead }: HighlightProps) {
  const begin = lead === undefined ? 0 : beginningOf(text, ranges[0]?.[0] ?? 0, lead);
  const parts = ranges.flatMap(([start, end], index) => [
    { key: `before ${start}`, text: text.slice(ranges[index - 1]?.[1] ?? begin, start), isFound: false },
    { key: `found ${start}`, text: text.slice(start, end), isFound: true },
  ]);
  return (
    <>
      {begin > 0 ? "…" : null}
      {parts.map((part) => (part.isFound ? <mark key={part.key}>{part.text}</mark> : part.text))}
      {text.slice(ranges.at(-1)?.[1] ?? begin)}
    </>
  );
}

/** At a word, if one begins there. */
function beginningOf(text: string, first: number, lead: number): number {
  if (first <= lead) return 0;
  const from = first - lead;
  const space = text.slice(from, first).search(/\s/);
  if (space >= 0) return from + space + 1;
  const unit = text.charCodeAt(from);
  return unit >= 0xdc00 && unit < 0xe000 ? from + 1 : from;
}
