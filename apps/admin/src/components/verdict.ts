import type { Connection } from "../trpc.ts";
import type { Tone } from "../ui/tone.tsx";

export type VerdictState = Connection["verdict"];

const tones: Record<VerdictState, Tone> = {
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

export const verdictTone = (state: VerdictState) => tones[state];
export const verdictWord = (state: VerdictState) => names[state];
export const worstVerdict = (connections: Connection[]) =>
  order.find((state) => connections.some((each) => each.verdict === state)) ?? null;

/** The server's sentence without the word that stands before it on screen anyway. */
export const verdictSentence = (connection: Connection) =>
  connection.verdictSentence.replace(/^(Working|Disconnected)\. /, "");
