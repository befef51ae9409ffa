import { existsSync, globSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { copyToPostgres, type RunQuery } from "@waystation/db/postgres/copy-database";
import { openPostgresDatabase } from "@waystation/db/postgres/open-postgres";
import { postgresVersionOf } from "@waystation/db/testing/postgres-files";
import { sleep } from "../../clock.ts";
import type { Fault, FaultFinding } from "../../fault.ts";
import { childExit, startChild } from "../../processes/children.ts";
import { PostgresServer } from "../../processes/postgres.ts";
import { checkLedger } from "../../results/check-ledger.ts";
import type { FaultInstallation, TestBed } from "../../test-bed.ts";

/** The oldest supported version of Postgres. */
const OLDEST = 15;

export const restoreSnapshot: Fault = {
  id: "F24",
  title: "a copy taken in one snapshot under load, put into an empty database",
  isInSlice: true,
  run: (lab) =>
    restored(lab, lab.postgres, async (desk, target) => {
      const store = await openPostgresDatabase(target);
      await store.migrate();
      await store.close();
      const source = lab.postgres.client(desk.database);
      try {
        await source.begin("isolation level repeatable read", async (snapshot) => {
          const from: RunQuery = async (text, parameters = []) => [
            ...(await snapshot.unsafe(text, parameters as never[])),
          ];
          // The queue creates its own tables at start. This target has not been started, so only `public` is copied.
          await copyToPostgres(from, target, ["public"]);
        });
      } finally {
        await source.end({ timeout: 5 });
      }
    }),
};

export const restoreDump: Fault = {
  id: "F24b",
  title: "pg_dump under load, pg_restore into an empty database, on the Postgres of this system",
  isInSlice: false,
  async run(lab): Promise<FaultFinding> {
    // pg_dump rejects a newer server, and the Postgres from the registry has no pg_dump.
    const [home] = globSync("/usr/lib/postgresql/*")
      .filter((folder) => existsSync(join(folder, "bin", "pg_dump")) && postgresVersionOf(folder) >= OLDEST)
      .toSorted((a, b) => postgresVersionOf(b) - postgresVersionOf(a));
    if (!home)
      return {
        counts: {},
        problems: [],
        skipped: `no Postgres ${OLDEST} or newer with its pg_dump here (Debian: apt-get install postgresql)`,
      };
    const folder = join(lab.folder, "own-postgres");
    mkdirSync(folder);
    const postgres = await PostgresServer.create(folder, {}, [], home);
    try {
      await lab.furnish(postgres);
      const finding = await restored(lab, postgres, async (desk, target) => {
        const file = join(lab.folder, `${desk.database}.dump`);
        for (const [command, ...parameters] of [
          ["pg_dump", "--format=custom", "--no-acl", `--file=${file}`, postgres.urlOf(desk.database)],
          ["pg_restore", `--dbname=${target}`, "--no-owner", file],
        ] as [string, ...string[]][]) {
          const child = startChild(join(home, "bin", command), parameters, { stdio: "inherit" });
          await childExit(child);
          if (child.exitCode !== 0) throw new Error(`${command} ended with ${child.exitCode}.`);
        }
      });
      return { ...finding, counts: { Postgres: postgresVersionOf(home), ...finding.counts } };
    } finally {
      await postgres.stop("fast");
    }
  },
};

/** The restored installation contains exactly what was committed when the dump began, and accepts more webhooks. */
async function restored(
  lab: TestBed,
  postgres: PostgresServer,
  dump: (desk: FaultInstallation, target: string) => Promise<void>,
): Promise<FaultFinding> {
  await using desk = await lab.open({ postgres });
  const over = new AbortController();
  const load = desk.load.runUntil(lab.rate(200), over.signal);
  await sleep(3_000);
  const acknowledgedBefore = await desk.ledger.read();
  const name = `restored_${desk.database}`;
  await postgres.command(`create database ${name}`);
  await dump(desk, postgres.urlOf(name));
  over.abort();
  await load;
  const whole = await desk.check();
  const client = postgres.client(name);
  try {
    const ask: RunQuery = async (text, parameters = []) => [
      ...(await client.unsafe(text, parameters as never[])),
    ];
    const copy = await checkLedger(ask, acknowledgedBefore, desk.load.sent);
    const [next] = await ask(
      "select nextval('twilio_whatsapp_webhook_events_id_seq') > coalesce(max(id), 0) as fits from twilio_whatsapp_webhook_events",
    );
    if (!next?.fits) copy.problems.push("the sequence of events is behind them");
    return {
      counts: { stored: whole.events, "in the copy": copy.events },
      problems: [...whole.problems, ...copy.problems.map((problem) => `in the copy: ${problem}`)],
    };
  } finally {
    await client.end({ timeout: 5 });
  }
}
