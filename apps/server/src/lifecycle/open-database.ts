import { join } from "node:path";
import { type OpenedDatabase, openEmbeddedDatabase } from "@waystation/db/client";
import { openPostgresDatabase } from "@waystation/db/postgres/open-postgres";
import { DatabaseRequirementError, DirectUrlError } from "@waystation/db/postgres/requirements";
import { SessionSetupError } from "@waystation/db/postgres/session";
import type { ServerConfig } from "./config.ts";
import { lockDataDir, prepareDataDir, restrictDataDir } from "./data-dir.ts";
import { StartError } from "./start-error.ts";

type Where = Pick<ServerConfig, "databaseUrl" | "databaseDirectUrl" | "dataDir">;

/** Takes what only one process may have, before anything is touched; `open` then opens the database. */
export function reserveDatabase({ databaseUrl, databaseDirectUrl, dataDir }: Where): {
  open(): Promise<OpenedDatabase>;
  release(): void;
} {
  if (databaseUrl) {
    // Keys may be kept there all the same.
    restrictDataDir(dataDir);
    return { open: () => openServer(databaseUrl, databaseDirectUrl), release: () => {} };
  }
  prepareDataDir(dataDir);
  let lock: { release(): void } | null = lockDataDir(dataDir);
  const release = () => {
    lock?.release();
    lock = null;
  };
  return {
    release,
    open: async () => {
      const store = await openFolder(join(dataDir, "postgres"));
      // PGlite sets modes of its own, whatever the umask: 0666 for a new database, 0644 for some files of a running one.
      restrictDataDir(dataDir);
      return {
        ...store,
        close: async () => {
          await store.close();
          restrictDataDir(dataDir);
          release();
        },
      };
    },
  };
}

/** For commands, which need nothing between the two steps. */
export async function openDatabase(where: Where): Promise<OpenedDatabase> {
  const reserved = reserveDatabase(where);
  try {
    return await reserved.open();
  } catch (error) {
    reserved.release();
    throw error;
  }
}

async function openFolder(folder: string): Promise<OpenedDatabase> {
  try {
    return await openEmbeddedDatabase(folder);
  } catch (error) {
    throw new StartError(
      `The embedded database in ${folder} cannot be opened. Put a backup of that folder back, or set DATA_DIR to another one.`,
      { cause: error },
    );
  }
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: "nothing listens there. Start the database, or correct host and port",
  ENOTFOUND: "its host name is not known. Correct it",
  EAI_AGAIN: "its host name cannot be looked up. Correct it, or check the network",
  ETIMEDOUT: "it does not answer. Correct host and port, or check the network",
  "28P01": "it refuses user or password. Correct them",
  "28000": "it refuses this user. Correct the user, or the server's access rules",
  "3D000": "it has no database of that name. Create it, or correct the name",
  "53300": "it has no connection left. Raise its max_connections",
};

async function openServer(databaseUrl: string, directUrl: string | null): Promise<OpenedDatabase> {
  try {
    return await openPostgresDatabase(databaseUrl, directUrl);
  } catch (error) {
    if (error instanceof DatabaseRequirementError) throw new StartError(error.message, { cause: error });
    const isDirect = error instanceof DirectUrlError;
    const name = isDirect ? "DATABASE_DIRECT_URL" : "DATABASE_URL";
    const { host, pathname } = new URL(isDirect ? (directUrl ?? databaseUrl) : databaseUrl);
    const cause = isDirect ? error.cause : error;
    const message =
      cause instanceof SessionSetupError
        ? `${name} points to ${host}${pathname}. ${cause.message}`
        : `${name} points to ${host}${pathname}, and ${reasonOf(cause)}.`;
    throw new StartError(message, { cause });
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return `it cannot be used (${error})`;
  if (error.message === "timeout expired") return REASONS.ETIMEDOUT ?? "";
  const code = "code" in error ? String(error.code) : "";
  return REASONS[code] ?? `it cannot be used (${error.message}). Correct it`;
}
