import postgres from "postgres";
import { connectPostgres } from "./connect-postgres.ts";
import { createSockets } from "./sockets.ts";

/** The server's own limit comes first: then it has ended the statement, and says so. */
const STATEMENT_MS = 7_500;
/** More silence than this, and nobody is at the other end. TCP alone would notice after a quarter of an hour. */
const ANSWER_MS = 8_000;
const REOPEN_MS = 250;

/**
 * One connection apart from the pool, for what must never queue behind somebody's page. It is opened before it is needed
 * and opened again when it is lost, so that others who take every connection of the database cannot take this one; and
 * when it falls silent it is given up for a new one.
 */
export function openHotLine(url: string) {
  let sockets = createSockets();
  let client = connect();
  let isClosed = false;
  let timer: NodeJS.Timeout | null = null;

  function connect(): postgres.Sql {
    const own: postgres.Sql = connectPostgres(url, {
      ...({ socket: sockets.make } as object),
      max: 1,
      onclose: () => {
        if (own === client) warmSoon();
      },
      connect_timeout: 3,
      idle_timeout: 0,
      max_lifetime: null,
      backoff: () => REOPEN_MS / 1_000,
      connection: {
        application_name: "waystation ingest",
        statement_timeout: STATEMENT_MS,
        // Its statements are few and long: planning one anew takes three times as long as running it.
        plan_cache_mode: "force_generic_plan",
      },
    });
    return own;
  }

  function warmSoon(): void {
    if (isClosed || timer) return;
    timer = setTimeout(() => {
      timer = null;
      query("select 1", []).catch(warmSoon);
    }, REOPEN_MS).unref();
  }

  async function query<Row>(text: string, parameters: unknown[]): Promise<Row[]> {
    const own = client;
    const answer = own.unsafe(text, parameters as never[], { prepare: true });
    try {
      return (await inTime(answer)) as unknown as Row[];
    } catch (error) {
      if (isConnectionError(error)) replace(own);
      throw error;
    }
  }

  function replace(lost: postgres.Sql): void {
    if (lost !== client || isClosed) return;
    const cut = sockets.cutAll;
    sockets = createSockets();
    client = connect();
    void lost.end({ timeout: 0 }).finally(cut);
    warmSoon();
  }

  warmSoon();
  return {
    query,
    close: async () => {
      isClosed = true;
      if (timer) clearTimeout(timer);
      await client.end({ timeout: 5 });
    },
  };
}

async function inTime<Answer>(answer: PromiseLike<Answer>): Promise<Answer> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("The database does not answer.")), ANSWER_MS);
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Not what the server says about a statement, but that there is no server, or none that talks to us any longer. */
function isConnectionError(error: unknown): boolean {
  return !(error instanceof postgres.PostgresError) || /^(08|28|53300|57P)/.test(error.code);
}
