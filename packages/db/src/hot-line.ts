import { Socket } from "node:net";
import pg from "pg";

/** The server's own limit comes first: then it has ended the statement, and says so. */
const STATEMENT_MS = 7_500;
/** More silence than this, and nobody is at the other end. TCP alone would notice after a quarter of an hour. */
const ANSWER_MS = 8_000;
const CONNECT_MS = 3_000;
const REOPEN_MS = 250;

interface Line {
  client: pg.Client;
  /** Resolves once it can be used. */
  ready: Promise<unknown>;
  cut(): void;
}

/**
 * One connection apart from the pool, for what must never queue behind somebody's page. It is opened before it is needed
 * and opened again when it is lost, so that others who take every connection of the database cannot take this one; and
 * when it falls silent it is given up for a new one. By node-postgres: see docs/decisions/0016.
 */
export function openHotLine(url: string) {
  /** Statements by the name under which each connection knows them. */
  const names = new Map<string, string>();
  let isClosed = false;
  let timer: NodeJS.Timeout | null = null;
  let line = connect();

  function connect(): Line {
    const socket = new Socket();
    const client = new pg.Client({
      connectionString: url,
      stream: () => socket,
      connectionTimeoutMillis: CONNECT_MS,
      application_name: "waystation ingest",
      statement_timeout: STATEMENT_MS,
      // Its statements are few and long: planning one anew takes three times as long as running it.
      options: "-c plan_cache_mode=force_generic_plan",
    });
    const own: Line = { client, ready: client.connect(), cut: () => socket.destroy() };
    const lose = () => replace(own);
    own.ready.catch(lose);
    client.on("error", lose).on("end", lose);
    return own;
  }

  function replace(lost: Line): void {
    if (lost !== line || timer || isClosed) return;
    lost.cut();
    timer = setTimeout(() => {
      timer = null;
      line = connect();
    }, REOPEN_MS).unref();
  }

  async function query<Row>(text: string, parameters: unknown[]): Promise<Row[]> {
    const own = line;
    const name = names.get(text) ?? `statement ${names.size}`;
    names.set(text, name);
    try {
      await own.ready;
      const { rows } = await inTime(own.client.query({ name, text, values: parameters }));
      return rows as Row[];
    } catch (error) {
      if (isConnectionError(error)) replace(own);
      throw error;
    }
  }

  return {
    query,
    close: async () => {
      isClosed = true;
      if (timer) clearTimeout(timer);
      await line.client.end().catch(() => {});
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
  return !(error instanceof pg.DatabaseError) || /^(08|28|53300|57P)/.test(error.code ?? "");
}
