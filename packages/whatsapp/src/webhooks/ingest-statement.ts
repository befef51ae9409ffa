import { INSERT_SEARCH_WORDS, UPDATE_FOLDED_NAMES } from "./search-statement.ts";

/**
 * One statement, one round trip, one transaction: takes webhook events; writes contacts, conversations, messages, statuses,
 * activity and the hour's counts. Everything merges (`greatest`, sums of fresh rows only), so several servers can commit in any
 * order and a repeat changes nothing. Rows are locked in key order, so two servers wait for each other but never deadlock.
 *
 * Parameters, as arrays of equal length, one element per webhook: connection, organisation, sid, step, word, outcome, body,
 * body as hex, our address, the contact's address, its second address, name, username, both folded, kind, text, preview, error
 * code, the UUID of the message in the status route's path, the text's words as a `tsvector`, and a UUID for a new
 * conversation. A column that holds only nulls may be empty.
 */
const INPUT = `
  input as materialized (
    select * from unnest($1::int[], $2::int[], $3::uuid[], $4::int2[], $5::text[], $6::int2[], $7::text[], $8::text[],
      $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::int2[], $17::text[], $18::text[],
      $19::int[], $20::uuid[], $21::text[], $22::uuid[])
      with ordinality as x(connection_no, organization_no, sid, step, word, outcome, raw, raw_hex, ours, contact, other,
        name, username, folded_name, folded_username, kind, body, preview, error_code, message_uuid, words, fresh_uuid, i)
  )`;

/** The counts for the status page, so that it never counts events. */
const COUNTED = `
  counted as (
    insert into connection_hours as h
      (connection_no, hour, incoming, statuses, failed, unrouted, unrouted_at)
    select connection_no, date_trunc('hour', now()),
      count(*) filter (where step = 0), count(*) filter (where step > 0), count(*) filter (where step in (9, 10)),
      count(*) filter (where outcome = 1), case when count(*) filter (where outcome = 1) > 0 then now() end
    from fresh group by connection_no order by connection_no
    on conflict (connection_no, hour) do update set
      incoming = h.incoming + excluded.incoming, statuses = h.statuses + excluded.statuses,
      failed = h.failed + excluded.failed, last_at = greatest(h.last_at, excluded.last_at),
      unrouted = h.unrouted + excluded.unrouted, unrouted_at = greatest(h.unrouted_at, excluded.unrouted_at)
  )`;

/** Ids follow the order of arrival; rows are written in key order. */
const NEW_EVENTS = `
  numbered as materialized (
    select nextval('twilio_whatsapp_webhook_events_id_seq') as id, now() as received_at, x.*
    from (select * from input order by i) x
  ), keyed as (
    insert into webhook_event_keys (sid, step, word, connection_no, event_id)
    select sid, step, word, connection_no, id from numbered order by sid, step, connection_no, i
    on conflict do nothing
    returning event_id
  ), fresh as materialized (
    select n.* from numbered n join keyed k on k.event_id = n.id
  ), written as (
    insert into twilio_whatsapp_webhook_events
      (id, connection_no, sid, step, word, outcome, received_at, body, body_bytes)
    select id, connection_no, sid, step, word, outcome, received_at, raw, decode(raw_hex, 'hex') from fresh order by id
  ), ${COUNTED}`;

/** For events that are already stored: their ids and times are parameters. */
const KNOWN_EVENTS = `
  fresh as materialized (
    select k.id, k.at::timestamptz as received_at, input.*
    from input join unnest($23::bigint[], $24::text[]) with ordinality as k(id, at, i) on k.i = input.i
  )`;

/** The contacts and conversations of `incoming`. Missing ones are created. */
const CONVERSATIONS = `
  contacts_of_batch as materialized (
    select distinct on (organization_no, contact) organization_no, contact, other, name, username,
      folded_name, folded_username, id
    from incoming order by organization_no, contact, id desc
  ), matched_contacts as materialized (
    select c.*, coalesce(a.contact_id, b.contact_id) as contact_id, a.contact_id is not null as by_address,
      b.contact_id is not null as by_other
    from contacts_of_batch c
    left join contact_identities a on a.organization_no = c.organization_no and a.address = c.contact
    left join contact_identities b on c.other is not null and b.organization_no = c.organization_no and b.address = c.other
  ), new_contacts as materialized (
    select organization_no, contact, other, name, username, folded_name, folded_username, nextval('contacts_id_seq') as new_id
    from matched_contacts where contact_id is null order by organization_no, contact
  ), new_identities as materialized (
    select organization_no, contact as address, new_id as contact_id from new_contacts
    union
    select organization_no, other, new_id from new_contacts where other is not null
    union
    select organization_no, contact, contact_id from matched_contacts where contact_id is not null and not by_address
    union
    select organization_no, other, contact_id from matched_contacts where contact_id is not null and other is not null and not by_other
  ), inserted_identities as (
    insert into contact_identities (organization_no, address, contact_id)
    select distinct on (organization_no, address) organization_no, address, contact_id from new_identities
    order by organization_no, address, contact_id
    on conflict (organization_no, address) do update set address = excluded.address
    returning organization_no, address, contact_id
  ), inserted_contacts as (
    insert into contacts (id, organization_no, name, username, folded_name, folded_username) overriding system value
    select s.new_id, s.organization_no, s.name, s.username, s.folded_name, s.folded_username
    from new_contacts s join inserted_identities k on k.contact_id = s.new_id and k.address = s.contact order by s.new_id
    returning id
  ), contact_of_message as materialized (
    select m.organization_no, m.contact, coalesce(k.contact_id, m.contact_id) as contact_id
    from matched_contacts m left join inserted_identities k on k.organization_no = m.organization_no and k.address = m.contact
  ), conversation_keys as materialized (
    select distinct on (i.connection_no, i.ours, w.contact_id)
      i.connection_no, i.organization_no, i.ours, w.contact_id, i.contact as address, i.fresh_uuid
    from incoming i join contact_of_message w on w.organization_no = i.organization_no and w.contact = i.contact
    order by i.connection_no, i.ours, w.contact_id, i.id desc
  ), known_conversations as materialized (
    select c.id, c.public_id, p.connection_no, p.ours, p.contact_id, p.address, c.address as earlier
    from conversation_keys p join conversations c
      on c.connection_no = p.connection_no and c.ours = p.ours and c.contact_id = p.contact_id
  ), new_conversations as (
    insert into conversations (public_id, organization_no, connection_no, ours, contact_id, address)
    select fresh_uuid, organization_no, connection_no, ours, contact_id, address from conversation_keys p
    where not exists (select 1 from known_conversations o
      where o.connection_no = p.connection_no and o.ours = p.ours and o.contact_id = p.contact_id)
    order by connection_no, ours, contact_id
    on conflict (connection_no, ours, contact_id) do update set address = excluded.address
    returning id, public_id, connection_no, ours, contact_id
  ), conversations_of_batch as materialized (
    select id, public_id, connection_no, ours, contact_id from known_conversations
    union all
    select id, public_id, connection_no, ours, contact_id from new_conversations
  )`;

/** The newest message becomes the last message, whichever server commits last. */
const MERGED = `on conflict (conversation_id) do update set
      last_message_id = greatest(a.last_message_id, excluded.last_message_id),
      last_at = greatest(a.last_at, excluded.last_at),
      last_incoming_at = greatest(a.last_incoming_at, excluded.last_incoming_at),
      last_incoming_id = greatest(a.last_incoming_id, excluded.last_incoming_id),
      incoming = a.incoming + excluded.incoming,
      is_open = true,
      preview = case when excluded.last_message_id > a.last_message_id then excluded.preview else a.preview end`;

const INBOX = `
  incoming as materialized (
    select * from fresh where step = 0 and outcome = 0
  ), ${CONVERSATIONS}, renamed as (
    update contacts c set name = coalesce(m.name, c.name), username = coalesce(m.username, c.username), ${UPDATE_FOLDED_NAMES("m")}
    from (select distinct on (contact_id) * from matched_contacts order by contact_id, name is null, id desc) m
    where c.id = m.contact_id and (c.name is distinct from coalesce(m.name, c.name)
      or c.username is distinct from coalesce(m.username, c.username))
  ), moved as (
    update conversations c set address = o.address from known_conversations o where c.id = o.id and o.earlier <> o.address
  ), new_messages as (
    insert into messages (id, organization_no, connection_no, conversation_id, sid, is_incoming, kind, status, at, body)
    select i.id, i.organization_no, i.connection_no, t.id, i.sid, true, i.kind, 0, i.received_at, i.body
    from incoming i
    join contact_of_message w on w.organization_no = i.organization_no and w.contact = i.contact
    join conversations_of_batch t on t.connection_no = i.connection_no and t.ours = i.ours and t.contact_id = w.contact_id
    order by i.id
    on conflict (sid, connection_no) do nothing
    returning id, organization_no, conversation_id, at
  ), ${INSERT_SEARCH_WORDS}, latest as materialized (
    select s.conversation_id, s.organization_no, max(s.id) as last_id, max(s.at) as last_at, count(*)::int as news
    from new_messages s group by 1, 2
  ), active as (
    insert into conversation_activity as a
      (conversation_id, organization_no, last_message_id, last_at, last_incoming_at, last_incoming_id, incoming, preview)
    select l.conversation_id, l.organization_no, l.last_id, l.last_at, l.last_at, l.last_id, l.news, f.preview
    from latest l join fresh f on f.id = l.last_id order by l.conversation_id
    ${MERGED}
  ), callbacks as materialized (
    select connection_no, sid, max(step) as step, max(error_code) as error_code,
      (array_agg(message_uuid) filter (where message_uuid is not null))[1] as message_uuid
    from fresh where step between 1 and 98 and outcome = 0 group by connection_no, sid
  ), ours as materialized (
    select m.id, c.* from callbacks c join messages m on m.sid = c.sid and m.connection_no = c.connection_no
    union all
    select m.id, c.* from callbacks c join outgoing_messages o on o.public_id = c.message_uuid
      join messages m on m.id = o.message_id and m.connection_no = c.connection_no and m.sid is null
  ), settled as (
    update messages m set status = greatest(m.status, o.step), sid = coalesce(m.sid, o.sid),
      error_code = coalesce(o.error_code, m.error_code)
    from (select * from ours order by id) o
    where m.id = o.id and not m.is_incoming and (m.status < o.step or m.sid is null)
    returning m.conversation_id
  )`;

/** One row per connection with new events, with the conversations that changed. */
const NEWS = `
  touched as (
    select conversation_id from latest union select conversation_id from settled
  )
  select f.connection_no as "connectionNo", count(*)::int as events,
    (select string_agg(coalesce(b.public_id, c.public_id)::text, ',') from touched t
      left join conversations c on c.id = t.conversation_id
      left join new_conversations b on b.id = t.conversation_id
      where coalesce(b.connection_no, c.connection_no) = f.connection_no) as conversations
  from fresh f group by f.connection_no`;

export const STORE_EVENTS = `with ${INPUT}, ${NEW_EVENTS}, ${INBOX}, ${NEWS}`;

/**
 * Finds the conversations of messages and creates missing contacts and conversations. The results never become stale.
 * Parameters, one element per message: connection, organisation, our address, the contact's address, its second address, name,
 * username, both folded, and a UUID for a new conversation.
 */
export const RESOLVE_CONVERSATIONS = `
  with incoming as materialized (
    select i as id, x.* from unnest($1::int[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
      $9::text[], $10::uuid[])
      with ordinality as x(connection_no, organization_no, ours, contact, other, name, username, folded_name, folded_username, fresh_uuid, i)
  ), ${CONVERSATIONS}
  select i.id::int as place, t.id::text as "conversationId", t.public_id as "publicId"
  from incoming i
  join contact_of_message w on w.organization_no = i.organization_no and w.contact = i.contact
  join conversations_of_batch t on t.connection_no = i.connection_no and t.ours = i.ours and t.contact_id = w.contact_id`;

/**
 * The faster variant of `STORE_EVENTS`, at half the work, for events that create nothing: messages whose conversation is known,
 * callbacks of messages whose SID is known. Parameters, one element per webhook: connection, organisation, sid, step, word,
 * outcome, body, body as hex, conversation, the contact's address, name, username, kind, text, preview, error code, the UUID in
 * the status route's path, the text's words as a `tsvector`.
 *
 * Does not store callbacks that may belong to a message whose SID is not known yet. Returns their positions, from 1, as `left`.
 * Returns as `outdated` the positions of messages whose sender's stored name or address differs.
 */
export const STORE_EVENTS_OF_KNOWN = `
  with input as materialized (
    select nextval('twilio_whatsapp_webhook_events_id_seq') as id, x.*
    from unnest($1::int[], $2::int[], $3::uuid[], $4::int2[], $5::text[], $6::int2[], $7::text[], $8::text[], $9::bigint[],
      $10::text[], $11::text[], $12::text[], $13::int2[], $14::text[], $15::text[], $16::int[], $17::uuid[], $18::text[])
      with ordinality as x(connection_no, organization_no, sid, step, word, outcome, raw, raw_hex, conversation_id,
        contact, name, username, kind, body, preview, error_code, message_uuid, words, i)
  ), settled as (
    update messages m set status = s.step, error_code = coalesce(s.error_code, m.error_code)
    from (
      select sid, connection_no, max(step) as step, max(error_code) as error_code
      from input where step between 1 and 98 and outcome = 0 group by 1, 2 order by 1, 2
    ) s
    where m.sid = s.sid and m.connection_no = s.connection_no and not m.is_incoming and m.status < s.step
    returning m.sid, m.connection_no, m.conversation_id
  ), stray as materialized (
    select i from input x where message_uuid is not null and outcome = 0 and step between 1 and 98
      and not exists (select from settled s where s.sid = x.sid and s.connection_no = x.connection_no)
      and not exists (select from messages m where m.sid = x.sid and m.connection_no = x.connection_no)
  ), keyed as (
    insert into webhook_event_keys (sid, step, word, connection_no, event_id)
    select sid, step, word, connection_no, id from input where i not in (select i from stray)
    order by sid, step, connection_no, id
    on conflict do nothing
    returning event_id
  ), fresh as materialized (
    select x.* from input x join keyed k on k.event_id = x.id
  ), written as (
    insert into twilio_whatsapp_webhook_events
      (id, connection_no, sid, step, word, outcome, received_at, body, body_bytes)
    select id, connection_no, sid, step, word, outcome, now(), raw, decode(raw_hex, 'hex') from fresh
  ), ${COUNTED}, new_messages as (
    insert into messages (id, organization_no, connection_no, conversation_id, sid, is_incoming, kind, status, at, body)
    select id, organization_no, connection_no, conversation_id, sid, true, kind, 0, now(), body
    from fresh where conversation_id is not null order by id
    on conflict (sid, connection_no) do nothing
    returning id, organization_no, conversation_id
  ), ${INSERT_SEARCH_WORDS}, latest as materialized (
    select s.conversation_id, x.organization_no, s.last_id, s.news, x.preview, x.contact, x.name, x.username, x.i
    from (select conversation_id, max(id) as last_id, count(*)::int as news from new_messages group by 1) s
    join fresh x on x.id = s.last_id
  ), active as (
    insert into conversation_activity as a
      (conversation_id, organization_no, last_message_id, last_at, last_incoming_at, last_incoming_id, incoming, preview)
    select conversation_id, organization_no, last_id, now(), now(), last_id, news, preview
    from latest order by conversation_id
    ${MERGED}
  )
  select connection_no as "connectionNo", count(*)::int as events, null::text as conversations, null::int[] as left,
    null::int[] as outdated
  from fresh group by 1
  union all
  select t.connection_no, 0, string_agg(c.public_id::text, ','), null, null
  from settled t join conversations c on c.id = t.conversation_id group by 1
  union all
  select null, 0, null, array_agg(i::int), null from stray having count(*) > 0
  union all
  select null, 0, null, null, array_agg(l.i::int)
  from latest l join conversations t on t.id = l.conversation_id join contacts c on c.id = t.contact_id
  where t.address <> l.contact or c.name is distinct from coalesce(l.name, c.name)
    or c.username is distinct from coalesce(l.username, c.username)
  having count(*) > 0`;

/**
 * Updates contacts and addresses that differ from the message. Parameters: conversation, address, name, username, and both
 * names folded.
 */
export const UPDATE_CONTACTS = `
  with changes as materialized (
    select t.contact_id, x.* from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
      as x(conversation_id, address, name, username, folded_name, folded_username)
    join conversations t on t.id = x.conversation_id
  ), moved as (
    update conversations t set address = s.address from (select * from changes order by conversation_id) s
    where t.id = s.conversation_id and t.address <> s.address
  )
  update contacts c set name = coalesce(s.name, c.name), username = coalesce(s.username, c.username), ${UPDATE_FOLDED_NAMES("s")}
  from (select distinct on (contact_id) * from changes order by contact_id, conversation_id desc) s
  where c.id = s.contact_id and (c.name is distinct from coalesce(s.name, c.name)
    or c.username is distinct from coalesce(s.username, c.username))`;

/** Stores events without a projection: for an event whose projection the database rejects. */
export const STORE_EVENTS_ONLY = `with ${INPUT}, ${NEW_EVENTS}
  select connection_no as "connectionNo", count(*)::int as events, null::text as conversations from fresh group by 1`;

/** Projects events that are already stored. */
export const PROJECT_EVENTS = `with ${INPUT}, ${KNOWN_EVENTS}, ${INBOX} select id from fresh`;
