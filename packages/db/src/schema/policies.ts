import { sql } from "drizzle-orm";
import { pgPolicy } from "drizzle-orm/pg-core";

/**
 * What the role of `row-level-security.ts` is shown of a table: rows of the organisation that it was told to work for. Where it was told
 * nothing, every query fails. Each setting is read once a query (that is what `select` is for), not once a row.
 */

export const POLICY_NAME = "of_organization";

/** By the table's own `organization_id`. */
export const organizationPolicy = () =>
  pgPolicy(POLICY_NAME, {
    using: sql`organization_id = (select current_setting('waystation.organization_id')::uuid)`,
  });

/** By the table's own `organization_no`. */
export const organizationNoPolicy = () =>
  pgPolicy(POLICY_NAME, {
    using: sql`organization_no = (select current_setting('waystation.organization_no')::integer)`,
  });

/** By the connection that it hangs on. */
export const connectionPolicy = () =>
  pgPolicy(POLICY_NAME, {
    using: sql`connection_no = any (array(select c.no from twilio_whatsapp_connections c where c.organization_id = (select current_setting('waystation.organization_id')::uuid)))`,
  });

/** What is one person's own. */
export const ofUser = () =>
  pgPolicy(POLICY_NAME, { using: sql`user_id = (select current_setting('waystation.user_id')::uuid)` });

/** The organisation itself. */
export const inOrganizationScope = () =>
  pgPolicy(POLICY_NAME, { using: sql`id = (select current_setting('waystation.organization_id')::uuid)` });

/** Whoever is or was in the team: what they wrote keeps their name. */
export const inTeamScope = () =>
  pgPolicy(POLICY_NAME, {
    using: sql`exists (select 1 from organization_people p where p.organization_id = (select current_setting('waystation.organization_id')::uuid) and p.user_id = users.id)`,
  });
