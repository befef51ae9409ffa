import { createHash, randomBytes } from "node:crypto";

const PREFIX = "wst_";
const FORM = /^wst_[0-9a-f]{64}$/;
const START = PREFIX.length + 12;

/** Its beginning tells people, and programs that look for lost secrets, what it is. */
export function newApiKeySecret(): string {
  return `${PREFIX}${randomBytes(32).toString("hex")}`;
}

export function isApiKeyFormat(text: string): boolean {
  return FORM.test(text);
}

/** One round is enough: of 256 random bits nobody tries all, however quickly each is tried. */
export function hashApiKey(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

export function apiKeyPrefix(key: string): string {
  return key.slice(0, START);
}
