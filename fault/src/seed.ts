import { randomUUID } from "node:crypto";
import { readKeyring, seal } from "@waystation/core/credentials";
import { openPostgresDatabase } from "@waystation/db/postgres/open-postgres";
import {
  createFaultAccount,
  FAULT_CONTACTS,
  type FaultAccount,
  faultContactAddress,
  OUTGOING_MESSAGES,
  outgoingId,
  outgoingSid,
  SENT_BEFORE_TEST,
} from "./fixtures.ts";
import { FAULT_SEALING_KEY } from "./processes/server-process.ts";

/** Two accounts in one organisation and a third in another. */
export const SEEDED_ACCOUNTS = [createFaultAccount(1), createFaultAccount(2), createFaultAccount(3)];
const ORGANISATIONS = [[SEEDED_ACCOUNTS[0], SEEDED_ACCOUNTS[1]], [SEEDED_ACCOUNTS[2]]] as FaultAccount[][];

/** Runs a statement on any database of the product. */
type SeedQuery = (text: string, parameters: unknown[]) => Promise<unknown>;

/** Migrates an empty Postgres database and seeds the accounts. */
export async function createInstallation(url: string): Promise<void> {
  const store = await openPostgresDatabase(url);
  try {
    await store.migrate();
    await seedInstallation((text, parameters) => store.query(text, parameters));
  } finally {
    await store.close();
  }
}

/** Seeds connections as the setup creates them, and sent messages. Half of the messages have no SID yet. */
export async function seedInstallation(query: SeedQuery): Promise<void> {
  const keyring = readKeyring(FAULT_SEALING_KEY);
  for (const [index, accounts] of ORGANISATIONS.entries()) {
    const organizationId = randomUUID();
    await query("insert into organizations (id, name, slug) values ($1::uuid, $2, $2)", [
      organizationId,
      `fault-${index}`,
    ]);
    for (const account of accounts) {
      const connectionId = randomUUID();
      const place = { organizationId, connectionId, field: "auth_token" } as const;
      await query(INSERT_CONNECTION, [
        account.connectionNo,
        connectionId,
        organizationId,
        account.sid,
        account.sender,
        seal(keyring, place, account.token),
      ]);
      await query(INSERT_TALKS, [
        account.connectionNo,
        account.sender,
        Array.from({ length: FAULT_CONTACTS }, (_, contact) => faultContactAddress(contact)),
      ]);
      const numbers = Array.from({ length: OUTGOING_MESSAGES }, (_, number) => number);
      await query(INSERT_OUTGOING, [
        account.connectionNo,
        numbers.map((number) => faultContactAddress(number % FAULT_CONTACTS)),
        numbers.map((number) => (number % 2 ? outgoingSid(number) : null)),
        numbers.map((number) => outgoingId(account, number)),
        SENT_BEFORE_TEST,
      ]);
    }
  }
}

const INSERT_CONNECTION = `
  insert into twilio_whatsapp_connections (no, id, organization_id, mode, account_sid, account_name, account_status,
    account_type, owner_account_sid, sender, auth_token_sealed, checked_at) overriding system value
  values ($1::int, $2::uuid, $3::uuid, 'live', $4, 'Fault', 'active', 'full', $4, $5, $6, now() + interval '1 year')`;

const OF_CONNECTION = `
  mine as (
    select c.no as connection_no, o.no as organization_no from twilio_whatsapp_connections c
    join organizations o on o.id = c.organization_id where c.no = $1::int
  )`;

const INSERT_TALKS = `
  with ${OF_CONNECTION}, strangers as materialized (
    select nextval('contacts_id_seq') as id, m.organization_no, a.address from mine m, unnest($3::text[]) as a(address)
    where not exists (select 1 from contact_identities i where i.organization_no = m.organization_no and i.address = a.address)
  ), met as (
    insert into contacts (id, organization_no, name) overriding system value
    select id, organization_no, 'Somebody' from strangers returning id
  ), known as (
    insert into contact_identities (organization_no, address, contact_id)
    select organization_no, address, id from strangers join met using (id) returning organization_no, address, contact_id
  ), talks as (
    insert into conversations (public_id, organization_no, connection_no, ours, contact_id, address)
    select gen_random_uuid(), m.organization_no, m.connection_no, $2, i.contact_id, i.address from mine m
    join (select * from known union all select organization_no, address, contact_id from contact_identities) i
      on i.organization_no = m.organization_no and i.address = any($3::text[])
    returning id, organization_no
  )
  insert into conversation_activity (conversation_id, organization_no, last_message_id, last_at, preview)
  select id, organization_no, 0, now(), '' from talks`;

const INSERT_OUTGOING = `
  with ${OF_CONNECTION}, wanted as materialized (
    select nextval('twilio_whatsapp_webhook_events_id_seq') as id, x.*
    from unnest($2::text[], $3::uuid[], $4::uuid[]) as x(address, sid, public_id)
  ), written as (
    insert into messages (id, organization_no, connection_no, conversation_id, sid, is_incoming, kind, status, at, body)
    select w.id, c.organization_no, c.connection_no, c.id, w.sid, false, 1, $5::int2, now(), 'Your appointment is tomorrow.'
    from wanted w join mine m on true
    join conversations c on c.connection_no = m.connection_no and c.address = w.address
    returning id, organization_no
  )
  insert into outgoing_messages (message_id, public_id, organization_no, client_key)
  select w.id, w.public_id, m.organization_no, w.public_id::text from wanted w join written m using (id)`;
