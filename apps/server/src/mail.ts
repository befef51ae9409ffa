import type { Platform } from "@waystation/whatsapp/context";
import { createTransport } from "nodemailer";

/**
 * Sends through the server that `smtpUrl` names. The sender's address is its `from` parameter, else its user name where
 * that is an address, else waystation@ the public host.
 */
export function createMailer(smtpUrl: string, publicUrl: string): NonNullable<Platform["sendMail"]> {
  const url = new URL(smtpUrl);
  const user = decodeURIComponent(url.username);
  const fallback = user.includes("@") ? user : `waystation@${new URL(publicUrl).hostname}`;
  const from = url.searchParams.get("from") ?? fallback;
  url.searchParams.delete("from");
  const transport = createTransport(url.href, { from });
  return async ({ to, subject, text }) => {
    await transport.sendMail({ to, subject, text });
  };
}
