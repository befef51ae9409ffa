import { useEffect } from "react";

/** What is written: an answer to the customer, or a note for the team. */
export type Writing = "reply" | "note";

const keyOf = (conversationId: string) => `waystation.writing.${conversationId}`;

export function readWriting(conversationId: string): Writing {
  try {
    return localStorage.getItem(keyOf(conversationId)) === "note" ? "note" : "reply";
  } catch {
    return "reply";
  }
}

export function keepWriting(conversationId: string, writing: Writing): void {
  try {
    if (writing === "note") localStorage.setItem(keyOf(conversationId), "note");
    else localStorage.removeItem(keyOf(conversationId));
  } catch {
    // Storage is full or forbidden: then it only lives as long as the page.
  }
}

type Begin = (writing: Writing) => void;
let begin: Begin | null = null;

/** Puts the caret where an answer or a note is written, in the conversation that is open. */
export const beginWriting: Begin = (writing) => begin?.(writing);

export function useBeginWriting(handler: Begin): void {
  useEffect(() => {
    begin = handler;
    return () => {
      begin = null;
    };
  }, [handler]);
}
