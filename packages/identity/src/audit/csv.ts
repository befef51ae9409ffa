/** What spreadsheets would take for a formula, and run. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

/** One line, every cell quoted (RFC 4180); what would be a formula begins with an apostrophe and is text. */
export function csvLine(cells: readonly string[]): string {
  const quoted = cells.map((cell) => `"${(FORMULA.test(cell) ? `'${cell}` : cell).replaceAll('"', '""')}"`);
  return `${quoted.join(",")}\r\n`;
}
