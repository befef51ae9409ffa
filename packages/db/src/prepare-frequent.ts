import type postgres from "postgres";

/** So often must a statement come before it is worth its place. */
const OFTEN = 20;
/** Each is kept by every connection of the pool, with its plan. */
const PLACES = 100;
const CANDIDATES = 1_000;

/**
 * The same client, whose `unsafe` prepares what comes again and again: a statement of several joins takes longer to plan than
 * to run. Drizzle sends everything by `unsafe`, and has no word for it.
 */
export function prepareFrequent(client: postgres.Sql): postgres.Sql {
  const counts = new Map<string, number>();
  const prepared = new Set<string>();

  function isFrequent(text: string): boolean {
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
  }

  const unsafe: postgres.Sql["unsafe"] = (text, parameters, options) =>
    client.unsafe(text, parameters, { prepare: isFrequent(text), ...options });
  return new Proxy(client, {
    get: (target, name) => (name === "unsafe" ? unsafe : Reflect.get(target, name)),
  });
}
