import type { TestBed } from "./test-bed.ts";

export interface FaultFinding {
  /** What was done and measured, in the order of showing. */
  counts: Record<string, number | string>;
  /** Sentences on what must not be. A negative control needs one at least. */
  problems: string[];
  /** Why it could not be tried on this machine. */
  skipped?: string;
}

export interface Fault {
  id: string;
  title: string;
  /** Deliberately broken: the checks must find something, or they find nothing. */
  isControl?: boolean;
  /** Runs in the slice for every day, too. */
  isInSlice: boolean;
  run(lab: TestBed): Promise<FaultFinding>;
}

export function formatShare(part: number, whole: number): string {
  return `${((100 * part) / Math.max(1, whole)).toFixed(2)} %`;
}

export function slowestOf(milliseconds: number[]): number {
  return Math.round(milliseconds.reduce((most, one) => Math.max(most, one), 0));
}
