/** Formats lines with aligned columns: the first to the left, the others to the right. */
export function formatTable(head: string[], rows: string[][]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  const line = (row: string[]) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd();
  return [line(head), widths.map((width) => "-".repeat(width)).join("  "), ...rows.map(line)].join("\n");
}

/** A figure with its goal. A value of NaN counts as not measured, neither met nor missed. */
export interface BenchGoal {
  what: string;
  value: number;
  atLeast?: number;
  atMost?: number;
  unit?: string;
}

export function formatGoalTable(goals: BenchGoal[]): string {
  return formatTable(
    ["", "measured", "goal", ""],
    goals.map(({ what, value, atLeast, atMost, unit = "×" }) => [
      what,
      `${formatNumber(value, 2)} ${unit}`,
      atLeast === undefined ? `≤ ${atMost} ${unit}` : `≥ ${atLeast} ${unit}`,
      Number.isNaN(value)
        ? "not measured"
        : value >= (atLeast ?? value) && value <= (atMost ?? value)
          ? "met"
          : "not met",
    ]),
  );
}

export function formatNumber(value: number, digits = 0): string {
  if (!Number.isFinite(value)) return "–";
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function medianOf(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length % 2) return sorted[middle] ?? Number.NaN;
  return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}
