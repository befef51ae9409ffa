import { formatAddress } from "../ui/format.ts";
import { visibleName } from "../ui/visible-text.ts";

interface NamedContact {
  name: string | null;
  username: string | null;
  address: string;
}

/** A contact's name or username; null where there is neither. */
export function contactOwnName({ name, username }: Pick<NamedContact, "name" | "username">): string | null {
  return visibleName(name ?? "") || visibleName(username ?? "") || null;
}

export function contactDisplayName(contact: NamedContact): string {
  return contactOwnName(contact) ?? formatAddress(contact.address);
}
