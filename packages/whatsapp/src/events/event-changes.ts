import type { InboxChanges } from "@waystation/core/change-feed/inbox-changes";
import type { Context } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import { notAMember, requireAccess } from "@waystation/identity/access";
import type { EventChangesInput } from "./inputs.ts";

/** With more changes at once, refetching the lists costs less than naming the conversations. */
const MAX_NAMED = 100;
/** Revocations through the server are published at once. This interval covers access that ends in any other way. */
const LOOK_MS = 20_000;

interface ChangeNotice {
  /** The conversations that changed; null if there are too many to name. */
  conversationIds: string[] | null;
  connectionIds: string[];
  /** Conversations that changed for this subscriber only: read on another device. */
  personalIds: string[];
  /** Conversations where the presence of other users changed. */
  presentIds: string[];
  /** The subscriber's own role changed, or may have. */
  roleChanged: boolean;
  /** A member joined, left or has another role. */
  teamChanged: boolean;
}

const notices = new WeakMap<InboxChanges, ChangeNotice>();

/** The part of a notice that all subscribers share. One object for all, so that it is serialised once. */
function forAll(news: InboxChanges): ChangeNotice {
  const known = notices.get(news);
  if (known) return known;
  const { connectionIds, conversationIds, presentIds, isEverything, access } = news;
  const notice: ChangeNotice = {
    connectionIds: [...connectionIds],
    conversationIds: isEverything || conversationIds.size > MAX_NAMED ? null : [...conversationIds],
    personalIds: [],
    presentIds: [...presentIds],
    roleChanged: false,
    teamChanged: isEverything || access.size > 0,
  };
  notices.set(news, notice);
  return notice;
}

/** Yields batches of changes. Read the new state from the lists. Throws when the subscriber loses access. */
export async function* subscribeToEventChanges(
  ctx: Context,
  input: EventChangesInput,
  signal: AbortSignal,
  lookMs = LOOK_MS,
): AsyncGenerator<ChangeNotice> {
  const { shownFor } = input;
  if (
    shownFor &&
    (shownFor.sessionId !== ctx.actor.sessionId || shownFor.organizationId !== ctx.organizationId)
  )
    throw notAMember();
  const ending = new AbortController();
  const end = () => ending.abort();
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  let refusal: DomainError | null = null;
  const look = async () => {
    try {
      await requireAccess(ctx);
    } catch (error) {
      // An unavailable database does not end anyone's access.
      if (!(error instanceof DomainError)) return;
      refusal = error;
      end();
    }
  };
  const timer = setInterval(look, lookMs);
  const { userId } = ctx.actor;
  try {
    for await (const news of ctx.feed.subscribe(ctx.organizationId, ending.signal)) {
      const roleChanged = news.isEverything || news.access.has(userId);
      if (roleChanged) await look();
      if (refusal) break;
      const { connectionIds, conversationIds, presentIds, isEverything } = news;
      const personalIds = [...(news.personal.get(userId) ?? [])];
      if (input.connectionId !== undefined && !isEverything && !connectionIds.has(input.connectionId))
        continue;
      const size = connectionIds.size + conversationIds.size + personalIds.length + presentIds.size;
      if (size === 0 && !isEverything && news.access.size === 0) continue;
      const common = forAll(news);
      yield personalIds.length === 0 && !roleChanged ? common : { ...common, personalIds, roleChanged };
    }
    if (refusal) throw refusal;
  } finally {
    clearInterval(timer);
    if (input.tab !== undefined) {
      const report = { tab: input.tab, userId, conversationId: "", doing: "away" as const };
      ctx.feed.publish({ organizationId: ctx.organizationId, report });
    }
    signal.removeEventListener("abort", end);
  }
}
