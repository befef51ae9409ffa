import type { Context } from "@waystation/core/context";

/** This many of the newest conversations stay past the read cursor. Each query compares them with the user's reads. */
const COMPARED = 10;
/** With more unread conversations than this, the cursor stays: a scan from the newest conversation fills a page at once. */
const MOST_BEHIND = 5_000;

/**
 * Moves the user's read cursor past older conversations and stores which of those are unread. A message gets its id before it
 * is committed, so the cursor never passes a conversation that is younger than a minute.
 */
export async function advanceReadCursor(ctx: Context): Promise<void> {
  await ctx.query(ADVANCE, [ctx.organizationId, ctx.actor.userId]);
}

const ADVANCE = `
  with me as materialized (
    select o.no, coalesce(k.message_id, 0) as mark from organizations o
    left join inbox_marks k on k.user_id = $2::uuid and k.organization_no = o.no
    where o.id = $1::uuid
  ), reach as materialized (
    select a.last_message_id as mark, a.last_at from conversation_activity a
    where a.organization_no = (select no from me) and a.is_open and a.last_message_id > (select mark from me)
    order by a.last_message_id desc offset ${COMPARED} limit 1
  ), behind as materialized (
    select a.conversation_id, coalesce(r.incoming, 0) as incoming from conversation_activity a
    left join conversation_reads r on r.user_id = $2::uuid and r.conversation_id = a.conversation_id
    where a.organization_no = (select no from me) and a.last_message_id > (select mark from me)
      and a.last_message_id <= (select mark from reach where last_at < now() - interval '1 minute')
      and a.incoming > coalesce(r.incoming, 0)
    limit ${MOST_BEHIND + 1}
  ), moved as (
    insert into inbox_marks (user_id, organization_no, message_id)
    select $2::uuid, me.no, reach.mark from me, reach
    where reach.last_at < now() - interval '1 minute' and (select count(*) from behind) <= ${MOST_BEHIND}
    on conflict (user_id, organization_no) do update
      set message_id = greatest(inbox_marks.message_id, excluded.message_id)
    returning message_id
  )
  insert into conversation_reads (user_id, conversation_id, incoming, is_behind)
  select $2::uuid, conversation_id, incoming, true from behind where exists (select 1 from moved)
  order by conversation_id
  on conflict (user_id, conversation_id) do update set is_behind = true`;
