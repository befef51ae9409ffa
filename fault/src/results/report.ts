import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { Fault, FaultFinding } from "../fault.ts";
import type { TestBed } from "../test-bed.ts";

export interface ReportLine {
  fault: Fault;
  finding: FaultFinding;
  verdict: "pass" | "RED" | "skipped";
  seconds: number;
}

/** Runs one fault. An exception is a problem like any other, but does not count as the problem a negative control must find. */
export async function runFault(fault: Fault, lab: TestBed): Promise<ReportLine> {
  const start = performance.now();
  let finding: FaultFinding;
  let hasThrown = false;
  try {
    finding = await fault.run(lab);
  } catch (error) {
    hasThrown = true;
    finding = {
      counts: {},
      problems: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
    };
  }
  const isRed = finding.problems.length > 0;
  const isAsWanted = !hasThrown && isRed === (fault.isControl ?? false);
  const line: ReportLine = {
    fault,
    finding,
    verdict: finding.skipped ? "skipped" : isAsWanted ? "pass" : "RED",
    seconds: (performance.now() - start) / 1_000,
  };
  console.log(
    `${line.verdict.padEnd(7)} ${fault.id.padEnd(5)} ${fault.title} (${line.seconds.toFixed(0)} s)`,
  );
  console.log(`              ${describe(line)}`);
  return line;
}

export function printLine(lines: ReportLine[], later: [string, string][]): void {
  console.log("");
  for (const { fault, verdict, finding } of lines)
    console.log(`${verdict.padEnd(8)}${fault.id.padEnd(6)}${fault.title}: ${countsOf(finding)}`);
  for (const [ids, what] of later) console.log(`later   ${ids}: ${what}`);
  console.log("");
}

function describe({ fault, finding }: ReportLine): string {
  const problems = finding.problems.slice(0, 12).join("; ");
  if (finding.skipped) return `skipped: ${finding.skipped}`;
  if (fault.isControl)
    return `${countsOf(finding)}; ${problems ? `found, as it must: ${problems}` : "NOTHING FOUND"}`;
  return countsOf(finding) + (problems ? `\n              ${problems}` : "");
}

function countsOf({ counts, skipped }: FaultFinding): string {
  if (skipped) return skipped;
  return Object.entries(counts)
    .map(([what, count]) => `${what} ${typeof count === "number" ? count.toLocaleString("en") : count}`)
    .join(", ");
}

const PAGE = new URL("../../../docs/faults.md", import.meta.url);
const BEGIN = "<!-- written by `pnpm fault --all`: begin -->";
const END = "<!-- end -->";

/** Writes the table between the two markers of the page. Faults that ran get a new row; the rows of the others are kept. */
export function writeFaultReport(lines: ReportLine[], all: Fault[], later: [string, string][]): void {
  const page = readFileSync(PAGE, "utf8");
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  const rows = new Map(
    [...page.slice(begin, end).matchAll(/^\| (\S+) \|.*$/gm)].map(([row, id]) => [id ?? "", row]),
  );
  const commit = spawnSync("git", ["rev-parse", "--short", "HEAD"], {
    cwd: fileURLToPath(new URL(".", import.meta.url)),
    encoding: "utf8",
  }).stdout.trim();
  const when = `${new Date().toISOString().slice(0, 10)}, ${commit}`;
  for (const line of lines) rows.set(line.fault.id, rowOf(line, when));
  const table = [
    BEGIN,
    "",
    `Node ${process.versions.node}, ${availableParallelism()} cores, shared with others.`,
    "",
    "| | Fault | Counts | | Took | Date, commit |",
    "|---|---|---|---|---|---|",
    ...all.flatMap(({ id }) => rows.get(id) ?? []),
    ...later.map(([ids, what]) => `| ${ids} | ${what} | | later | | |`),
    "",
    END,
  ].join("\n");
  writeFileSync(PAGE, page.slice(0, begin) + table + page.slice(end + END.length));
}

function rowOf({ fault, finding, verdict, seconds }: ReportLine, when: string): string {
  const found = fault.isControl && verdict === "pass" ? `; found: ${finding.problems.join("; ")}` : "";
  const red = verdict === "RED" ? `; **${finding.problems.join("; ") || "nothing found"}**` : "";
  const word = fault.isControl && verdict === "pass" ? "red, as it must" : verdict;
  const counts = `${countsOf(finding)}${found}${red}`.replaceAll("\n", " ");
  return `| ${fault.id} | ${fault.title} | ${counts} | ${word} | ${seconds.toFixed(0)} s | ${when} |`;
}
