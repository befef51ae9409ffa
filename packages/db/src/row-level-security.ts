import type { OpenedDatabase } from "./client.ts";
import { DatabaseRequirementError } from "./postgres/requirements.ts";
import { SessionSetupError } from "./postgres/session.ts";
import { POLICY_NAME } from "./schema/policies.ts";

/**
 * The second wall, for when a query forgets to name the organisation: what people and programs ask runs under a role that
 * the tables show only the rows of one organisation (`policies.ts`), while webhooks and what else works for all of them
 * runs as the owner of the tables.
 */
export const TENANT_ROLE = "waystation_desk";

/** Whom a query may see the rows of. */
export interface TenantScope {
  organizationId: string;
  /** What is each person's own is shown to this one. */
  userId: string;
}

/** What the role may do. A table that is not here it may not even read. */
export const TENANT_GRANTS: Record<string, readonly string[]> = {
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
  message_search: ["select", "insert", "delete"],
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
/** The job queue's schema, which is the installation's: see `jobs/jobs.ts`. */
const JOBS = "jobs";

/**
 * What is written to be prepared is planned once. Left to itself the database guesses that another plan for these values would
 * be worth its making, and plans a page of the inbox anew each time, which takes longer than to run it.
 */
export const PLAN_SETTINGS = { once: "force_generic_plan", asItSees: "auto" };
/**
 * For this transaction alone: for whom it works (organisation, its narrow number, person), how it plans (one of `PLAN_SETTINGS`), and the
 * role. Never for a session: behind a pooler the next statement may be somebody else's.
 */
export const SET_SCOPE_AND_ROLE = `set_config('waystation.organization_id', $1, true), set_config('waystation.organization_no', $2, true), set_config('waystation.user_id', $3, true), set_config('plan_cache_mode', $4, true), set_config('role', '${TENANT_ROLE}', true)`;
/** A scope in which there are no rows. */
export const EMPTY_SCOPE = [
  "00000000-0000-0000-0000-000000000000",
  "-1",
  "00000000-0000-0000-0000-000000000000",
  PLAN_SETTINGS.asItSees,
];

/**
 * Makes the role where there is none, and gives it what it may do and nothing else. Throws a RequirementError where the
 * database's user has no right to that.
 */
export async function prepareTenantRole(query: OpenedDatabase["query"]): Promise<void> {
  const [owner] = await query<{ user: string; hidden: boolean }>(
    "select quote_ident(current_user) as user, row_security_active('messages') as hidden",
    [],
  );
  // Whoever is neither the owner of the tables nor above their rules would store webhooks and see none of them.
  if (owner?.hidden)
    throw new DatabaseRequirementError(
      "This database user does not own the tables. Connect as the one that made them, or let that one run: reassign owned.",
    );
  try {
    await makeRole(query);
    await grantRights(query);
  } catch (error) {
    if (error instanceof DatabaseRequirementError) throw error;
    throw new DatabaseRequirementError(
      `Row-level security cannot be set up (${causeOf(error)}). Let a superuser of the database run, unless the role is there: create role ${TENANT_ROLE} nologin. And then: grant ${TENANT_ROLE} to ${owner?.user}. Then start again.`,
      { cause: error },
    );
  }
}

function causeOf(error: unknown): string {
  const { cause = error } = error as { cause?: unknown };
  return cause instanceof Error ? cause.message : String(cause);
}

async function makeRole(query: OpenedDatabase["query"]): Promise<void> {
  const [role] = await query<{ fits: boolean; mine: boolean }>(
    `select not rolsuper and not rolbypassrls as fits, pg_has_role(current_user, oid,
       case when current_setting('server_version_num')::int >= 160000 then 'set' else 'member' end) as mine
     from pg_roles where rolname = '${TENANT_ROLE}'`,
    [],
  );
  if (role && !role.fits)
    throw new DatabaseRequirementError(
      `The role ${TENANT_ROLE} is shown every row, because it is a superuser or has bypassrls. Let a superuser of the database run: alter role ${TENANT_ROLE} nosuperuser nobypassrls.`,
    );
  // A role is the whole server's: somebody else may make it at the same moment.
  if (!role)
    await query(
      `do $$ begin create role ${TENANT_ROLE} nologin; exception when duplicate_object or unique_violation then null; end $$`,
      [],
    );
  if (!role?.mine) await query(`grant ${TENANT_ROLE} to current_user`, []);
}

async function grantRights(query: OpenedDatabase["query"]): Promise<void> {
  const wrong = await query<{ right: string; table: string; missing: boolean }>(WRONG_RIGHTS, [
    JSON.stringify(TENANT_GRANTS),
    JSON.stringify(ALL),
  ]);
  const [jobs] = await query<{ open: boolean }>(
    `select coalesce(has_schema_privilege('${TENANT_ROLE}', to_regnamespace('${JOBS}')::oid, 'usage'), false) as open`,
    [],
  );
  const statements = [
    ...wrong.map(({ right, table, missing }) =>
      missing
        ? `grant ${right} on public.${table} to ${TENANT_ROLE}`
        : `revoke ${right} on public.${table} from ${TENANT_ROLE}`,
    ),
    ...(wrong.length > 0 ? [`grant usage, select on sequence public.${SEQUENCE} to ${TENANT_ROLE}`] : []),
    // Rights that earlier versions gave.
    ...(jobs?.open
      ? [
          `revoke all on all tables in schema ${JOBS} from ${TENANT_ROLE}`,
          `revoke all on schema ${JOBS} from ${TENANT_ROLE}`,
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
    and has_table_privilege('${TENANT_ROLE}', c.oid, r.name) <> wanted`;

/** Read under the role, in the scope of `EMPTY_SCOPE`: whether the database holds the line. */
export const ROW_SECURITY_QUERY = `
  select current_user::text as role,
    array(select relname::text from pg_class c where relnamespace = 'public'::regnamespace and relname = any ($1::text[])
      and (not row_security_active(c.oid)
        or (select count(*) filter (where polname = '${POLICY_NAME}') <> 1 or count(*) <> 1 from pg_policy where polrelid = c.oid))
      order by 1) as open,
    exists (select from organizations) or exists (select from members) or exists (select from twilio_whatsapp_connections) as seen`;

export interface RowSecurityState {
  role: string;
  /** Tables whose rows are shown to everybody. */
  open: string[];
  /** Whether a row was shown. */
  seen: boolean;
}

/** Throws where request code would be shown rows of other organisations. */
export function checkRowSecurity(row: RowSecurityState | undefined): void {
  if (row?.role !== TENANT_ROLE)
    throw new SessionSetupError(
      `Row-level security is off: statements run as ${row?.role ?? "nobody"} and not as ${TENANT_ROLE}. Let the pooler pass "set role" on, or name the database itself.`,
    );
  if (row.open.length > 0)
    throw new SessionSetupError(
      `Row-level security is off for ${row.open.join(", ")}. Restore it: alter table … enable row level security, with the one policy that the migrations made, and no ownership or bypassrls for ${TENANT_ROLE}.`,
    );
  if (row.seen)
    throw new SessionSetupError(
      "Row-level security is off: rows of an organisation are shown to nobody's request.",
    );
}
