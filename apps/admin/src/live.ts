import { useQueryClient } from "@tanstack/react-query";
import { useSubscription } from "@trpc/tanstack-react-query";
import { createContext, useCallback, useContext, useRef } from "react";
import { trpc } from "./trpc.ts";

export type LiveState = "connecting" | "live" | "broken";

const LiveContext = createContext<LiveState>("connecting");
export const LiveProvider = LiveContext.Provider;
export const useLive = () => useContext(LiveContext);

/** One stream for the whole console (a browser opens six connections per host). It says what changed; queries say what is. */
export function useLiveChanges(): LiveState {
  const queryClient = useQueryClient();
  const work = useRef({ running: false, again: false });
  const refresh = useCallback(async () => {
    const state = work.current;
    state.again = true;
    if (state.running) return;
    state.running = true;
    // In a storm of webhooks the next round starts when the last one is drawn, at most three times a second.
    while (state.again) {
      state.again = false;
      await Promise.all([
        queryClient.invalidateQueries(trpc.events.pathFilter()),
        queryClient.invalidateQueries(trpc.twilioWhatsApp.status.pathFilter()),
      ]);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    state.running = false;
  }, [queryClient]);
  const stream = useSubscription(
    trpc.events.changes.subscriptionOptions({}, { onStarted: refresh, onData: refresh }),
  );
  if (stream.status === "pending") return "live";
  return stream.status === "error" || stream.error ? "broken" : "connecting";
}
