import type { Context } from "@waystation/core/context";
import { members, users } from "@waystation/db/schema/identity";
import { and, asc, eq, inArray } from "drizzle-orm";
import type { ConversationInput, PublishPresenceInput } from "./inputs.ts";

/** Publishes the user's presence for some seconds. No row is written. */
export function publishPresence(ctx: Context, input: PublishPresenceInput) {
  ctx.feed.publish({ organizationId: ctx.organizationId, report: { ...input, userId: ctx.actor.userId } });
  return { told: true };
}

/** The other users who are looking at this conversation or typing in it. */
export async function listPresentUsers(ctx: Context, input: ConversationInput) {
  const present = ctx.feed
    .present(ctx.organizationId, input.conversationId)
    .filter(({ userId }) => userId !== ctx.actor.userId);
  if (present.length === 0) return [];
  const people = await ctx.db
    .select({ userId: users.id, name: users.name })
    .from(members)
    .innerJoin(users, eq(users.id, members.userId))
    .where(
      and(
        eq(members.organizationId, ctx.organizationId),
        inArray(
          members.userId,
          present.map(({ userId }) => userId),
        ),
      ),
    )
    .orderBy(asc(users.name), asc(users.id));
  const typing = new Set(present.filter(({ isTyping }) => isTyping).map(({ userId }) => userId));
  return people.map((person) => ({ ...person, isTyping: typing.has(person.userId) }));
}
