import { useLocation, useNavigate } from "@tanstack/react-router";
import type { Outputs } from "../../../../trpc.ts";

type Connected = Pick<Outputs["twilioWhatsApp"]["connect"], "configured" | "reattached">;
type Disconnected = Pick<Outputs["twilioWhatsApp"]["disconnect"], "restored">;
export type Outcome = ({ deed: "connected" } & Connected) | ({ deed: "disconnected" } & Disconnected);

/** What connecting or disconnecting did at Twilio goes with the visit: it outlives a reload, and is not for sharing. */
declare module "@tanstack/react-router" {
  interface HistoryState {
    outcome?: Outcome;
  }
}

export function useOutcome() {
  const navigate = useNavigate({ from: "/connections/$connectionId" });
  const outcome = useLocation({ select: ({ state }) => state.outcome });
  const tell = (next: Outcome | undefined) =>
    navigate({ search: true, replace: true, resetScroll: false, state: { outcome: next } });
  return { outcome, tell };
}
