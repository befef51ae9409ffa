/** Arrays as Postgres reads them. Written here in one go: drivers take each element through two or three functions. */

/** Of anything that needs no quotes: numbers, UUIDs. Empty where all are null, which `unnest` fills up again. */
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
