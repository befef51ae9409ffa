import type { Fault } from "./fault.ts";
import { serverKilled } from "./faults/f01-server-killed.ts";
import { drain } from "./faults/f02-drain.ts";
import { commitsNotSynced, postgresStopped } from "./faults/f03-postgres-stopped.ts";

export const FAULTS: Fault[] = [serverKilled, drain, postgresStopped, commitsNotSynced];

/** Of the table of faults, what has nothing to be tried on yet. */
export const LATER: [ids: string, what: string][] = [
  [
    "F4 to F8",
    "Twilio's API failing, hanging, malformed; media; death between claiming, sending and recording: come with sending",
  ],
  ["F22", "ten minutes without us: comes with reconciliation"],
  ["F23", "a change of keys under load: comes with the issue that builds it"],
];
