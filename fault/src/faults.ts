import type { Fault } from "./fault.ts";
import { answerBeforeCommit } from "./faults/f01-answer-before-commit.ts";
import { serverKilled } from "./faults/f01-server-killed.ts";
import { drain } from "./faults/f02-drain.ts";
import { commitsNotSynced, postgresStopped } from "./faults/f03-postgres-stopped.ts";
import { duplicateStorm, noUniqueKey } from "./faults/f09-duplicates.ts";
import { everyOrder } from "./faults/f10-orders.ts";
import { lazyPool, noSlots } from "./faults/f11-no-slots.ts";
import { frozenLong, frozenShortly, halfOpen } from "./faults/f12-frozen.ts";
import { databaseDiskFull, ownDiskFull } from "./faults/f13-disk-full.ts";

export const FAULTS: Fault[] = [
  serverKilled,
  answerBeforeCommit,
  drain,
  postgresStopped,
  commitsNotSynced,
  duplicateStorm,
  noUniqueKey,
  everyOrder,
  noSlots,
  lazyPool,
  frozenShortly,
  frozenLong,
  halfOpen,
  databaseDiskFull,
  ownDiskFull,
];

/** Of the table of faults, what has nothing to be tried on yet. */
export const LATER: [ids: string, what: string][] = [
  [
    "F4 to F8",
    "Twilio's API failing, hanging, malformed; media; death between claiming, sending and recording: come with sending",
  ],
  ["F22", "ten minutes without us: comes with reconciliation"],
  ["F23", "a change of keys under load: comes with the issue that builds it"],
];
