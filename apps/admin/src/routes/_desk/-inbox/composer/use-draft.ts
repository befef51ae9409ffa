import { useSyncExternalStore } from "react";

const keyOf = (id: string) => `waystation.draft.${id}`;
const drafts = new Map<string, string>();
const listeners = new Set<() => void>();

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export function readDraft(id: string): string {
  let text = drafts.get(id);
  if (text === undefined) {
    try {
      text = localStorage.getItem(keyOf(id)) ?? "";
    } catch {
      text = "";
    }
    drafts.set(id, text);
  }
  return text;
}

export function setDraft(id: string, text: string): void {
  drafts.set(id, text);
  try {
    if (text === "") localStorage.removeItem(keyOf(id));
    else localStorage.setItem(keyOf(id), text);
  } catch {
    // Storage is full or forbidden: then the draft only lives as long as the page.
  }
  for (const listener of listeners) listener();
}

/** What was begun in a conversation and not sent; it survives a reload. */
export function useDraft(id: string) {
  const text = useSyncExternalStore(subscribe, () => readDraft(id));
  return [text, (next: string) => setDraft(id, next)] as const;
}
