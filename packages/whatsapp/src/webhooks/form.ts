/** A form body as flat pairs in the order of the wire: repeated names stay apart, `a[b]` is a name like any other. */
export type FormPairs = [name: string, value: string][];

const MAX_PAIRS = 200;
const MAX_NAME = 128;
const MAX_VALUE = 16 * 1024;

/** Parses as browsers do (WHATWG). Null for what no Twilio webhook looks like: empty, or far too much of anything. */
export function parseForm(body: Buffer): FormPairs | null {
  const pairs: FormPairs = [...new URLSearchParams(body.toString("utf8"))];
  if (pairs.length === 0 || pairs.length > MAX_PAIRS) return null;
  for (const [name, value] of pairs)
    if (name === "" || name.length > MAX_NAME || value.length > MAX_VALUE) return null;
  return pairs;
}

/** For showing: a name that came once has its value, one that came again a list. */
export function parametersOf(pairs: FormPairs): Record<string, string | string[]> {
  const parameters = new Map<string, string | string[]>();
  for (const [name, value] of pairs) {
    const earlier = parameters.get(name);
    parameters.set(name, earlier === undefined ? value : [earlier, value].flat());
  }
  // From entries, so that a parameter called __proto__ is one like any other.
  return Object.fromEntries(parameters);
}
