/** What tests have told in confidence, and where it came out again. */
const planted = new Set<string>();
const shared = new Set<string>();
let leaks: string[] = [];

const SHORTEST = 16;
const BEFORE = 60;

/** From now on this may be seen in no answer, log line or row. */
export function registerSecret(secret: string): void {
  if (secret.length >= SHORTEST && !shared.has(secret)) planted.add(secret);
}

/** Excludes a text that a test sends both as a secret and as anything else. */
export function ignoreText(text: string): void {
  shared.add(text);
  planted.delete(text);
}

/** By itself only: an account's SID in the simulator holds the same letters as its token, after `AC`. */
const pattern = (secret: string) =>
  `(?<![0-9A-Za-z])${secret.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")}(?![0-9A-Za-z])`;

export function scanText(where: string, text: string): void {
  for (const secret of planted) {
    if (!text.includes(secret)) continue;
    const found = new RegExp(pattern(secret)).exec(text);
    if (found) leaks.push(`${where}: …${text.slice(Math.max(0, found.index - BEFORE), found.index + 8)}…`);
  }
}

/** Looks at every row of every table, its bytes too. */
export async function scanRows(query: <Row>(statement: string) => Promise<Row[]>): Promise<void> {
  if (planted.size === 0) return;
  const tables = await query<{ name: string }>(
    `select format('%I.%I', nspname, relname) as name from pg_class join pg_namespace n on n.oid = relnamespace
      where relkind = 'r' and nspname not in ('pg_catalog', 'information_schema')`,
  );
  const secrets = [...planted].flatMap((secret) => [pattern(secret), Buffer.from(secret).toString("hex")]);
  const wanted = `'${secrets.join("|").replaceAll("'", "''")}'`;
  const rows = tables.map(
    ({ name }) =>
      `select '${name}' as name, to_jsonb(t)::text as text from ${name} t where to_jsonb(t)::text ~ ${wanted}`,
  );
  for (const { name, text } of await query<{ name: string; text: string }>(rows.join(" union all ")))
    leaks.push(`a row of ${name}: ${text.slice(0, 500)}`);
}

/** What has come out since the last call. */
export function collectLeaks(): string[] {
  const taken = leaks;
  leaks = [];
  return taken;
}
