import type { TRPCClientError } from "@trpc/client";
import type { AppRouter } from "@waystation/api/root";
import type { EventChangesInput } from "@waystation/whatsapp/events/inputs";
import { type RouterOutputs, trpcClient } from "../trpc.ts";

type Subscription<T> = T extends AsyncIterable<infer Item> ? Item : never;
export type ChangesEvent = Subscription<RouterOutputs["events"]["changes"]>;

/** `paused`: the server closed the stream, because the account has too many of them. */
export type StreamState = "connecting" | "live" | "broken" | "paused";

export interface StreamHandlers {
  onState(state: StreamState): void;
  /** Also after each reconnection: what changed before is unknown. */
  onStarted(): void;
  onChanges(changes: ChangesEvent): void;
  /** The session has ended, or acts for another organisation: nothing more comes. */
  onEnded(reason: "signed_out" | "not_allowed"): void;
}

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 15_000;
/** A stream that lasted this long has worked: the next failure is a new one. */
const LASTED_MS = 10_000;

/**
 * One live stream from the server. EventSource reconnects after a lost connection, but not after a response other than 200, which
 * a proxy sends while the server restarts: then this does. Returns what closes it.
 */
export function openChangesStream(input: EventChangesInput, handlers: StreamHandlers): () => void {
  let retry = 0;
  let failures = 0;
  let openedAt = 0;
  let isClosed = false;
  let subscription: { unsubscribe(): void } | null = null;

  function open(): void {
    retry = 0;
    openedAt = performance.now();
    subscription = trpcClient.events.changes.subscribe(input, {
      onStarted: () => {
        handlers.onStarted();
        handlers.onState("live");
      },
      onConnectionStateChange: ({ state, error }) => {
        if (state === "connecting") handlers.onState(error ? "broken" : "connecting");
      },
      onData: handlers.onChanges,
      onError: (error: TRPCClientError<AppRouter>) => {
        if (error.data?.code === "UNAUTHORIZED") handlers.onEnded("signed_out");
        else if (error.data?.code === "FORBIDDEN") handlers.onEnded("not_allowed");
        else if (error.data?.reason === "too_many_streams") handlers.onState("paused");
        else reopenSoon();
      },
      onComplete: reopenSoon,
    });
  }

  function reopenSoon(): void {
    // The client also says that a stream is complete when it is closed here.
    if (isClosed) return;
    handlers.onState("broken");
    failures = performance.now() - openedAt > LASTED_MS ? 0 : failures + 1;
    const wait = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures);
    window.clearTimeout(retry);
    // Spread, so that not all browsers come in the moment in which the server is back.
    retry = window.setTimeout(open, wait * (0.5 + Math.random() / 2));
  }

  function reopenNow(): void {
    if (retry === 0) return;
    window.clearTimeout(retry);
    open();
  }

  window.addEventListener("online", reopenNow);
  open();
  return () => {
    isClosed = true;
    window.removeEventListener("online", reopenNow);
    window.clearTimeout(retry);
    subscription?.unsubscribe();
  };
}
