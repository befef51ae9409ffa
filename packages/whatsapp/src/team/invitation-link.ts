import { createHmac, timingSafeEqual } from "node:crypto";
import type { Platform } from "../context.ts";

const ID_BYTES = 16;
const MAC_BYTES = 24;

/** The token is the invitation's id and a MAC of it: nothing secret is stored, and the link can be shown again. */
export function invitationToken(linkSecret: string, invitationId: string): string {
  const id = Buffer.from(invitationId.replaceAll("-", ""), "hex");
  return Buffer.concat([id, mac(linkSecret, id)]).toString("base64url");
}

/** The id of the invitation that this token opens; null for a token that we did not make. */
export function readInvitationToken(linkSecret: string, token: string): string | null {
  const bytes = Buffer.from(token, "base64url");
  if (bytes.length !== ID_BYTES + MAC_BYTES || bytes.toString("base64url") !== token) return null;
  const id = bytes.subarray(0, ID_BYTES);
  if (!timingSafeEqual(bytes.subarray(ID_BYTES), mac(linkSecret, id))) return null;
  return id.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export function invitationLink(platform: Platform, invitationId: string): string {
  return `${platform.publicUrl}/join/${invitationToken(platform.linkSecret, invitationId)}`;
}

function mac(linkSecret: string, id: Buffer): Buffer {
  return createHmac("sha256", linkSecret).update("invitation|").update(id).digest().subarray(0, MAC_BYTES);
}
