import { createHash, randomInt } from "node:crypto";

const COUNT = 10;
/** Without those that are mistaken for each other. Sixteen of them are 80 bits: a plain hash is enough. */
const LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";

/** Ten codes for who has lost their app, as they are shown, once. */
export function newBackupCodes(): string[] {
  const part = () => Array.from({ length: 4 }, () => LETTERS[randomInt(LETTERS.length)]).join("");
  return Array.from({ length: COUNT }, () => [part(), part(), part(), part()].join("-"));
}

/** As it is stored: the same code of two people is not the same. */
export function hashBackupCode(userId: string, code: string): string {
  const plain = code.toLowerCase().replace(/[^a-z0-9]/g, "");
  return createHash("sha256").update(`${userId}|${plain}`).digest("base64url");
}
