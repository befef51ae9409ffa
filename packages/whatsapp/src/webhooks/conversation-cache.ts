import type { OpenedDatabase } from "@waystation/db/client";
import { v7 as uuidv7 } from "uuid";
import { numberArrayLiteral, textArrayLiteral } from "./array-literal.ts";
import { RESOLVE_CONVERSATIONS } from "./ingest-statement.ts";
import type { Projection } from "./projection.ts";
import { foldedNamesOf } from "./webhook-record.ts";

/** The conversation between a contact's address and one of our addresses. */
export interface CachedConversation {
  conversationId: string;
  publicId: string;
}

/** The fields of an incoming message that determine its conversation. */
interface ConversationLookup {
  receiver: { no: number; organizationNo: number };
  projection: Pick<Projection, "contact" | "ours" | "otherAddress" | "name" | "username">;
}

interface Known extends CachedConversation {
  otherAddress: string | null;
}

/** Takes some megabytes. A full cache is cleared. */
const MOST = 20_000;

/**
 * Caches which conversation a pair of addresses belongs to, so that storing a message needs no lookup. Conversations are never
 * deleted and addresses never change owners, so entries never expire, even with several servers.
 */
export function createConversationCache(query: OpenedDatabase["query"]) {
  let known = new Map<string, Known>();

  function find({ receiver, projection }: ConversationLookup): CachedConversation | null {
    const caller = known.get(keyOf(receiver.no, projection));
    const { otherAddress } = projection;
    return caller && (otherAddress === null || otherAddress === caller.otherAddress) ? caller : null;
  }

  return {
    find,
    /**
     * Loads or creates the conversations missing from the cache. After that, `find` returns a conversation for every lookup.
     */
    async meet(calls: ConversationLookup[]): Promise<void> {
      const unknown = calls.filter((call) => !find(call));
      if (unknown.length === 0) return;
      const met = await query<CachedConversation & { place: number }>(RESOLVE_CONVERSATIONS, [
        numberArrayLiteral(unknown.map(({ receiver }) => receiver.no)),
        numberArrayLiteral(unknown.map(({ receiver }) => receiver.organizationNo)),
        textArrayLiteral(unknown.map(({ projection }) => projection.ours)),
        textArrayLiteral(unknown.map(({ projection }) => projection.contact)),
        textArrayLiteral(unknown.map(({ projection }) => projection.otherAddress)),
        textArrayLiteral(unknown.map(({ projection }) => projection.name)),
        textArrayLiteral(unknown.map(({ projection }) => projection.username)),
        ...foldedNamesOf(unknown),
        numberArrayLiteral(unknown.map(() => uuidv7())),
      ]);
      if (known.size + met.length > MOST) known = new Map();
      for (const { place, conversationId, publicId } of met) {
        const call = unknown[place - 1];
        if (!call) continue;
        const { otherAddress } = call.projection;
        known.set(keyOf(call.receiver.no, call.projection), { conversationId, publicId, otherAddress });
      }
    },
  };
}

function keyOf(connectionNo: number, { ours, contact }: Pick<Projection, "ours" | "contact">): string {
  return `${connectionNo} ${ours} ${contact}`;
}
