const MAX_DEPTH = 32;
const MAX_VALUES = 10_000;
const [QUOTE, BACKSLASH, COMMA, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = Buffer.from('"\\,[]{}');

/**
 * Why JSON is not parsed, although it is short enough: nested so deeply, or made of so many values, that parsing it would hold
 * up everybody else. Null where it may be. Looks at the bytes once.
 */
export function jsonLimitViolation(bytes: Uint8Array): string | null {
  let depth = 0;
  let values = 0;
  let isText = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (isText) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) isText = false;
    } else if (byte === QUOTE) isText = true;
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      if (++depth > MAX_DEPTH)
        return `The JSON is nested more than ${MAX_DEPTH} levels deep. Send it flatter.`;
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--;
    else if (byte === COMMA && ++values > MAX_VALUES)
      return `The JSON has more than ${MAX_VALUES} values. Send it in parts.`;
  }
  return null;
}
