import { randomUUID } from "node:crypto";
import { openAsBlob } from "node:fs";
import postgres from "postgres";
import { inject } from "vitest";
import { openEmbedded, openPostgres, type Store } from "./client.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The server's own database, from which the tests' databases are made. */
    postgresUrl: string;
    postgresTemplate: string;
    embeddedTemplate: string;
  }
}

/** Every test of the data layer runs on both. */
export const databases = ["embedded", "postgres"] as const;

export type TestStore = Store & { url?: string } & AsyncDisposable;

/** A fresh, migrated database. `await using store = await createTestStore(kind)` deletes it again. */
export async function createTestStore(kind: (typeof databases)[number]): Promise<TestStore> {
  if (kind === "embedded") {
    const store = await openEmbedded(null, await openAsBlob(inject("embeddedTemplate")));
    return { ...store, [Symbol.asyncDispose]: () => store.close() };
  }
  const { url, drop } = await createTestDatabase(inject("postgresTemplate"));
  const store = await openPostgres(url);
  return {
    ...store,
    url,
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await drop();
    },
  };
}

/** An empty database on the test's Postgres, for what opens or migrates one itself. */
export async function createTestDatabase(template = "template0") {
  const serverUrl = inject("postgresUrl");
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  const command = async (statement: string) => {
    const server = postgres(serverUrl, { max: 1, onnotice: () => {} });
    await server.unsafe(statement);
    await server.end();
  };
  await command(`create database ${name} template ${template}`);
  const drop = () => command(`drop database if exists ${name} with (force)`);
  return {
    url: Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href,
    drop,
    [Symbol.asyncDispose]: drop,
  };
}
