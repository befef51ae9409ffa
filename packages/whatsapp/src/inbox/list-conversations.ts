import { connections } from "@waystation/db/schema";
import {
  contactIdentities,
  contacts,
  conversationActivity,
  conversationReads,
  conversations,
  messages,
  outgoingMessages,
} from "@waystation/db/schema-inbox";
import { organizations } from "@waystation/db/schema-people";
import { and, desc, eq, isNull, lt, or, type SQL, sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { MESSAGE_KINDS } from "../webhooks/message-kind.ts";
import type { ListConversations } from "./inputs.ts";
import { statusOf } from "./list-messages.ts";
import { windowClosesAt } from "./window.ts";

const a = conversationActivity;
const unread = sql<number>`${a.incoming} - coalesce(${conversationReads.incoming}, 0)`;

/** The organisation's conversations, the one with the newest message first. */
export async function listConversations(ctx: Context, input: ListConversations) {
  const limit = input.limit ?? 50;
  const organizationNo = await organizationNumber(ctx);
  const rows = await ctx.db
    .select({
      id: conversations.publicId,
      connectionId: connections.id,
      name: contacts.name,
      address: conversations.address,
      ours: conversations.ours,
      assigneeId: conversations.assigneeId,
      isOpen: a.isOpen,
      lastMessageId: a.lastMessageId,
      lastAt: a.lastAt,
      lastIncomingAt: a.lastIncomingAt,
      lastIncomingId: a.lastIncomingId,
      preview: a.preview,
      unread,
      last: messages,
      outgoing: outgoingMessages,
    })
    .from(a)
    .innerJoin(conversations, eq(conversations.id, a.conversationId))
    .innerJoin(contacts, eq(contacts.id, conversations.contactId))
    .innerJoin(connections, eq(connections.no, conversations.connectionNo))
    .leftJoin(messages, eq(messages.id, a.lastMessageId))
    .leftJoin(outgoingMessages, eq(outgoingMessages.messageId, a.lastMessageId))
    .leftJoin(
      conversationReads,
      and(
        eq(conversationReads.conversationId, a.conversationId),
        eq(conversationReads.userId, ctx.actor.userId),
      ),
    )
    .where(
      and(
        eq(a.organizationNo, organizationNo),
        input.cursor ? lt(a.lastMessageId, Number(input.cursor)) : undefined,
        filtered(ctx, input.filter ?? "open", input.isOpen),
        input.search ? found(organizationNo, input.search) : undefined,
      ),
    )
    .orderBy(desc(a.lastMessageId))
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  return {
    items: page.map((row) => ({
      id: row.id,
      connectionId: row.connectionId,
      contact: { name: row.name, address: row.address },
      ours: row.ours,
      lastMessage: {
        at: row.lastAt.toISOString(),
        preview: row.preview ?? "",
        direction: row.lastIncomingId === row.lastMessageId ? ("in" as const) : ("out" as const),
        kind: MESSAGE_KINDS[row.last?.kind ?? 0] ?? "unknown",
        status: row.last && statusOf(row.last, row.outgoing),
      },
      unread: Math.max(0, Number(row.unread)),
      isOpen: row.isOpen,
      assigneeId: row.assigneeId,
      windowClosesAt: windowClosesAt(row.lastIncomingAt)?.toISOString() ?? null,
    })),
    nextCursor: rows.length > limit ? String(page.at(-1)?.lastMessageId) : null,
  };
}

/** The narrow number that hot tables know the organisation by. */
export async function organizationNumber(ctx: Pick<Context, "db" | "organizationId">): Promise<number> {
  const [row] = await ctx.db
    .select({ no: organizations.no })
    .from(organizations)
    .where(eq(organizations.id, ctx.organizationId));
  if (!row?.no) throw new Error("The organisation has no number");
  return row.no;
}

function filtered(
  ctx: Context,
  filter: NonNullable<ListConversations["filter"]>,
  isOpen = filter === "all" ? null : filter !== "resolved",
): SQL | undefined {
  return and(isOpen === null ? undefined : eq(a.isOpen, isOpen), withWhom(ctx, filter));
}

function withWhom(ctx: Context, filter: NonNullable<ListConversations["filter"]>): SQL | undefined {
  if (filter === "mine") return eq(conversations.assigneeId, ctx.actor.userId);
  if (filter === "unassigned") return isNull(conversations.assigneeId);
  return filter === "unread" ? sql`${unread} > 0` : undefined;
}

/** Names and addresses by any part of them; messages by whole words. */
function found(organizationNo: number, search: string): SQL | undefined {
  const part = `%${search.replace(/[\\%_]/g, "\\$&")}%`;
  return or(
    sql`${contacts.name} ilike ${part}`,
    sql`exists (select 1 from ${contactIdentities} where ${contactIdentities.contactId} = ${contacts.id} and ${contactIdentities.address} ilike ${part})`,
    sql`${a.conversationId} in (select ${messages.conversationId} from ${messages}
      where ${messages.organizationNo} = ${organizationNo}
        and to_tsvector('simple', coalesce(${messages.body}, '')) @@ plainto_tsquery('simple', ${search}))`,
  );
}
