import type { PresenceUpdate } from "./inbox-changes.ts";

/** Longer than twice the pause between two reports of a browser. */
const LOOKING_MS = 30_000;
const TYPING_MS = 8_000;

interface Place {
  conversationId: string;
  userId: string;
  isTyping: boolean;
  until: number;
  typesUntil: number;
}

/** Who is at which conversation at this moment, by what their browsers' tabs report. What is not said again is forgotten. */
export function createPresence() {
  const tabs = new Map<string, Place>();

  const isTyping = ({ isTyping, typesUntil }: Place, now: number) => isTyping && typesUntil > now;

  return {
    /** Answers for which conversations somebody sees a difference. */
    note({ tab, userId, conversationId, doing }: PresenceUpdate): string[] {
      const now = performance.now();
      for (const [key, { until }] of tabs) if (until <= now) tabs.delete(key);
      const key = `${userId} ${tab}`;
      const before = tabs.get(key);
      if (doing === "away") {
        tabs.delete(key);
        return before ? [before.conversationId] : [];
      }
      const place = {
        conversationId,
        userId,
        isTyping: doing === "typing",
        until: now + LOOKING_MS,
        typesUntil: now + TYPING_MS,
      };
      tabs.set(key, place);
      if (!before) return [conversationId];
      if (before.conversationId !== conversationId) return [before.conversationId, conversationId];
      return isTyping(before, now) === place.isTyping ? [] : [conversationId];
    },
    /** Each person once, however many tabs they have. */
    at(conversationId: string): { userId: string; isTyping: boolean }[] {
      const now = performance.now();
      const people = new Map<string, boolean>();
      for (const place of tabs.values())
        if (place.conversationId === conversationId && place.until > now)
          people.set(place.userId, (people.get(place.userId) ?? false) || isTyping(place, now));
      return [...people].map(([userId, isTyping]) => ({ userId, isTyping }));
    },
  };
}
