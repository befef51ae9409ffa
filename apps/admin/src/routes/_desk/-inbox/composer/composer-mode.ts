import { useEffect } from "react";

/** What is written: an answer to the customer, or a note for the team. */
export type ComposerMode = "reply" | "note";

const keyOf = (conversationId: string) => `waystation.writing.${conversationId}`;

export function readComposerMode(conversationId: string): ComposerMode {
  try {
    return localStorage.getItem(keyOf(conversationId)) === "note" ? "note" : "reply";
  } catch {
    return "reply";
  }
}

export function storeComposerMode(conversationId: string, writing: ComposerMode): void {
  try {
    if (writing === "note") localStorage.setItem(keyOf(conversationId), "note");
    else localStorage.removeItem(keyOf(conversationId));
  } catch {
    // Storage is full or forbidden: then it only lives as long as the page.
  }
}

type Begin = (writing: ComposerMode) => void;
let begin: Begin | null = null;

/** Puts the caret where an answer or a note is written, in the conversation that is open. */
export const setComposerMode: Begin = (writing) => begin?.(writing);

export function useSetComposerMode(handler: Begin): void {
  useEffect(() => {
    begin = handler;
    return () => {
      begin = null;
    };
  }, [handler]);
}
