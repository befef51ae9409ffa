import type { Database } from "@waystation/db/client";
import { messageSearch, type messages } from "@waystation/db/schema/inbox";
import { sql } from "drizzle-orm";
import { buildSearchVector } from "./tokens.ts";

type Message = Pick<typeof messages.$inferSelect, "id" | "organizationNo" | "conversationId" | "body">;

/** Indexes a message sent from here. Call it in the transaction that stores the message. */
export async function storeSearchWords(tx: Pick<Database, "insert">, message: Message): Promise<void> {
  const words = buildSearchVector(message.body);
  if (words === null) return;
  await tx.insert(messageSearch).values({
    organizationNo: message.organizationNo,
    messageId: message.id,
    conversationId: message.conversationId,
    words: sql`${words}::tsvector`,
  });
}
