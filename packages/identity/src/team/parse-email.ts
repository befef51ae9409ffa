import { DomainError } from "@waystation/core/errors";
import { z } from "zod";

const address = z.email().max(254);

/** The address as it is stored and compared: trimmed and in lower case. */
export function parseEmail(text: string): string {
  const email = text.trim().toLowerCase();
  if (!address.safeParse(email).success)
    throw new DomainError("email_invalid", "Enter an e-mail address like name@example.com.", {
      field: "email",
    });
  return email;
}
