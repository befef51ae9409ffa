import type { Installation } from "@waystation/core/context";
import { createTransport } from "nodemailer";

/**
 * Sends through the server that `smtpUrl` names. The sender's address is its `from` parameter, else its user name where
 * that is an address, else waystation@ the public host.
 */
export function createSmtpMailer(
  smtpUrl: string,
  publicUrl: string,
  /** Who waits for a mail hears of it, too; for others this is all. */
  onFailure: (error: unknown) => void,
): NonNullable<Installation["sendMail"]> {
  const url = new URL(smtpUrl);
  const user = decodeURIComponent(url.username);
  const fallback = user.includes("@") ? user : `waystation@${new URL(publicUrl).hostname}`;
  const from = url.searchParams.get("from") ?? fallback;
  url.searchParams.delete("from");
  const transport = createTransport(url.href, { from });
  return async ({ to, subject, text }) => {
    try {
      // As one address, not as a list that is read out of it.
      await transport.sendMail({ to: { name: "", address: to }, subject, text });
    } catch (error) {
      onFailure(error);
      throw error;
    }
  };
}
