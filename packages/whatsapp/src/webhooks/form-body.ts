/** A form body as flat pairs in the order of the wire: repeated names stay apart, `a[b]` is a name like any other. */
export type FormPairs = [name: string, value: string][];

const MAX_PAIRS = 200;
const MAX_NAME = 128;
const MAX_VALUE = 16 * 1024;
const SEPARATOR = "&".charCodeAt(0);

/** Parses as browsers do (WHATWG). Null for what no Twilio webhook looks like: empty, or far too much of anything. */
export function parseFormBody(body: Buffer): FormPairs | null {
  if (!hasPairs(body)) return null;
  const text = body.toString("utf8");
  const pairs = parseQuickly(text) ?? [...new URLSearchParams(text)];
  if (pairs.length === 0) return null;
  for (const [name, value] of pairs)
    if (name === "" || name.length > MAX_NAME || value.length > MAX_VALUE) return null;
  return pairs;
}

/** Of the bytes, before a form of thousands of parameters is decoded. Nothing between two separators is no pair. */
function hasPairs(body: Buffer): boolean {
  let count = 0;
  let isInPair = false;
  for (const byte of body) {
    if (byte === SEPARATOR) isInPair = false;
    else if (!isInPair) {
      isInPair = true;
      if (++count > MAX_PAIRS) return false;
    }
  }
  return count > 0;
}

/** The same for what is encoded as it should be, in half the time; null for anything else. */
function parseQuickly(text: string): FormPairs | null {
  // URLSearchParams takes a leading question mark off.
  if (text.startsWith("?")) return null;
  const pairs: FormPairs = [];
  try {
    for (let at = 0; at < text.length; ) {
      const found = text.indexOf("&", at);
      const end = found < 0 ? text.length : found;
      if (end > at) {
        const equals = text.indexOf("=", at);
        const middle = equals < 0 || equals > end ? end : equals;
        pairs.push([decode(text.slice(at, middle)), decode(text.slice(middle + 1, end))]);
      }
      at = end + 1;
    }
  } catch {
    return null;
  }
  return pairs;
}

function decode(text: string): string {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  return spaced.includes("%") ? decodeURIComponent(spaced) : spaced;
}

/** For showing: a name that came once has its value, one that came again a list. */
export function formParametersOf(pairs: FormPairs): Record<string, string | string[]> {
  const parameters = new Map<string, string | string[]>();
  for (const [name, value] of pairs) {
    const earlier = parameters.get(name);
    parameters.set(name, earlier === undefined ? value : [earlier, value].flat());
  }
  // From entries, so that a parameter called __proto__ is one like any other.
  return Object.fromEntries(parameters);
}
