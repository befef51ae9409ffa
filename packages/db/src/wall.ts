import type { Store } from "./client.ts";

/**
 * The second wall, for when a query forgets to name the organisation: what people and programs ask runs under a role that
 * the tables show only the rows of one organisation (`policies.ts`), while webhooks and what else works for all of them
 * runs as the owner of the tables.
 */
export const DESK_ROLE = "waystation_desk";

/** Whom a query may see the rows of. */
export interface Scope {
  organizationId: string;
  /** What is each person's own is shown to this one. */
  userId: string;
}

/** What the role may do. A table that is not here it may not even read. */
export const RIGHTS: Record<string, readonly string[]> = {
  api_keys: ["select", "insert", "update"],
  audit_log: ["select", "insert"],
  canned_replies: ["select", "insert", "update", "delete"],
  connection_hours: ["select"],
  contact_identities: ["select"],
  contact_notes: ["select", "insert", "update", "delete"],
  contacts: ["select"],
  conversation_activity: ["select", "update"],
  conversation_notes: ["select", "insert", "update", "delete"],
  conversation_reads: ["select", "insert", "update"],
  conversations: ["select", "update"],
  inbox_marks: ["select", "insert", "update"],
  invitations: ["select", "insert", "update"],
  media_files: ["select", "insert", "update", "delete"],
  members: ["select", "update"],
  messages: ["select", "insert", "update", "delete"],
  note_mentions: ["select", "insert", "update", "delete"],
  organization_people: ["select"],
  organizations: ["select", "update"],
  outgoing_messages: ["select", "insert", "update"],
  twilio_shared_keys: ["select", "insert", "delete"],
  twilio_whatsapp_connections: ["select", "update"],
  twilio_whatsapp_webhook_events: ["select"],
  users: ["select"],
  webhook_event_keys: ["select"],
  webhook_rejections: ["select"],
};
const ALL = ["select", "insert", "update", "delete", "truncate"];
const SEQUENCE = "twilio_whatsapp_webhook_events_id_seq";
/** A job is put where its message is, in the same transaction. */
const JOBS = "jobs";

/** Tells a session for whom it works, and how it plans: organisation, its narrow number, person, one of `PLANS`. */
export const TELL_SCOPE =
  "select set_config('waystation.organization_id', $1, false), set_config('waystation.organization_no', $2, false), set_config('waystation.user_id', $3, false), set_config('plan_cache_mode', $4, false)";
/**
 * What is written to be prepared is planned once. Left to itself the database guesses that another plan for these values would
 * be worth its making, and plans a page of the inbox anew each time, which takes longer than to run it.
 */
export const PLANS = { once: "force_generic_plan", asItSees: "auto" };
/** The same, and under the role, for this transaction alone. */
export const TAKE_ROLE = `${TELL_SCOPE.replaceAll("false", "true")}, set_config('role', '${DESK_ROLE}', true)`;

/**
 * Makes the role where there is none, and gives it what it may do and nothing else. Throws what the database says where its
 * user has no right to that.
 */
export async function prepareRole(query: Store["query"]): Promise<void> {
  const [role] = await query<{ fits: boolean; mine: boolean }>(
    `select not rolsuper and not rolbypassrls as fits, pg_has_role(current_user, oid, 'member') as mine
     from pg_roles where rolname = '${DESK_ROLE}'`,
    [],
  );
  if (role && !role.fits) throw new Error(`The role ${DESK_ROLE} is shown every row.`);
  // A role is the whole server's: somebody else may make it at the same moment.
  if (!role)
    await query(
      `do $$ begin create role ${DESK_ROLE} nologin; exception when duplicate_object or unique_violation then null; end $$`,
      [],
    );
  if (!role?.mine) await query(`grant ${DESK_ROLE} to current_user`, []);
  const wrong = await query<{ right: string; table: string; missing: boolean }>(WRONG_RIGHTS, [
    JSON.stringify(RIGHTS),
    JSON.stringify(ALL),
  ]);
  const [jobs] = await query<{ there: boolean; open: boolean }>(
    `select to_regnamespace('${JOBS}') is not null as there,
       coalesce(has_schema_privilege('${DESK_ROLE}', to_regnamespace('${JOBS}'), 'usage')
         and (select bool_and(has_table_privilege('${DESK_ROLE}', oid, 'insert')) from pg_class
           where relnamespace = to_regnamespace('${JOBS}') and relkind in ('r', 'p')), false) as open`,
    [],
  );
  const statements = [
    ...wrong.map(({ right, table, missing }) =>
      missing
        ? `grant ${right} on public.${table} to ${DESK_ROLE}`
        : `revoke ${right} on public.${table} from ${DESK_ROLE}`,
    ),
    ...(wrong.length > 0 ? [`grant usage, select on sequence public.${SEQUENCE} to ${DESK_ROLE}`] : []),
    ...(jobs?.there && !jobs.open
      ? [
          `grant usage on schema ${JOBS} to ${DESK_ROLE}`,
          `grant select, insert on all tables in schema ${JOBS} to ${DESK_ROLE}`,
        ]
      : []),
  ];
  for (const statement of statements) await query(statement, []);
}

const WRONG_RIGHTS = `
  select r.name as right, c.relname as table, wanted as missing
  from pg_class c cross join json_array_elements_text($2::text::json) r(name),
    lateral (select coalesce(($1::text::jsonb -> c.relname) ? r.name, false) as wanted) w
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
    and has_table_privilege('${DESK_ROLE}', c.oid, r.name) <> wanted`;
