import { useSyncExternalStore } from "react";
import { explainError } from "../../../../components/explain-error.ts";
import { queryClient, trpcClient } from "../../../../trpc.ts";
import type { QueuedFileDetails } from "../files/queued-file.tsx";
import { messagesQuery } from "../queries.ts";
import { mergeSentMessage } from "../thread/merge-sent-message.ts";
import { newClientKey } from "./client-key.ts";
import { hasOverriddenOptOut } from "./opt-out-consent.ts";

/** What this browser has written and the server has not confirmed yet. */
export interface QueuedMessage {
  clientKey: string;
  body: string;
  file?: QueuedFileDetails;
  at: string;
  /** Null while it is under way. */
  problem: string | null;
}

const cutOff = "The page was closed before the server confirmed it. Try again: it cannot go out twice.";
const waiting = "It waits for the one before it.";
const nothing: QueuedMessage[] = [];
const lists = new Map<string, QueuedMessage[]>();
const running = new Set<string>();
const listeners = new Set<() => void>();
const keyOf = (conversationId: string) => `waystation.unsent.${conversationId}`;

function read(conversationId: string): QueuedMessage[] {
  let list = lists.get(conversationId);
  if (!list) {
    list = stored(conversationId);
    lists.set(conversationId, list);
  }
  return list;
}

/** Of an earlier life of this tab: nothing is under way any more. */
function stored(conversationId: string): QueuedMessage[] {
  try {
    const list: QueuedMessage[] = JSON.parse(sessionStorage.getItem(keyOf(conversationId)) ?? "[]");
    return list.length === 0 ? nothing : list.map((each) => ({ ...each, problem: each.problem ?? cutOff }));
  } catch {
    return nothing;
  }
}

function write(conversationId: string, list: QueuedMessage[]) {
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

export const useSendQueue = (conversationId: string) =>
  useSyncExternalStore(subscribe, () => read(conversationId));

/** Sends in this order, one after the other; each has its key, so that trying again never sends twice. */
export function enqueueMessage(conversationId: string, parts: Pick<QueuedMessage, "body" | "file">[]) {
  const at = new Date().toISOString();
  const fresh = parts.map((part) => ({ ...part, clientKey: newClientKey(), at, problem: null }));
  write(conversationId, [...read(conversationId), ...fresh]);
  void work(conversationId);
}

export function retryMessage(conversationId: string) {
  write(
    conversationId,
    read(conversationId).map((each) => ({ ...each, problem: null })),
  );
  void work(conversationId);
}

export function discardMessage(conversationId: string, clientKey: string) {
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
      const evenThough = hasOverriddenOptOut(conversationId) ? ("opted_out" as const) : undefined;
      const message = await trpcClient.messages.send.mutate({
        conversationId,
        clientKey,
        body,
        attachmentId: file?.id,
        evenThough,
      });
      await mergeSentMessage(queryClient, messagesQuery(conversationId).queryKey, message);
      discardMessage(conversationId, clientKey);
    } catch (error) {
      const problem = explainError(error);
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
