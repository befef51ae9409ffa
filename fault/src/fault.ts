import type { TestBed } from "./test-bed.ts";

export interface FaultFinding {
  /** Actions and measurements, in display order. */
  counts: Record<string, number | string>;
  /** Violations, as sentences. A negative control needs at least one. */
  problems: string[];
  /** Why the fault cannot run on this machine. */
  skipped?: string;
}

export interface Fault {
  id: string;
  title: string;
  /** Negative control: deliberately broken, so the checks must find a problem. */
  isControl?: boolean;
  /** Whether the fault also runs in the smoke run. */
  isInSlice: boolean;
  run(lab: TestBed): Promise<FaultFinding>;
}

export function formatShare(part: number, whole: number): string {
  return `${((100 * part) / Math.max(1, whole)).toFixed(2)} %`;
}

export function slowestOf(milliseconds: number[]): number {
  return Math.round(milliseconds.reduce((most, one) => Math.max(most, one), 0));
}
