import { openConnection } from "./connection.ts";
import { runTransactionOn } from "./run-statements.ts";
import { NO_TIMEOUTS } from "./session.ts";

/** One statement, on one connection. */
export type RunQuery = (text: string, parameters?: unknown[]) => Promise<Record<string, unknown>[]>;

const SCHEMAS = ["public", "jobs"];
const BATCH = 1_000;
const CONNECT_MS = 10_000;
/** Of files; the row that passes it still comes along. */
const BATCH_BYTES = 8 * 1024 * 1024;

interface Column {
  name: string;
  type: string;
}

interface Table {
  name: string;
  /** Those with columns of their own: of a partitioned table its partitions, else itself. */
  leaves: string[];
  columns: Column[];
  /** The tables that its rows refer to. */
  needs: string[];
}

/** A copy goes only where there are no rows. */
export class DatabaseNotEmptyError extends Error {
  override name = "NotEmptyError";
}

/** Copies into a Postgres that has the same tables and no rows yet; all of it arrives, or nothing. */
export async function copyToPostgres(
  from: RunQuery,
  url: string,
  schemas = SCHEMAS,
): Promise<Map<string, number>> {
  const connection = await openConnection({
    url,
    applicationName: "waystation",
    session: { ...NO_TIMEOUTS, searchPath: "public" },
    connectMs: CONNECT_MS,
    responseMs: 0,
  });
  try {
    return await runTransactionOn(connection, null, async () => {
      const to: RunQuery = async (text, values = []) => (await connection.query({ text, values })).rows;
      const filled = await nonEmptyTables(to, schemas);
      if (filled.length > 0) throw new DatabaseNotEmptyError(`These tables hold rows: ${filled.join(", ")}.`);
      return copyDatabase(from, to, schemas);
    });
  } finally {
    await connection.close();
  }
}

/** Tables that hold rows, whoever made them. */
export async function nonEmptyTables(to: RunQuery, schemas = SCHEMAS): Promise<string[]> {
  const filled: string[] = [];
  for (const { name } of await tablesOf(to, schemas)) {
    if (isFurniture(name)) continue;
    const [row] = await to(`select exists (select 1 from ${name}) as filled`);
    if (row?.filled) filled.push(name);
  }
  return filled;
}

/** Every row, and the state of every sequence; answers how many rows of each table. */
async function copyDatabase(from: RunQuery, to: RunQuery, schemas: string[]): Promise<Map<string, number>> {
  const targets = new Map((await tablesOf(to, schemas)).map((table) => [table.name, table]));
  const tables = inOrder(await tablesOf(from, schemas));
  for (const { name } of tables.toReversed()) if (isFurniture(name)) await to(`delete from ${name}`);
  const copied = new Map<string, number>();
  for (const table of tables) {
    const target = targets.get(table.name);
    if (!target) throw new Error(`The target has no table ${table.name}.`);
    const missing = table.columns.filter(
      ({ name }) => !target.columns.some((column) => column.name === name),
    );
    if (missing.length > 0) throw new Error(`The target's ${table.name} has no column ${missing[0]?.name}.`);
    let rows = 0;
    for (const leaf of table.leaves) rows += await copyRows(from, to, leaf, table);
    copied.set(table.name, rows);
  }
  await copySequences(from, to, schemas);
  return copied;
}

/** What the job queue puts into its own tables when it starts. */
function isFurniture(table: string): boolean {
  return table.startsWith("jobs.");
}

async function copyRows(
  from: RunQuery,
  to: RunQuery,
  leaf: string,
  { name, columns }: Table,
): Promise<number> {
  const texts = columns.map((column) => `${column.name}::text`).join(", ");
  const names = columns.map((column) => column.name).join(", ");
  const values = columns.map((column, index) => `x.c${index}::${column.type}`).join(", ");
  const lists = columns.map((_, index) => `$${index + 1}::text[]`).join(", ");
  const aliases = columns.map((_, index) => `c${index}`).join(", ");
  const files = columns.filter((column) => column.type === "bytea").map((column) => column.name);
  const bytes = files.map((name) => `coalesce(octet_length(${name}), 0)`).join(" + ") || "0";
  let copied = 0;
  for (let after = "(0,0)"; ; ) {
    const rows = await from(
      `select ctid::text as "the row's place", to_json(array[${texts}]) as "values" from ${leaf}
       where ctid = any(array(
         select place from (
           select ctid as place, sum(${bytes}) over (order by ctid) - (${bytes}) as before from ${leaf}
           where ctid > $1::tid order by ctid limit ${BATCH}
         ) as next where before < ${BATCH_BYTES}
       )) order by ctid`,
      [after],
    );
    const last = rows.at(-1);
    if (!last) return copied;
    await to(
      `insert into ${name} (${names}) overriding system value select ${values} from unnest(${lists}) as x(${aliases})`,
      columns.map((_, index) => rows.map((row) => (row.values as (string | null)[])[index] ?? null)),
    );
    copied += rows.length;
    after = String(last["the row's place"]);
  }
}

async function copySequences(from: RunQuery, to: RunQuery, schemas: string[]): Promise<void> {
  const sequences = await from(
    `select format('%I.%I', schemaname, sequencename) as name from pg_sequences where schemaname = any($1::text[])`,
    [schemas],
  );
  for (const { name } of sequences) {
    const [state] = await from(`select last_value::text as value, is_called as called from ${name}`);
    await to("select setval($1::text::regclass, $2::bigint, $3::boolean)", [
      name,
      state?.value,
      state?.called,
    ]);
  }
}

async function tablesOf(ask: RunQuery, schemas: string[]): Promise<Table[]> {
  const rows = await ask(
    `select format('%I.%I', n.nspname, c.relname) as name,
       coalesce((select json_agg(l.relid::regclass::text) from pg_partition_tree(c.oid) l where l.isleaf), '[]') as leaves,
       (select json_agg(json_build_object('name', quote_ident(a.attname), 'type', format_type(a.atttypid, a.atttypmod))
         order by a.attnum) from pg_attribute a
         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
       coalesce((select json_agg(distinct format('%I.%I', fn.nspname, f.relname)) from pg_constraint k
         join pg_class f on f.oid = k.confrelid join pg_namespace fn on fn.oid = f.relnamespace
         where k.conrelid = c.oid and k.contype = 'f'), '[]') as needs
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = any($1::text[]) and c.relkind in ('r', 'p') and not c.relispartition order by 1`,
    [schemas],
  );
  return rows.map((row) => {
    const leaves = row.leaves as string[];
    const name = String(row.name);
    return {
      name,
      leaves: leaves.length > 0 ? leaves : [name],
      columns: row.columns as Column[],
      needs: (row.needs as string[]).filter((need) => need !== name),
    };
  });
}

/** A table after those that its rows refer to. */
function inOrder(tables: Table[]): Table[] {
  const ordered: Table[] = [];
  let rest = tables;
  while (rest.length > 0) {
    const ready = rest.filter(({ needs }) =>
      needs.every((need) => !rest.some((table) => table.name === need)),
    );
    if (ready.length === 0)
      throw new Error(`Tables refer to each other in a ring: ${rest.map(({ name }) => name)}.`);
    ordered.push(...ready);
    rest = rest.filter((table) => !ready.includes(table));
  }
  return ordered;
}
