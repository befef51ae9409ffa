import { randomUUID } from "node:crypto";
import { readKeyring, seal, unseal } from "@waystation/core/credentials";
import { BENCH_PUBLIC_URL, type BenchWorld, contactAddress, KNOWN_CONTACT_SHARE } from "../load/payloads.ts";
import { BENCH_SEALING_KEY, BENCH_SETUP_TOKEN } from "./environment.ts";
import { type BenchDatabases, openBenchClient } from "./postgres.ts";
import { startBenchTarget } from "./targets.ts";

const PASSWORD = "correct horse battery";

/** An organisation and the session cookie of its owner. */
export interface BenchInstallation {
  organizationId: string;
  cookie: string;
}

/** Sets up a running product over HTTP, as a user would. */
export async function setUpBenchInstallation(port: number): Promise<BenchInstallation> {
  const post = async (path: string, body: object) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: BENCH_PUBLIC_URL },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`);
    return response;
  };
  const email = "owner@example.org";
  const created = await post("/api/trpc/setup.createOwner", {
    token: BENCH_SETUP_TOKEN,
    name: "Olga Owner",
    email,
    password: PASSWORD,
    organization: "Bench",
  });
  const { result } = (await created.json()) as { result: { data: { organizationId: string } } };
  const signedIn = await post("/api/auth/sign-in/email", { email, password: PASSWORD });
  const cookie = signedIn.headers
    .getSetCookie()
    .map((one) => one.split(";")[0])
    .join("; ");
  return { organizationId: result.data.organizationId, cookie };
}

/** Runs one statement at a time, on any database of the product. */
export type RunSql = (text: string, parameters: unknown[]) => Promise<unknown>;

/**
 * Seeds the database for a load: the connection, contacts who have written before, their conversations, and the sent messages
 * that the callbacks refer to.
 */
export async function seedBenchInstallation(
  query: RunSql,
  desk: BenchInstallation,
  world: BenchWorld,
  outgoing: number,
  knownShare = KNOWN_CONTACT_SHARE,
): Promise<void> {
  const connectionId = randomUUID();
  const keyring = readKeyring(BENCH_SEALING_KEY);
  const place = { organizationId: desk.organizationId, connectionId, field: "auth_token" } as const;
  const sealed = seal(keyring, place, world.token);
  const next = seal(keyring, { ...place, field: "auth_token_next" }, "f".repeat(32));
  if (unseal(keyring, place, sealed) !== world.token) throw new Error("The seal does not hold.");
  await query(INSERT_CONNECTION, [
    connectionId,
    desk.organizationId,
    world.accountSid,
    world.sender,
    sealed,
    next,
  ]);
  const known = Math.floor(world.contacts * knownShare);
  const addressBegin = contactAddress(world, 0).slice(0, -6);
  await query(INSERT_CONTACTS, [world.sender, addressBegin, known]);
  await query(INSERT_CONVERSATIONS, [world.sender, addressBegin]);
  await query(INSERT_OUTGOING, [world.sender, addressBegin, known, world.name, outgoing]);
  await query(INSERT_ACTIVITY, [world.sender]);
  await query(INSERT_OUTGOING_PARTS, [world.sender, world.name, outgoing]);
}

const OF_SENDER = `
  sender as (
    select c.no as connection_no, o.no as organization_no from twilio_whatsapp_connections c
    join organizations o on o.id = c.organization_id where c.sender = $1
  )`;

const INSERT_CONNECTION = `
  insert into twilio_whatsapp_connections (id, organization_id, mode, account_sid, account_name, account_status,
    account_type, owner_account_sid, sender, auth_token_sealed, auth_token_next_sealed, checked_at)
  values ($1::uuid, $2::uuid, 'live', $3, 'Bench', 'active', 'full', $3, $4, $5, $6, now() + interval '1 year')`;

const INSERT_CONTACTS = `
  with ${OF_SENDER}, people as materialized (
    select n, nextval('contacts_id_seq') as id, organization_no from sender, generate_series(0, $3::int - 1) n
  ), contact as (
    insert into contacts (id, organization_no, name) overriding system value
    select id, organization_no, 'Zoë Müller ' || n from people
  )
  insert into contact_identities (organization_no, address, contact_id)
  select organization_no, $2 || lpad(n::text, 6, '0'), id from people`;

const INSERT_CONVERSATIONS = `
  with ${OF_SENDER}
  insert into conversations (public_id, organization_no, connection_no, ours, contact_id, address)
  select gen_random_uuid(), s.organization_no, s.connection_no, $1, i.contact_id, i.address
  from sender s join contact_identities i on i.organization_no = s.organization_no where starts_with(i.address, $2)`;

const INSERT_ACTIVITY = `
  with ${OF_SENDER}
  insert into conversation_activity (conversation_id, organization_no, last_message_id, last_at, preview)
  select distinct on (m.conversation_id) m.conversation_id, m.organization_no, m.id, m.at, left(m.body, 120)
  from messages m join sender s using (connection_no) order by m.conversation_id, m.id desc`;

const INSERT_OUTGOING = `
  with ${OF_SENDER}
  insert into messages (id, organization_no, connection_no, conversation_id, sid, is_incoming, kind, status, at, body)
  select nextval('twilio_whatsapp_webhook_events_id_seq'), c.organization_no, c.connection_no, c.id,
    md5($4 || ' out ' || n)::uuid, false, 1, 3, now(), 'Your appointment is tomorrow at nine. Number ' || n
  from generate_series(0, $5::int - 1) n
  join contact_identities i on i.address = $2 || lpad((n % $3::int)::text, 6, '0')
  join sender s on s.organization_no = i.organization_no
  join conversations c on c.connection_no = s.connection_no and c.contact_id = i.contact_id
  order by n`;

const INSERT_OUTGOING_PARTS = `
  with ${OF_SENDER}
  insert into outgoing_messages (message_id, public_id, organization_no, client_key)
  select m.id, md5($2 || ' id ' || n)::uuid, m.organization_no, $2 || ' key ' || n
  from generate_series(0, $3::int - 1) n
  join sender s on true
  join messages m on m.sid = md5($2 || ' out ' || n)::uuid and m.connection_no = s.connection_no`;

/** Creates a template database: migrated, set up, and seeded for these loads. */
export async function createInstallationTemplate(
  databases: BenchDatabases,
  name: string,
  loads: { world: BenchWorld; outgoing: number }[],
  folder: string,
  knownShare = KNOWN_CONTACT_SHARE,
): Promise<BenchInstallation> {
  const url = await databases.create(name);
  await using product = await startBenchTarget("product", { DATABASE_URL: url, DATA_DIR: folder }, folder);
  const desk = await setUpBenchInstallation(product.port);
  await using client = openBenchClient(url);
  const query: RunSql = (text, parameters) =>
    client.sql.unsafe(text, parameters as never[], { prepare: false });
  for (const { world, outgoing } of loads)
    await seedBenchInstallation(query, desk, world, outgoing, knownShare);
  await client.sql.unsafe("vacuum analyze");
  return desk;
}
