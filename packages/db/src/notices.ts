import { randomBytes } from "node:crypto";
import type postgres from "postgres";
import { connectPostgres } from "./connect-postgres.ts";
import { createSockets } from "./sockets.ts";

/** What Postgres takes is less than 8,000 bytes, and a few of them say from whom it comes. */
export const NOTICE_BYTES = 7_900;

const CHANNEL = "waystation";
const REOPEN_MS = 250;
const REOPEN_MOST_MS = 5_000;
/** So often every process says that it is there, and tries by it whether it still hears. */
const PROBE_MS = 10_000;
/** Who is silent for longer has died, perhaps before it could say what it had done. */
const SILENCE_MS = 25_000;
/** Said instead of a text. */
const HERE = "";
const GONE = "-";
const STATEMENT_MS = 5_000;

export interface NoticeHandlers {
  /** What another process said. */
  hear(text: string): void;
  /** Something may have been said that was not heard. */
  missed(): void;
}

export interface Notices {
  /** To the other processes on this database. */
  send(text: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Short texts between the processes that share a Postgres, over one connection that is opened again when it is lost, or
 * when it no longer hears what it says itself.
 */
export function openNotices(url: string, { hear, missed }: NoticeHandlers): Notices {
  const own = randomBytes(6).toString("base64url");
  const others = new Map<string, number>();
  let sockets = createSockets();
  let client = connect();
  let isClosed = false;
  let pause = REOPEN_MS;
  let timer: NodeJS.Timeout | null = null;
  let isSilent = false;
  const probing = setInterval(probe, PROBE_MS).unref();

  function connect(): postgres.Sql {
    const made: postgres.Sql = connectPostgres(url, {
      ...({
        socket: sockets.make,
        onnotify: (_channel: string, payload: string) => {
          if (made === client) receive(payload);
        },
      } as object),
      max: 1,
      onclose: () => {
        if (made === client) attachSoon();
      },
      connect_timeout: 5,
      idle_timeout: 0,
      max_lifetime: null,
      backoff: () => REOPEN_MS / 1_000,
      connection: {
        application_name: "waystation notices",
        statement_timeout: STATEMENT_MS,
        // A notice that is lost in a crash was for processes that hear of the crash.
        synchronous_commit: "off",
      },
    });
    return made;
  }

  function receive(payload: string): void {
    const from = payload.slice(0, own.length);
    const text = payload.slice(own.length);
    if (from === own) isSilent = false;
    else if (text === GONE) others.delete(from);
    else {
      others.set(from, performance.now());
      if (text !== HERE) hear(text);
    }
  }

  async function attach(): Promise<void> {
    const mine = client;
    try {
      await mine.unsafe(`listen ${CHANNEL}`);
      if (mine !== client || isClosed) return;
      pause = REOPEN_MS;
      isSilent = false;
      missed();
    } catch {
      if (mine === client) attachSoon();
    }
  }

  function attachSoon(): void {
    if (isClosed || timer) return;
    timer = setTimeout(() => {
      timer = null;
      void attach();
    }, pause).unref();
    pause = Math.min(pause * 2, REOPEN_MOST_MS);
  }

  function probe(): void {
    if (isSilent) {
      replace();
      return;
    }
    const silent = [...others].filter(([, heardAt]) => performance.now() - heardAt > SILENCE_MS);
    for (const [other] of silent) others.delete(other);
    if (silent.length > 0) missed();
    isSilent = true;
    send(HERE).catch(() => {});
  }

  function replace(): void {
    const lost = client;
    const cut = sockets.cutAll;
    sockets = createSockets();
    client = connect();
    void lost.end({ timeout: 0 }).finally(cut);
    isSilent = false;
    attachSoon();
  }

  async function send(text: string): Promise<void> {
    await client.unsafe("select pg_notify($1, $2)", [CHANNEL, own + text], { prepare: true });
  }

  void attach();
  return {
    send,
    close: async () => {
      isClosed = true;
      clearInterval(probing);
      if (timer) clearTimeout(timer);
      send(GONE).catch(() => {});
      await client.end({ timeout: 1 });
    },
  };
}
