/** Makes any text storable in Postgres: it refuses U+0000, and lone surrogates have no UTF-8 form. */
export function toPgText(text: string): string {
  return text.replaceAll("\u0000", "\uFFFD").toWellFormed();
}
