/** Fields a client cannot do without: errors, paging, and the identifiers of senders, services and messages. */
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

/** The same body with null in every field except lists and the identifiers of their items. */
export function replaceWithNulls(body: unknown): unknown {
  return spoil(body, (name, value, owner) =>
    KEPT.has(name) || isIdentity(name, value) || "code" in owner ? value : null,
  );
}

/** Services and messages are identified only by their SID. */
function isIdentity(name: string, value: unknown): boolean {
  return name === "sid" && typeof value === "string" && /^(MG|SM|MM)/.test(value);
}

/** The same body with statuses and types that Twilio's OpenAPI does not list. */
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
