import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { openEmbeddedDatabase } from "@waystation/db/client";
import { sleep } from "../../clock.ts";
import { type Fault, slowestOf } from "../../fault.ts";
import { WebhookLoad } from "../../load.ts";
import { reservePort } from "../../processes/ports.ts";
import { ServerProcess } from "../../processes/server-process.ts";
import { checkLedger, type RunSqlQuery } from "../../results/check-ledger.ts";
import { Ledger } from "../../results/ledger.ts";
import { SEEDED_ACCOUNTS, seedInstallation } from "../../seed.ts";

export const embeddedKilled: Fault = {
  id: "P1",
  title: "the embedded database: kill -9 under load, then opened again",
  isInSlice: true,
  async run(lab) {
    const kills = lab.isWhole ? 20 : 3;
    const folder = join(lab.folder, "embedded");
    const database = join(folder, "data", "postgres");
    mkdirSync(join(folder, "data"), { recursive: true });
    await furnishEmbedded(database);
    const server = new ServerProcess({ port: await reservePort(), folder, environment: {} });
    await using ledger = await Ledger.create(join(folder, "acknowledged"));
    const load = new WebhookLoad({
      ports: () => [server.port],
      accounts: SEEDED_ACCOUNTS,
      ledger,
      retries: 5,
    });
    const starts: number[] = [];
    const problems: string[] = [];
    starts.push(await server.start());
    const over = new AbortController();
    const running = load.runUntil(lab.rate(200), over.signal);
    for (let kill = 0; kill < kills; kill++) {
      await sleep(700 + Math.random() * 800);
      await server.stop("SIGKILL");
      starts.push(await server.start());
    }
    await sleep(700);
    const refusal = await secondProcess(folder);
    if (refusal !== 1) problems.push(`a second process on the same folder ended with ${refusal}`);
    over.abort();
    await running;
    await load.settled();
    load.rest();
    const { code } = await server.stop("SIGTERM");
    if (code !== 0) problems.push(`exit code ${code}`);
    const store = await openEmbeddedDatabase(database);
    try {
      const ask: RunSqlQuery = (text, parameters = []) => store.query(text, parameters);
      const acknowledged = await ledger.read();
      const { events, problems: wrong } = await checkLedger(ask, acknowledged, load.sent);
      return {
        counts: {
          kills,
          acknowledged: acknowledged.size,
          stored: events,
          "slowest start, ms": slowestOf(starts),
        },
        problems: [...problems, ...wrong],
      };
    } finally {
      await store.close();
    }
  },
};

async function furnishEmbedded(database: string): Promise<void> {
  const store = await openEmbeddedDatabase(database);
  try {
    await store.migrate();
    await seedInstallation((text, parameters) => store.query(text, parameters));
  } finally {
    await store.close();
  }
}

/** Starts a second server on the same data folder. Returns its exit code, or null if it had to be killed. */
async function secondProcess(folder: string): Promise<number | null> {
  const second = new ServerProcess({
    port: await reservePort(),
    folder: join(folder, "second"),
    environment: { DATA_DIR: join(folder, "data") },
  });
  return second.exitCode(60_000);
}
