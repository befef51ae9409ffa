import type { Fault } from "./fault.ts";
import { commitsNotSynced, postgresStopped } from "./faults/database/f03-postgres-stopped.ts";
import { lazyConnectionPool, noFreeConnections } from "./faults/database/f11-no-slots.ts";
import {
  halfOpenConnections,
  postgresFrozenBriefly,
  postgresFrozenLong,
} from "./faults/database/f12-frozen.ts";
import { databaseDiskFull, serverDiskFull } from "./faults/database/f13-disk-full.ts";
import { migratorKilled, newerMigrationUnderLoad } from "./faults/database/f17-migrations.ts";
import { networkPartition } from "./faults/database/f18-partition.ts";
import { restoreDump, restoreSnapshot } from "./faults/database/f24-restore.ts";
import { embeddedKilled } from "./faults/database/pglite.ts";
import { answerBeforeCommit } from "./faults/server/f01-answer-before-commit.ts";
import { serverKilled } from "./faults/server/f01-server-killed.ts";
import { drainOnSigterm } from "./faults/server/f02-drain.ts";
import { oneServerPaused } from "./faults/server/f16-paused.ts";
import { lowMemoryServer, stalledServer } from "./faults/server/f19-stall.ts";
import { liveConsoles, liveConsolesOfTwoServers } from "./faults/server/f25-live-consoles.ts";
import { duplicateWebhooks, missingUniqueKey } from "./faults/traffic/f09-duplicates.ts";
import { statusesInEveryOrder } from "./faults/traffic/f10-orders.ts";
import { clockJumps } from "./faults/traffic/f15-clock.ts";
import { noisyAccount, overload } from "./faults/traffic/f20-overload.ts";
import { sameIdsAcrossAccounts, unscopedKey } from "./faults/traffic/f21-unscoped-key.ts";
import { keyChange } from "./faults/traffic/f23-key-change.ts";
import { slowConnections } from "./faults/traffic/f26-slow-connections.ts";
import { twilioRefuses } from "./faults/twilio/f04-twilio-refuses.ts";
import { twilioHangs } from "./faults/twilio/f05-twilio-hangs.ts";
import { twilioMalformed } from "./faults/twilio/f06-twilio-malformed.ts";
import { killedWhileSending } from "./faults/twilio/f08-killed-while-sending.ts";

export const FAULTS: Fault[] = [
  serverKilled,
  answerBeforeCommit,
  drainOnSigterm,
  postgresStopped,
  commitsNotSynced,
  twilioRefuses,
  twilioHangs,
  twilioMalformed,
  killedWhileSending,
  duplicateWebhooks,
  missingUniqueKey,
  statusesInEveryOrder,
  noFreeConnections,
  lazyConnectionPool,
  postgresFrozenBriefly,
  postgresFrozenLong,
  halfOpenConnections,
  databaseDiskFull,
  serverDiskFull,
  clockJumps,
  oneServerPaused,
  migratorKilled,
  newerMigrationUnderLoad,
  networkPartition,
  stalledServer,
  lowMemoryServer,
  overload,
  noisyAccount,
  sameIdsAcrossAccounts,
  unscopedKey,
  keyChange,
  restoreSnapshot,
  restoreDump,
  liveConsoles,
  liveConsolesOfTwoServers,
  slowConnections,
  embeddedKilled,
];

/** Faults of the plan that have no test here. */
export const PLANNED_FAULTS: [ids: string, what: string][] = [
  ["F7", "media: redirects, loops, endless streams: tried without processes, see above"],
  ["F22", "ten minutes without us: comes with reconciliation"],
];
