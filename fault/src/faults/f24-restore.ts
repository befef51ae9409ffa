import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { openPostgres } from "@waystation/db/client";
import { type Ask, copyToPostgres } from "@waystation/db/copy-database";
import { check } from "../check.ts";
import { sleep } from "../clock.ts";
import type { Fault, Finding } from "../fault.ts";
import type { Desk, Lab } from "../lab.ts";

/** The major version of the Postgres that is tried here; an older pg_dump refuses it. */
const VERSION = 18;

export const restore: Fault = {
  id: "F24",
  title: "a copy taken in one snapshot under load, put into an empty database",
  isInSlice: true,
  run: (lab) =>
    restored(lab, async (desk, target) => {
      const store = await openPostgres(target);
      await store.migrate();
      await store.close();
      const source = lab.postgres.client(desk.database);
      try {
        await source.begin("isolation level repeatable read", async (snapshot) => {
          const from: Ask = async (text, parameters = []) => [
            ...(await snapshot.unsafe(text, parameters as never[])),
          ];
          // The queue's own tables are made by its start, which this target has not seen.
          await copyToPostgres(from, target, ["public"]);
        });
      } finally {
        await source.end({ timeout: 5 });
      }
    }),
};

export const restoreDump: Fault = {
  id: "F24b",
  title: "pg_dump under load, pg_restore into an empty database",
  isInSlice: false,
  async run(lab): Promise<Finding> {
    const said = spawnSync("pg_dump", ["--version"], { encoding: "utf8" }).stdout ?? "";
    const version = Number(/\d+/.exec(said)?.[0] ?? 0);
    if (version < VERSION)
      return {
        counts: {},
        problems: [],
        skipped: `no pg_dump ${VERSION} here (${said.trim() || "none at all"})`,
      };
    return restored(lab, async (desk, target) => {
      const file = join(lab.folder, `${desk.database}.dump`);
      for (const [command, ...parameters] of [
        ["pg_dump", "--format=custom", `--file=${file}`, lab.postgres.urlOf(desk.database)],
        ["pg_restore", `--dbname=${target}`, "--no-owner", file],
      ] as [string, ...string[]][]) {
        const { status, stderr } = spawnSync(command, parameters, { encoding: "utf8" });
        if (status !== 0) throw new Error(`${command} failed: ${stderr}`);
      }
    });
  },
};

/** The restored desk holds what was committed when the dump began: nothing twice, nothing half, and it takes more. */
async function restored(lab: Lab, dump: (desk: Desk, target: string) => Promise<void>): Promise<Finding> {
  await using desk = await lab.open();
  const over = new AbortController();
  const load = desk.load.runUntil(lab.rate(200), over.signal);
  await sleep(3_000);
  const acknowledgedBefore = await desk.ledger.read();
  const name = `restored_${desk.database}`;
  await lab.postgres.command(`create database ${name}`);
  await dump(desk, lab.postgres.urlOf(name));
  over.abort();
  await load;
  const whole = await desk.check();
  const client = lab.postgres.client(name);
  try {
    const ask: Ask = async (text, parameters = []) => [...(await client.unsafe(text, parameters as never[]))];
    const copy = await check(ask, acknowledgedBefore, desk.load.sent);
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
