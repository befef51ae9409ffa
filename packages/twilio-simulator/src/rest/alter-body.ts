/** What a client cannot do without: errors, pages, and what names a sender, a service or a message. */
const KEPT = new Set([
  "sender_id",
  "sender",
  "code",
  "message",
  "more_info",
  "meta",
  "key",
  "page",
  "page_size",
  "senders",
  "services",
  "messages",
]);

/** The same body with null in every field, but for lists and what names their items. */
export function replaceWithNulls(body: unknown): unknown {
  return spoil(body, (name, value, owner) =>
    KEPT.has(name) || isIdentity(name, value) || "code" in owner ? value : null,
  );
}

/** A service and a message are named by their SID alone. */
function isIdentity(name: string, value: unknown): boolean {
  return name === "sid" && typeof value === "string" && /^(MG|SM|MM)/.test(value);
}

/** The same body with words that Twilio's OpenAPI does not list as states and types. */
export function replaceWithUnknownValues(body: unknown): unknown {
  return spoil(body, (name, value, owner) => {
    if (name === "status" && typeof value === "string" && !("direction" in owner)) return "HIBERNATING";
    return name === "type" && typeof value === "string" ? "Partner" : value;
  });
}

type Change = (name: string, value: unknown, owner: Record<string, unknown>) => unknown;

function spoil(body: unknown, change: Change): unknown {
  if (Array.isArray(body)) return body.map((item) => spoil(item, change));
  if (typeof body !== "object" || body === null) return body;
  const owner = body as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(owner).map(([name, value]) => {
      const changed = change(name, value, owner);
      return [name, typeof changed === "object" ? spoil(changed, change) : changed];
    }),
  );
}
