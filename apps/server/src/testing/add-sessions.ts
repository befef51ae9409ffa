import { createHmac, randomBytes } from "node:crypto";
import { cookieSettingsFor } from "../auth/better-auth.ts";

type Query = (text: string, parameters: unknown[]) => Promise<unknown>;

/**
 * Adds members with one session each to an organisation, and returns their cookies: one user has at most 20 live streams,
 * and 8 with one session, and signing in that many people over HTTP is limited.
 */
export async function addSessions(
  query: Query,
  count: number,
  { organizationId, secret, publicUrl }: { organizationId: string; secret: string; publicUrl: string },
): Promise<string[]> {
  const { cookiePrefix } = cookieSettingsFor(publicUrl);
  const tokens = Array.from({ length: count }, () => randomBytes(24).toString("hex"));
  for (const token of tokens) await query(ADD_SESSION, [organizationId, token]);
  return tokens.map((token) => {
    const signature = createHmac("sha256", secret).update(token).digest("base64");
    return `${cookiePrefix}.session_token=${encodeURIComponent(`${token}.${signature}`)}`;
  });
}

const ADD_SESSION = `
  with person as (
    insert into users (id, name, email)
    values (gen_random_uuid(), 'Viewer', gen_random_uuid() || '@example.org') returning id
  ), member as (
    insert into members (id, organization_id, user_id, role)
    select gen_random_uuid(), $1::uuid, id, 'member' from person
  )
  insert into sessions (id, token, user_id, active_organization_id, expires_at)
  select gen_random_uuid(), $2::text, id, $1::uuid, now() + interval '6 hours' from person`;
