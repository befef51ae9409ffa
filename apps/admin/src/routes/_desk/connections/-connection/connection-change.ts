import { useLocation, useNavigate } from "@tanstack/react-router";
import type { RouterOutputs } from "../../../../trpc.ts";

type Connected = Pick<RouterOutputs["twilioWhatsApp"]["connect"], "configured" | "reattached">;
type Disconnected = Pick<RouterOutputs["twilioWhatsApp"]["disconnect"], "restored">;
type ConnectionChangeResult = ({ deed: "connected" } & Connected) | ({ deed: "disconnected" } & Disconnected);

/** What connecting or disconnecting did at Twilio goes with the visit: it outlives a reload, and is not for sharing. */
declare module "@tanstack/react-router" {
  interface HistoryState {
    outcome?: ConnectionChangeResult;
  }
}

export function useConnectionChangeResult() {
  const navigate = useNavigate({ from: "/connections/$connectionId" });
  const outcome = useLocation({ select: ({ state }) => state.outcome });
  const tell = (next: ConnectionChangeResult | undefined) =>
    navigate({ search: true, replace: true, resetScroll: false, state: { outcome: next } });
  return { outcome, tell };
}
