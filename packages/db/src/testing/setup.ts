import { createHash, randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import type { TestProject } from "vitest/node";
import { createEmbeddedDatabase, migrationsFolder, wrapEmbedded } from "../client.ts";
import { openPostgresDatabase } from "../postgres/open-postgres.ts";
import { startTestPostgres } from "./postgres.ts";

const TEMPLATE = "waystation_template";
const cache = fileURLToPath(new URL("../../../../node_modules/.cache/waystation/", import.meta.url));

/** One Postgres for the whole run, and a migrated template of either database to copy from. */
export default async function setup(project: TestProject) {
  const [server, embeddedTemplate] = await Promise.all([startTestPostgres(), makeEmbeddedTemplate()]);
  const postgresUrl = server.urlOf("postgres");
  const client = postgres(postgresUrl, { max: 1, onnotice: () => {} });
  await client.unsafe(`create database ${TEMPLATE}`);
  await client.end();
  const template = await openPostgresDatabase(server.urlOf(TEMPLATE));
  await template.migrate();
  await template.enableRowLevelSecurity();
  await template.close();
  project.provide("postgresUrl", postgresUrl);
  project.provide("postgresTemplate", TEMPLATE);
  project.provide("embeddedTemplate", embeddedTemplate);
  return () => server.stop();
}

/** A dump of a migrated PGlite, kept between runs under a name made from what it depends on. */
async function makeEmbeddedTemplate(): Promise<string> {
  const content = createHash("sha256");
  for (const name of ["../client.ts", "../row-level-security.ts"])
    content.update(readFileSync(new URL(name, import.meta.url)));
  content.update(readFileSync(new URL("../../../../pnpm-lock.yaml", import.meta.url)));
  for (const name of readdirSync(migrationsFolder).toSorted())
    if (name.endsWith(".sql")) content.update(readFileSync(join(migrationsFolder, name)));
  const file = join(cache, `embedded-${content.digest("hex").slice(0, 16)}.tar`);
  if (existsSync(file)) return file;

  const client = await createEmbeddedDatabase("memory://");
  const store = await wrapEmbedded(client);
  await store.migrate();
  await store.enableRowLevelSecurity();
  const dump = await client.dumpDataDir("none");
  await client.close();
  mkdirSync(cache, { recursive: true });
  // Not younger ones: another run may be reading them.
  const yesterday = Date.now() - 24 * 60 * 60_000;
  for (const old of readdirSync(cache))
    if (old.startsWith("embedded-") && statSync(join(cache, old)).mtimeMs < yesterday)
      rmSync(join(cache, old));
  const fresh = join(cache, `${randomUUID()}.tar`);
  writeFileSync(fresh, Buffer.from(await dump.arrayBuffer()));
  renameSync(fresh, file);
  return file;
}
