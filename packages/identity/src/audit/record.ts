import { toPgText } from "@waystation/core/text";
import type { Database } from "@waystation/db/client";
import { auditLog } from "@waystation/db/schema/schema";
import { unmapIpv4Address } from "../rate-limit.ts";

export type AuditAction =
  | "setup.completed"
  | "connection.connected"
  | "connection.disconnected"
  | "connection.webhook_configured"
  | "connection.shared_key_added"
  | "connection.shared_key_removed"
  | "connection.typing_shown"
  | "connection.typing_hidden"
  | "member.invited"
  | "member.joined"
  | "member.role_changed"
  | "member.removed"
  | "member.left"
  | "member.reset_link_made"
  | "member.password_reset"
  | "member.password_changed"
  | "member.second_factor_on"
  | "member.second_factor_off"
  | "member.second_factor_reset"
  | "member.backup_codes_made"
  | "member.backup_code_used"
  | "invitation.canceled"
  | "member.renamed"
  | "member.signed_out"
  | "sign_in.succeeded"
  | "sign_in.failed"
  | "sign_in.closed"
  | "sign_in.code_wrong"
  | "sign_in.codes_closed"
  | "sign_in.ended"
  | "audit.exported"
  | "organization.created"
  | "key.made"
  | "key.revoked"
  | "organization.second_factor_required"
  | "organization.second_factor_optional"
  | "organization.opt_out_changed"
  | "reply.added"
  | "reply.changed"
  | "reply.deleted";

export interface AuditActor {
  organizationId: string;
  /** Null for whoever runs the server. */
  actor: { userId: string; name: string; email: string } | null;
  ip: string | null;
}

/** Writes who did what, within the caller's transaction: the change and its entry stand or fall together. */
export async function recordAudit(
  tx: Database,
  who: AuditActor,
  action: AuditAction,
  subject: string,
  detail: Record<string, unknown> = {},
): Promise<void> {
  const { organizationId, actor, ip } = who;
  await tx.insert(auditLog).values({
    organizationId,
    actorId: actor?.userId ?? null,
    actorName: actor?.name ?? null,
    actorEmail: actor?.email ?? null,
    action,
    subject,
    // Some of it was typed by somebody.
    detail: JSON.parse(
      JSON.stringify(detail, (_, value) => (typeof value === "string" ? toPgText(value) : value)),
    ) as typeof detail,
    ip: unmapIpv4Address(ip),
  });
}
