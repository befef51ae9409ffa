import { useDocumentVisibility } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import { onStreamStarted } from "../../../../live/live-changes.ts";
import { tabId } from "../../../../tab-id.ts";
import { trpc, trpcClient } from "../../../../trpc.ts";

/** The server forgets after 30 s who looks, and after 8 s who types. */
const LOOKING_MS = 12_000;
const TYPING_MS = 3_000;
/** After so long without a key nobody types any more. */
const PAUSE_MS = 5_000;

const tell = (conversationId: string, doing: "looking" | "typing" | "away", context?: { keepalive: true }) =>
  // Whether others learn of it is nobody's concern here.
  void trpcClient.presence.tell.mutate({ conversationId, tab: tabId, doing }, { context }).catch(() => {});

/** Lets the team know that this conversation is before somebody's eyes; what comes back is to be called with every key. */
export function usePublishPresence(conversationId: string) {
  const isVisible = useDocumentVisibility() === "visible";
  const typedAt = useRef(Number.NEGATIVE_INFINITY);
  const pause = useRef(0);
  const stop = useCallback(() => {
    window.clearTimeout(pause.current);
    if (typedAt.current === Number.NEGATIVE_INFINITY) return;
    typedAt.current = Number.NEGATIVE_INFINITY;
    tell(conversationId, "looking");
  }, [conversationId]);
  const type = useCallback(() => {
    window.clearTimeout(pause.current);
    pause.current = window.setTimeout(stop, PAUSE_MS);
    if (performance.now() - typedAt.current < TYPING_MS) return;
    typedAt.current = performance.now();
    tell(conversationId, "typing");
  }, [conversationId, stop]);
  useEffect(() => {
    if (!isVisible) return;
    tell(conversationId, "looking");
    const timer = setInterval(() => {
      if (typedAt.current === Number.NEGATIVE_INFINITY) tell(conversationId, "looking");
    }, LOOKING_MS);
    // The stream that ends with a tab is another tab's, as a rule.
    const onHide = () => tell(conversationId, "away", { keepalive: true });
    const onShow = ({ persisted }: PageTransitionEvent) => persisted && tell(conversationId, "looking");
    window.addEventListener("pagehide", onHide);
    window.addEventListener("pageshow", onShow);
    const stopListening = onStreamStarted(() => tell(conversationId, "looking"));
    return () => {
      window.removeEventListener("pagehide", onHide);
      window.removeEventListener("pageshow", onShow);
      stopListening();
      clearInterval(timer);
      window.clearTimeout(pause.current);
      typedAt.current = Number.NEGATIVE_INFINITY;
      tell(conversationId, "away");
    };
  }, [conversationId, isVisible]);
  return { type, stop };
}

/** Who else is here. Asked again from time to time while somebody is: who went without a word is missing then. */
export function usePresentUsers(conversationId: string) {
  const { data } = useQuery(
    trpc.presence.list.queryOptions(
      { conversationId },
      {
        staleTime: 0,
        refetchInterval: ({ state: { data } }) =>
          data?.some(({ isTyping }) => isTyping) ? 4_000 : data?.length ? 15_000 : false,
      },
    ),
  );
  return data ?? [];
}
