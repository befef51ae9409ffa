import { startJobs } from "@waystation/core/jobs/jobs";
import { createTestCore } from "@waystation/core/testing/test-core";
import { createTestStore, type TestStore, type testDatabases } from "@waystation/db/testing/databases";
import {
  createSimulator,
  type Simulator,
  type SimulatorOptions,
} from "@waystation/twilio-simulator/simulator";
import { createMessageSender } from "./inbox/sending/outbox.ts";

/** A database, a simulator and the installation that commands receive. */
export async function createTestInstallation(
  kind: (typeof testDatabases)[number] | TestStore,
  simulatorOptions: SimulatorOptions = {},
  /** For tests of sending only: the job queue takes a second or two to start. */
  { withJobs = false } = {},
) {
  const store = typeof kind === "string" ? await createTestStore(kind) : kind;
  const simulator: Simulator = createSimulator({ pace: 0, ...simulatorOptions });
  const reports: unknown[] = [];
  const queue = withJobs ? await startJobs(store, (error) => reports.push(error)) : null;
  if (queue) await store.enableRowLevelSecurity();
  const core = await createTestCore(store, { jobs: queue?.jobs, simulatorUrl: await simulator.start(0) });
  const { platform, person } = core;
  return {
    store,
    simulator,
    platform,
    person,
    /** Starts the workers of this installation, as a server does. */
    work: () => queue?.work(createMessageSender(platform)),
    reports,
    async [Symbol.asyncDispose]() {
      await queue?.stop();
      await simulator.stop();
      await core[Symbol.asyncDispose]();
    },
  };
}

export type TestInstallation = Awaited<ReturnType<typeof createTestInstallation>>;
