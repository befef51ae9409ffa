import { useState } from "react";

const keyOf = (conversationId: string) => `waystation.draft.${conversationId}`;

/** What was begun and not sent; it survives a reload. */
export function useDraft(conversationId: string) {
  const [text, setText] = useState(() => {
    try {
      return localStorage.getItem(keyOf(conversationId)) ?? "";
    } catch {
      return "";
    }
  });
  const change = (next: string) => {
    setText(next);
    try {
      if (next === "") localStorage.removeItem(keyOf(conversationId));
      else localStorage.setItem(keyOf(conversationId), next);
    } catch {
      // Storage is full or forbidden: then the draft only lives as long as the page.
    }
  };
  return [text, change] as const;
}
