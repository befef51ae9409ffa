/** So often must a statement come before it is worth its place. */
const OFTEN = 20;
/** Each is kept by every connection of the pool, with its plan. */
const PLACES = 100;
const CANDIDATES = 1_000;

/**
 * Says of a statement whether it comes so often that it is to be prepared: one of several joins takes longer to plan than to
 * run. Drizzle sends everything unprepared, and has no word for it.
 */
export function countFrequentStatements(): (text: string) => boolean {
  const counts = new Map<string, number>();
  const prepared = new Set<string>();
  return (text) => {
    if (prepared.has(text)) return true;
    if (prepared.size >= PLACES) return false;
    const count = (counts.get(text) ?? 0) + 1;
    if (count < OFTEN) {
      if (counts.size >= CANDIDATES) counts.clear();
      counts.set(text, count);
      return false;
    }
    counts.delete(text);
    prepared.add(text);
    return true;
  };
}
