import type { Fault } from "./fault.ts";
import { answerBeforeCommit } from "./faults/f01-answer-before-commit.ts";
import { serverKilled } from "./faults/f01-server-killed.ts";
import { drain } from "./faults/f02-drain.ts";
import { commitsNotSynced, postgresStopped } from "./faults/f03-postgres-stopped.ts";
import { twilioRefuses } from "./faults/f04-twilio-refuses.ts";
import { twilioHangs } from "./faults/f05-twilio-hangs.ts";
import { twilioMalformed } from "./faults/f06-twilio-malformed.ts";
import { killedWhileSending } from "./faults/f08-killed-while-sending.ts";
import { duplicateStorm, noUniqueKey } from "./faults/f09-duplicates.ts";
import { everyOrder } from "./faults/f10-orders.ts";
import { lazyPool, noSlots } from "./faults/f11-no-slots.ts";
import { frozenLong, frozenShortly, halfOpen } from "./faults/f12-frozen.ts";
import { databaseDiskFull, ownDiskFull } from "./faults/f13-disk-full.ts";
import { clockJumps } from "./faults/f15-clock.ts";
import { onePaused } from "./faults/f16-paused.ts";
import { migratorKilled, newerTables } from "./faults/f17-migrations.ts";
import { badNetwork } from "./faults/f18-partition.ts";
import { littleMemory, stalled } from "./faults/f19-stall.ts";
import { noisyAccount, overload } from "./faults/f20-overload.ts";
import { sameIds, unscopedKey } from "./faults/f21-unscoped-key.ts";
import { keyChange } from "./faults/f23-key-change.ts";
import { restore, restoreDump } from "./faults/f24-restore.ts";
import { liveConsoles, liveConsolesOfTwo } from "./faults/f25-live-consoles.ts";
import { slowConnections } from "./faults/f26-slow-connections.ts";
import { embeddedKilled } from "./faults/pglite.ts";

export const FAULTS: Fault[] = [
  serverKilled,
  answerBeforeCommit,
  drain,
  postgresStopped,
  commitsNotSynced,
  twilioRefuses,
  twilioHangs,
  twilioMalformed,
  killedWhileSending,
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
  clockJumps,
  onePaused,
  migratorKilled,
  newerTables,
  badNetwork,
  stalled,
  littleMemory,
  overload,
  noisyAccount,
  sameIds,
  unscopedKey,
  keyChange,
  restore,
  restoreDump,
  liveConsoles,
  liveConsolesOfTwo,
  slowConnections,
  embeddedKilled,
];

/** Of the table of faults, what has nothing to be tried on yet. */
export const LATER: [ids: string, what: string][] = [
  ["F7", "media: redirects, loops, endless streams: tried without processes, see above"],
  ["F22", "ten minutes without us: comes with reconciliation"],
];
