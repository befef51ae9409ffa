import { fileURLToPath } from "node:url";
import { sleep } from "../../clock.ts";
import type { Fault, FaultFinding } from "../../fault.ts";
import { TcpFaultProxy } from "../../network/tcp-fault-proxy.ts";
import { childExit, startChild } from "../../processes/children.ts";
import type { TestBed } from "../../test-bed.ts";

const MIGRATE = fileURLToPath(new URL("../../../../apps/server/src/commands/migrate.ts", import.meta.url));

export const migratorKilled: Fault = {
  id: "F17",
  title: "kill -9 of the migration, three migrations at once",
  isInSlice: true,
  async run(lab): Promise<FaultFinding> {
    const wanted = await shapeOf(lab, await migrated(lab, "shape_wanted"));
    const problems: string[] = [];
    await using spoiler = await TcpFaultProxy.create(lab.postgres.port);
    await lab.postgres.command("create database shape_measured");
    let pieces = 0;
    spoiler.onRequest = () => {
      pieces += 1;
    };
    await migrator(lab, "shape_measured", spoiler.port).ended;
    const total = pieces;
    const kills = Math.min(total, lab.isWhole ? lab.rate(150) : 4);
    await lab.postgres.command("create database shape_killed");
    for (let kill = 0; kill < kills; kill++) {
      const last = Math.floor(((kill + 0.5) / kills) * total);
      pieces = 0;
      const run = migrator(lab, "shape_killed", spoiler.port);
      spoiler.onRequest = () => {
        pieces += 1;
        if (pieces === last) run.child.kill("SIGKILL");
      };
      await run.ended;
    }
    if (!(await same(lab, wanted, await migrated(lab, "shape_killed", false))))
      problems.push("after the kills the next migration made other tables");
    await lab.postgres.command("create database shape_raced");
    const codes = await Promise.all([0, 1, 2].map(() => migrator(lab, "shape_raced").ended));
    if (codes.some((code) => code !== 0)) problems.push(`migrations at once ended with ${codes.join(", ")}`);
    if (!(await same(lab, wanted, "shape_raced"))) problems.push("migrations at once made other tables");
    return { counts: { "pieces sent": total, kills, "at once": codes.length }, problems };
  },
};

/** A newer version has migrated the database. The running older version must keep working, and so must another start of it. */
export const newerMigrationUnderLoad: Fault = {
  id: "F17b",
  title: "a newer version's expanding migration under the load of the older",
  isInSlice: true,
  async run(lab) {
    await using desk = await lab.open({ load: { retries: 5 } });
    const over = new AbortController();
    const load = desk.load.runUntil(lab.rate(200), over.signal);
    await sleep(1_000);
    for (const statement of EXPANSION) {
      await desk.client.unsafe(statement);
      await sleep(200);
    }
    await sleep(500);
    const isReady = await desk.server.isReady();
    const { code } = await desk.server.stop("SIGTERM");
    await desk.server.start();
    await sleep(500);
    over.abort();
    await load;
    const { acknowledged, events, problems } = await desk.check();
    if (!isReady) problems.push("the older version was not ready any longer");
    if (code !== 0) problems.push(`the older version ended with ${code}`);
    return {
      counts: { statements: EXPANSION.length, acknowledged, stored: events },
      problems: [...problems, ...desk.crashes(), ...desk.unexpected(["refused", "cut", 503])],
    };
  },
};

const EXPANSION = [
  "alter table messages add column note text",
  "alter table conversations add column assignee uuid",
  "alter table twilio_whatsapp_webhook_events add column region text default 'us1'",
  "create table notes (id bigint primary key, body text not null)",
  "create index concurrently conversations_assignee on conversations (assignee)",
  "insert into drizzle.__drizzle_migrations (hash, created_at) select 'newer', max(created_at) + 1 from drizzle.__drizzle_migrations",
];

function migrator(lab: TestBed, database: string, port?: number) {
  const child = startChild(process.execPath, [MIGRATE], {
    cwd: lab.folder,
    stdio: "ignore",
    env: { PATH: process.env.PATH, DATABASE_URL: lab.postgres.urlOf(database, port) },
  });
  return { child, ended: childExit(child).then(() => child.exitCode) };
}

async function migrated(lab: TestBed, database: string, isNew = true): Promise<string> {
  if (isNew) await lab.postgres.command(`create database ${database}`);
  const code = await migrator(lab, database).ended;
  if (code !== 0) throw new Error(`The migration ended with ${code}.`);
  return database;
}

async function same(lab: TestBed, wanted: string, database: string): Promise<boolean> {
  return (await shapeOf(lab, database)) === wanted;
}

/** The schema of the product's tables, as one comparable text. */
async function shapeOf(lab: TestBed, database: string): Promise<string> {
  const client = lab.postgres.client(database);
  try {
    const rows = await client.unsafe(`
      select 'column ' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull
        || ' ' || a.attidentity::text || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '') as line
      from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
      left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
      where n.nspname in ('public', 'drizzle') and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
      union all select 'index ' || indexdef from pg_indexes where schemaname in ('public', 'drizzle')
      union all select 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
        from pg_constraint where connamespace = 'public'::regnamespace
      union all select 'migration ' || hash || ' ' || created_at from drizzle.__drizzle_migrations
      order by 1`);
    return rows.map((row) => row.line).join("\n");
  } finally {
    await client.end({ timeout: 5 });
  }
}
