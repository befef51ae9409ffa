import { useSyncExternalStore } from "react";
import { explain } from "../../../components/explain.ts";
import { client, queryClient } from "../../../trpc.ts";
import { newClientKey } from "./client-key.ts";
import type { UnsentFileFacts } from "./files/unsent-file.tsx";
import { mergeSentMessage } from "./merge-sent-message.ts";
import { agreedTo } from "./opt-out-consent.ts";
import { messagesQuery } from "./queries.ts";

/** What this browser has written and the server has not confirmed yet. */
export interface Unsent {
  clientKey: string;
  body: string;
  file?: UnsentFileFacts;
  at: string;
  /** Null while it is under way. */
  problem: string | null;
}

const cutOff = "The page was closed before the server confirmed it. Try again: it cannot go out twice.";
const waiting = "It waits for the one before it.";
const nothing: Unsent[] = [];
const lists = new Map<string, Unsent[]>();
const running = new Set<string>();
const listeners = new Set<() => void>();
const keyOf = (conversationId: string) => `waystation.unsent.${conversationId}`;

function read(conversationId: string): Unsent[] {
  let list = lists.get(conversationId);
  if (!list) {
    list = stored(conversationId);
    lists.set(conversationId, list);
  }
  return list;
}

/** Of an earlier life of this tab: nothing is under way any more. */
function stored(conversationId: string): Unsent[] {
  try {
    const list: Unsent[] = JSON.parse(sessionStorage.getItem(keyOf(conversationId)) ?? "[]");
    return list.length === 0 ? nothing : list.map((each) => ({ ...each, problem: each.problem ?? cutOff }));
  } catch {
    return nothing;
  }
}

function write(conversationId: string, list: Unsent[]) {
  lists.set(conversationId, list);
  try {
    if (list.length === 0) sessionStorage.removeItem(keyOf(conversationId));
    else sessionStorage.setItem(keyOf(conversationId), JSON.stringify(list));
  } catch {
    // Storage is full or forbidden: then it only lives as long as the page.
  }
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useUnsent = (conversationId: string) =>
  useSyncExternalStore(subscribe, () => read(conversationId));

/** Sends in this order, one after the other; each has its key, so that trying again never sends twice. */
export function send(conversationId: string, parts: Pick<Unsent, "body" | "file">[]) {
  const at = new Date().toISOString();
  const fresh = parts.map((part) => ({ ...part, clientKey: newClientKey(), at, problem: null }));
  write(conversationId, [...read(conversationId), ...fresh]);
  void work(conversationId);
}

export function tryAgain(conversationId: string) {
  write(
    conversationId,
    read(conversationId).map((each) => ({ ...each, problem: null })),
  );
  void work(conversationId);
}

export function discard(conversationId: string, clientKey: string) {
  write(
    conversationId,
    read(conversationId).filter((each) => each.clientKey !== clientKey),
  );
}

async function work(conversationId: string) {
  if (running.has(conversationId)) return;
  running.add(conversationId);
  for (;;) {
    const [next] = read(conversationId);
    if (!next || next.problem !== null) break;
    const { clientKey, body, file } = next;
    try {
      const evenThough = agreedTo(conversationId) ? ("opted_out" as const) : undefined;
      const message = await client.messages.send.mutate({
        conversationId,
        clientKey,
        body,
        attachmentId: file?.id,
        evenThough,
      });
      await mergeSentMessage(queryClient, messagesQuery(conversationId).queryKey, message);
      discard(conversationId, clientKey);
    } catch (error) {
      const problem = explain(error);
      write(
        conversationId,
        read(conversationId).map((each) => ({
          ...each,
          problem: each.clientKey === clientKey ? problem : waiting,
        })),
      );
      break;
    }
  }
  running.delete(conversationId);
}
