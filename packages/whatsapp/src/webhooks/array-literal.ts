/** Postgres array literals, built in one pass: drivers call two or three functions per element. */

/** Values that need no quotes: numbers and UUIDs. An array of nulls becomes `{}`, which `unnest` pads with nulls. */
export function numberArrayLiteral(values: readonly (number | string | null)[]): string {
  let text = "";
  let isEmpty = true;
  for (const value of values) {
    if (value !== null) isEmpty = false;
    text += text === "" ? (value ?? "NULL") : `,${value ?? "NULL"}`;
  }
  return isEmpty ? "{}" : `{${text}}`;
}

export function textArrayLiteral(values: readonly (string | null)[]): string {
  let text = "";
  let isEmpty = true;
  for (const value of values) {
    if (text !== "") text += ",";
    if (value === null) text += "NULL";
    else {
      isEmpty = false;
      text += SPECIAL.test(value) ? `"${value.replace(/["\\]/g, "\\$&")}"` : `"${value}"`;
    }
  }
  return isEmpty ? "{}" : `{${text}}`;
}

const SPECIAL = /["\\]/;
