import { readFileSync } from "node:fs";

/** Result of a test run. Skipped tests prove nothing, so they count as failures. */
export interface TestOutcome {
  passed: number;
  failed: number;
  skipped: number;
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
}

interface PlaywrightReport {
  stats: { expected: number; flaky: number; unexpected: number; skipped: number };
}

export function readVitestReport(file: string): TestOutcome | null {
  const report = read<VitestReport>(file);
  if (!report) return null;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

export function readPlaywrightReport(file: string): TestOutcome | null {
  const stats = read<PlaywrightReport>(file)?.stats;
  if (!stats) return null;
  return { passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped };
}

export function readFaultReport(file: string): TestOutcome | null {
  const report = read<{ passed: number; failed: number }>(file);
  return report && { ...report, skipped: 0 };
}

function read<Report>(file: string): Report | null {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Report;
  } catch {
    return null;
  }
}
