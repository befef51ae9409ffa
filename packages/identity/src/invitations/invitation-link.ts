import { createHmac, timingSafeEqual } from "node:crypto";
import type { Installation } from "@waystation/core/context";

const ID_BYTES = 16;
const MAC_BYTES = 24;

/**
 * How a link reaches the person. The one that is mailed is shown to nobody here, so whoever opens it reads the mail of that
 * address. The one that is copied may be opened by whoever made it.
 */
type InvitationDelivery = "copied" | "mailed";

const CONTEXT: Record<InvitationDelivery, string> = { copied: "invitation|", mailed: "invitation by mail|" };

/** The token is the invitation's id and a MAC of it: nothing secret is stored, and the link can be shown again. */
export function invitationToken(
  linkSecret: string,
  invitationId: string,
  delivery: InvitationDelivery = "copied",
): string {
  const id = Buffer.from(invitationId.replaceAll("-", ""), "hex");
  return Buffer.concat([id, mac(linkSecret, delivery, id)]).toString("base64url");
}

/** Which invitation this token opens, and how it was delivered; null for a token that we did not make. */
export function readInvitationToken(
  linkSecret: string,
  token: string,
): { id: string; delivery: InvitationDelivery } | null {
  const bytes = Buffer.from(token, "base64url");
  if (bytes.length !== ID_BYTES + MAC_BYTES || bytes.toString("base64url") !== token) return null;
  const id = bytes.subarray(0, ID_BYTES);
  const given = bytes.subarray(ID_BYTES);
  const delivery = (["copied", "mailed"] as const).find((each) =>
    timingSafeEqual(given, mac(linkSecret, each, id)),
  );
  if (!delivery) return null;
  return { id: id.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"), delivery };
}

export function invitationLink(
  platform: Installation,
  invitationId: string,
  delivery?: InvitationDelivery,
): string {
  return `${platform.publicUrl}/join/${invitationToken(platform.linkSecret, invitationId, delivery)}`;
}

function mac(linkSecret: string, delivery: InvitationDelivery, id: Buffer): Buffer {
  return createHmac("sha256", linkSecret)
    .update(CONTEXT[delivery])
    .update(id)
    .digest()
    .subarray(0, MAC_BYTES);
}
