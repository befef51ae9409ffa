import type { OpenedDatabase } from "@waystation/db/client";
import { buildSearchIndex, type IndexingProgress } from "@waystation/whatsapp/search/index-search";
import type { Logger } from "./logger.ts";

const CHECK_MS = 5 * 60_000;
/** Of each twelfth check: names are read as a whole. */
const CHECKS_PER_NAMES = 12;
const LOG_MS = 10_000;

/**
 * Builds the search index of what was stored without one, in the background, and from then on looks whether a server of an earlier
 * release left something out. One at a time: several servers take turns.
 */
export function maintainSearchIndex(store: OpenedDatabase, log: Logger, onError: (error: unknown) => void) {
  const stopping = new AbortController();
  let running: Promise<unknown> = Promise.resolve();
  let isRunning = false;
  let checks = 0;
  /** Seen by the check before: by now everything up to it is stored. */
  let settled: number | undefined;

  async function check(): Promise<void> {
    const last = await lastId(store);
    const begin = performance.now();
    let logged = begin;
    let isLogged = false;
    const onProgress = ({ done }: IndexingProgress) => {
      if (performance.now() - logged < LOG_MS) return;
      logged = performance.now();
      isLogged = true;
      log.info({ percent: Math.floor(done * 100) }, "Indexing earlier messages for the search");
    };
    const rows = await buildSearchIndex(store, {
      signal: stopping.signal,
      onProgress,
      checkContacts: checks++ % CHECKS_PER_NAMES === 0,
      ...(settled === undefined ? {} : { checkThrough: settled }),
    });
    settled = last;
    if (isLogged && !stopping.signal.aborted)
      log.info(
        { rows, seconds: Math.round((performance.now() - begin) / 1_000) },
        "The search index is complete",
      );
  }

  const start = () => {
    if (isRunning || stopping.signal.aborted) return;
    isRunning = true;
    running = check()
      .catch((error: unknown) => {
        if (!stopping.signal.aborted) onError(error);
      })
      .finally(() => {
        isRunning = false;
      });
  };
  start();
  const timer = setInterval(start, CHECK_MS).unref();
  return {
    stop: async (): Promise<void> => {
      clearInterval(timer);
      stopping.abort();
      await running;
    },
  };
}

async function lastId(store: OpenedDatabase): Promise<number> {
  const [row] = await store.query<{ last: string }>(
    "select last_value::text as last from twilio_whatsapp_webhook_events_id_seq",
    [],
  );
  return Number(row?.last ?? 0);
}
