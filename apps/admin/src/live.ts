import { type Query, type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useSubscription } from "@trpc/tanstack-react-query";
import { createContext, useCallback, useContext, useRef } from "react";
import { askAgain } from "./ask-again.ts";
import { showAsRead } from "./components/unread.ts";
import { tab } from "./tab.ts";
import { leave, trpc } from "./trpc.ts";

export type LiveState = "connecting" | "live" | "broken";

const LiveContext = createContext<LiveState>("connecting");
export const LiveProvider = LiveContext.Provider;
export const useLive = () => useContext(LiveContext);

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

/** One stream for the whole console (a browser opens six connections per host). It says what changed; queries say what is. */
export function useLiveChanges(): LiveState {
  const queryClient = useQueryClient();
  const work = useRef({ running: false, again: false, changed: new Set<string>() });
  const refresh = useCallback(
    async (conversationIds: string[]) => {
      const state = work.current;
      state.again = true;
      for (const id of conversationIds.length > 0 ? conversationIds : [ALL]) state.changed.add(id);
      if (state.running) return;
      state.running = true;
      // In a storm of webhooks the next round starts when the last one is drawn, at most three times a second.
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
          trpc.twilioWhatsApp.status.pathFilter(),
          { ...trpc.conversations.pathFilter(), predicate },
          { ...trpc.messages.pathFilter(), predicate },
          { ...trpc.notes.pathFilter(), predicate },
          { ...trpc.contacts.pathFilter(), predicate },
        ];
        await Promise.all(filters.map((filter) => askAgain(queryClient, filter)));
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      state.running = false;
    },
    [queryClient],
  );
  const stream = useSubscription(
    trpc.events.changes.subscriptionOptions(
      { tab },
      {
        onStarted: () => refresh([ALL]),
        // Null: so many changed that they are not named.
        onData: ({ conversationIds, connectionIds, personalIds, presentIds, roleChanged, teamChanged }) => {
          if (roleChanged) void reloadRole(queryClient);
          if (teamChanged) void queryClient.invalidateQueries(trpc.team.list.queryFilter());
          if (conversationIds === null || conversationIds.length + connectionIds.length > 0)
            void refresh(conversationIds ?? [ALL]);
          for (const conversationId of presentIds)
            void queryClient.invalidateQueries(trpc.presence.list.queryFilter({ conversationId }));
          // Read in another window.
          if (personalIds.length > 0) void showAsRead(personalIds);
        },
        onError: (error) => {
          if (error.data?.code === "UNAUTHORIZED") leave();
          // Removed, or at another organisation's desk by now: nothing of this one may stay in memory.
          else if (error.data?.code === "FORBIDDEN") window.location.reload();
        },
      },
    ),
  );
  if (stream.status === "pending") return "live";
  return stream.status === "error" || stream.error ? "broken" : "connecting";
}
