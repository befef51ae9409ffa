import { type Query, type QueryClient, useQueryClient } from "@tanstack/react-query";
import { createContext, useCallback, useContext, useEffect, useRef, useState } from "react";
import type { SessionProfile } from "../components/account/session.ts";
import { markReadInCache } from "../components/unread-count.ts";
import { refetchQueries } from "../refetch.ts";
import { tabId } from "../tab-id.ts";
import { handleSignedOut, trpc } from "../trpc.ts";
import { openChangesStream, type StreamHandlers, type StreamState } from "./changes-stream.ts";
import { openOwnStream } from "./own-stream.ts";
import { SharedStream } from "./shared-stream.ts";

type LiveState = StreamState;

const LiveContext = createContext<LiveState>("connecting");
export const LiveProvider = LiveContext.Provider;
export const useLiveState = () => useContext(LiveContext);

/** For what is about no conversation in particular, and for the time in which nothing was heard. */
const ALL = "all";

/** The conversation that a query is about, by its input. */
function conversationOf({ queryKey }: Query): string | undefined {
  const [, parameters] = queryKey as [path: unknown, parameters?: { input?: { conversationId?: string } }];
  return parameters?.input?.conversationId;
}

/** What another role may see was refused before, or may be seen no longer. */
async function reloadRole(queryClient: QueryClient): Promise<void> {
  const role = () => queryClient.getQueryData(trpc.session.me.queryKey())?.organization?.role;
  const before = role();
  await queryClient.invalidateQueries(trpc.session.me.queryFilter());
  if (role() !== before) await queryClient.invalidateQueries();
}

type Started = () => void;
const startedListeners = new Set<Started>();

/** Calls back whenever the server may have forgotten what this tab told it, or the tab may have missed something. */
export function onStreamStarted(listener: Started): () => void {
  startedListeners.add(listener);
  return () => startedListeners.delete(listener);
}

export interface LiveChanges {
  state: LiveState;
  /** Opens the stream again after the server closed it. */
  reopen: () => void;
}

/** Runs refetches one after the other: in a storm of webhooks at most three times a second. */
function useRefresh(queryClient: QueryClient) {
  const work = useRef({ running: false, again: false, changed: new Set<string>() });
  return useCallback(
    async (conversationIds: string[]) => {
      const state = work.current;
      state.again = true;
      for (const id of conversationIds.length > 0 ? conversationIds : [ALL]) state.changed.add(id);
      if (state.running) return;
      state.running = true;
      while (state.again) {
        const { changed } = state;
        state.again = false;
        state.changed = new Set();
        // What belongs to one conversation is asked again only when that one changed.
        const predicate = (query: Query) => {
          const id = conversationOf(query);
          return id === undefined || changed.has(ALL) || changed.has(id);
        };
        const filters = [
          trpc.events.pathFilter(),
          trpc.optOut.pathFilter(),
          trpc.twilioWhatsApp.status.pathFilter(),
          { ...trpc.conversations.pathFilter(), predicate },
          { ...trpc.messages.pathFilter(), predicate },
          { ...trpc.notes.pathFilter(), predicate },
          { ...trpc.contacts.pathFilter(), predicate },
        ];
        await Promise.all(filters.map((filter) => refetchQueries(queryClient, filter)));
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      state.running = false;
    },
    [queryClient],
  );
}

/** The stream of this browser's session says what changed; queries say what is. All tabs share it (docs/decisions/0021). */
export function useLiveChanges({ user, sessionId, organization }: SessionProfile): LiveChanges {
  const queryClient = useQueryClient();
  const refresh = useRefresh(queryClient);
  const [state, setState] = useState<LiveState>("connecting");
  const reopen = useRef(() => {});
  const [userId, organizationId] = [user.id, organization.id];
  useEffect(() => {
    const input = { tab: tabId, shownFor: { sessionId, organizationId } };
    const openStream = (handlers: StreamHandlers) => openChangesStream(input, handlers);
    const handlers: StreamHandlers = {
      onState: setState,
      onStarted: () => {
        for (const listener of startedListeners) listener();
        void refresh([ALL]);
      },
      // Null: so many changed that they are not named.
      onChanges: ({ conversationIds, connectionIds, personalIds, presentIds, roleChanged, teamChanged }) => {
        if (roleChanged) void reloadRole(queryClient);
        if (teamChanged) void queryClient.invalidateQueries(trpc.team.list.queryFilter());
        if (conversationIds === null || conversationIds.length + connectionIds.length > 0)
          void refresh(conversationIds ?? [ALL]);
        for (const conversationId of presentIds)
          void queryClient.invalidateQueries(trpc.presence.list.queryFilter({ conversationId }));
        // Read in another window.
        if (personalIds.length > 0) void markReadInCache(personalIds);
      },
      onEnded: (reason) => {
        if (reason === "signed_out") handleSignedOut();
        // Removed, or at another organisation's desk by now: nothing of this one may stay in memory.
        else window.location.reload();
      },
    };
    const stream =
      "locks" in navigator && "BroadcastChannel" in window
        ? new SharedStream(`${userId}.${sessionId}.${organizationId}`, openStream, handlers)
        : openOwnStream(openStream, handlers);
    reopen.current = () => stream.reopen();
    return () => stream.stop();
  }, [queryClient, refresh, userId, sessionId, organizationId]);
  return { state, reopen: useCallback(() => reopen.current(), []) };
}
