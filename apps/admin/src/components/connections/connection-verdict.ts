import type { ConnectionStatus } from "../../trpc.ts";
import type { StatusColor } from "../../ui/feedback/notice-and-tag.tsx";

type VerdictState = ConnectionStatus["verdict"];

const tones: Record<VerdictState, StatusColor> = {
  working: "good",
  attention: "warn",
  broken: "bad",
  disconnected: "muted",
};
const names: Record<VerdictState, string> = {
  working: "Working",
  attention: "Needs attention",
  broken: "Broken",
  disconnected: "Disconnected",
};
const order: VerdictState[] = ["broken", "attention", "working"];

export const verdictColor = (state: VerdictState) => tones[state];
export const verdictLabel = (state: VerdictState) => names[state];
export const worstVerdict = (connections: ConnectionStatus[]) =>
  order.find((state) => connections.some((each) => each.verdict === state)) ?? null;

/** The server's sentence without the word that stands before it on screen anyway. */
export const verdictSentence = (connection: ConnectionStatus) =>
  connection.verdictSentence.replace(/^(Working|Disconnected)\. /, "");
