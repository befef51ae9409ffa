import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { FAULTS, PLANNED_FAULTS } from "./faults.ts";
import { printLine, type ReportLine, runFault, writeFaultReport } from "./results/report.ts";
import { TestBed } from "./test-bed.ts";

const { values, positionals } = parseArgs({
  options: { all: { type: "boolean", default: false }, json: { type: "string" } },
  allowPositionals: true,
});
const wanted = positionals.map((id) => id.toUpperCase());
const unknown = wanted.filter((id) => !FAULTS.some((fault) => fault.id.toUpperCase() === id));
if (unknown.length > 0)
  throw new Error(
    `No such fault: ${unknown.join(", ")}. There are ${FAULTS.map(({ id }) => id).join(", ")}.`,
  );
const chosen = FAULTS.filter(({ id, isInSlice }) =>
  wanted.length > 0 ? wanted.includes(id.toUpperCase()) : values.all || isInSlice,
);

// On a signal, the run exits, and the cleanup process ends its child processes.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
const lab = await TestBed.create(values.all);
console.log(`A server starts in ${Math.round(lab.startMilliseconds)} ms here.`);
const lines: ReportLine[] = [];
for (const fault of chosen) lines.push(await runFault(fault, lab));
await lab.close();

printLine(lines, PLANNED_FAULTS);
if (values.all) writeFaultReport(lines, FAULTS, PLANNED_FAULTS);
const failed = lines.filter(({ verdict }) => verdict === "RED").length;
const passed = lines.filter(({ verdict }) => verdict === "pass").length;
if (values.json) writeFileSync(values.json, JSON.stringify({ passed, failed }));
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
