import { parseArgs } from "node:util";

/** Parses `--name value` as whole numbers and `--name` alone as switches. Rejects unknown options. */
export function parseBenchOptions<Numbers extends Record<string, number>, Switches extends string = never>(
  args: string[],
  numbers: Numbers,
  switches: readonly Switches[] = [],
): Numbers & Record<Switches, boolean> {
  const { values } = parseArgs({
    args,
    options: {
      ...Object.fromEntries(Object.keys(numbers).map((name) => [name, { type: "string" as const }])),
      ...Object.fromEntries(switches.map((name) => [name, { type: "boolean" as const }])),
    },
  });
  const read = Object.entries(numbers).map(([name, fallback]) => {
    const given = values[name];
    const number = given === undefined ? fallback : Number(given);
    if (!Number.isFinite(number) || number < 0) throw new Error(`--${name} is "${given}". Give it a number.`);
    return [name, number];
  });
  return Object.fromEntries([...read, ...switches.map((name) => [name, values[name] === true])]) as Numbers &
    Record<Switches, boolean>;
}
