/** `crypto.randomUUID` is missing on plain http, where self-hosted desks are often tried first. */
export function newClientKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");
}
