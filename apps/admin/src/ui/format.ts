const oneDigit = new Set(["1", "7"]);
const twoDigits = new Set(
  "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98".split(
    " ",
  ),
);

/** `+14155550100` → `+1 415 555 0100`: country code, then groups of three with the rest last. */
function formatPhone(number: string): string {
  const digits = number.replace(/^\+/, "");
  if (!/^\d{7,15}$/.test(digits)) return number;
  const code = oneDigit.has(digits.slice(0, 1)) ? 1 : twoDigits.has(digits.slice(0, 2)) ? 2 : 3;
  const rest = digits.slice(code);
  const groups: string[] = [];
  let at = 0;
  while (rest.length - at > 5) {
    groups.push(rest.slice(at, at + 3));
    at += 3;
  }
  groups.push(rest.slice(at));
  return [`+${digits.slice(0, code)}`, ...groups].join(" ");
}

/** A WhatsApp address, a Messaging Service SID or a user id, as a person would write it. */
export function formatAddress(address: string | null): string {
  if (!address) return "unknown";
  const bare = address.replace(/^whatsapp:/, "");
  const userId = /^[A-Z]{2}\.(?:ENT\.)?([A-Za-z0-9]+)$/.exec(bare)?.[1];
  if (userId) return `WhatsApp user …${userId.slice(-6)}`;
  return bare.startsWith("+") ? formatPhone(bare) : bare.length > 20 ? truncateText(bare) : bare;
}

export function truncateText(sid: string): string {
  return sid.length > 14 ? `${sid.slice(0, 6)}…${sid.slice(-4)}` : sid;
}

const count = new Intl.NumberFormat("en");
export const formatCount = (n: number) => count.format(n);

/** `ONLINE:UPDATING` → `online, updating` */
export const countWords = (code: string) => code.toLowerCase().replaceAll("_", " ").replaceAll(":", ", ");

export const capitalize = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

export const initialsOf = (name: string) =>
  name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => [...word][0]?.toUpperCase() ?? "")
    .join("");
