/**
 * In which conversations somebody at this page writes although the contact asked not to be written to, by the moment when
 * they asked: a later STOP asks again.
 */
const agreed = new Map<string, string>();
const listeners = new Set<() => void>();

export const hasOverriddenOptOut = (conversationId: string) => agreed.get(conversationId);

export function overrideOptOut(conversationId: string, since: string) {
  agreed.set(conversationId, since);
  for (const listener of listeners) listener();
}

export const subscribeToConsent = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
