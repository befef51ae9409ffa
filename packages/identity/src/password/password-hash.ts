import { timingSafeEqual } from "node:crypto";
import { channel } from "node:diagnostics_channel";
import { hash, verify } from "@node-rs/argon2";
import { DomainError } from "@waystation/core/errors";

/** Argon2id with the memory and passes that OWASP asks for at least. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export const PASSWORD_MIN = 12;
export const PASSWORD_MAX = 128;

/** The leaders of published lists of leaked passwords, as far as they are long enough to get past the length rule. */
const COMMON = new Set(
  `0123456789ab 098765432100 111222333444 112233445566 121212121212 123123123123 123456123456 123456654321
  1234567890ab 1234567890qwerty 12345678900987654321 123456789012 1234567890123 12345678901234 123456789abc
  123456789123 123456789987654321 12345qwertasdfg 123qweasdzxc 147258369147 1a2b3c4d5e6f 1q2w3e4r5t6y 1q2w3e4r5t6y7u
  1qaz2wsx3edc 1qaz2wsx3edc4rfv 789456123789 987654321012 987654321987654321 a1b2c3d4e5f6 abc123456789 abcd12345678
  abcdef123456 abcdefghijkl admin1234567 admin12345678 administrator adminadminadmin asdfasdfasdf asdfghjkl123
  asdfghjklqwertyuiop azertyuiop12 azertyuiop123 changeme1234 changemenow1 changemeplease correcthorsebatterystaple
  football1234 iloveyou1234 iloveyouforever iloveyousomuch letmeinletmein letmein12345 letmeinplease loveyouforever
  manchesterunited masterpassword michaeljordan mypassword12 mypassword123 mypassword1234 p@ssw0rd1234 passw0rd1234
  password1234 password12345 password123456 password1234567 password12345678 password123456789 passwordpassword
  passwordpassword1 princess1234 q1w2e3r4t5y6 qazwsxedc123 qazwsxedcrfv qwerty123456 qwerty1234567 qwertyqwerty
  qwertyuiop12 qwertyuiop123 qwertyuiop1234 qwertyuiopasdfghjkl qwertyuiopasdfghjklzxcvbnm rootrootroot
  secretpassword summer202412 superman1234 testtesttest thisismypassword welcome12345 welcome123456 welcome2welcome
  whatsapp1234 zaq12wsxcde3 zxcvbnmasdfghjkl zxcvbnmasdfghjklqwertyuiop`.split(/\s+/),
);

/** What somebody who attacks this desk would try before all else; their own address comes to it. */
const OURS = ["waystation", "whatsapp", "twilio"];
const REST_MIN = 4;

/** Whether it is made of such words, with digits and signs between them. */
function isMadeOf(words: string[], plain: string): boolean {
  const rest = words.reduce((left, word) => (word.length < 3 ? left : left.replaceAll(word, "")), plain);
  return rest !== plain && rest.replaceAll(/[^\p{L}]/gu, "").length < REST_MIN;
}

/** Why this password will not do, as a sentence; null when it will. */
export function passwordProblem(password: string, email: string): string | null {
  const plain = password.normalize("NFKC").toLowerCase();
  if ([...password].length < PASSWORD_MIN) return `Choose a password of at least ${PASSWORD_MIN} characters.`;
  if (password.length > PASSWORD_MAX) return `Choose a password of at most ${PASSWORD_MAX} characters.`;
  if (plain.trim() === email || plain.trim() === email.split("@")[0])
    return "Choose a password that is not your e-mail address.";
  if (isMadeOf([...OURS, ...email.split(/[@.]/)], plain))
    return "Choose a password that is more than the name of this program or parts of your e-mail address.";
  if (COMMON.has(plain.trim()) || new Set(plain).size < 5)
    return "This password is among the first that attackers try. Choose another one, for example four random words.";
  return null;
}

export function requireGoodPassword(password: string, email: string): void {
  const problem = passwordProblem(password, email);
  if (problem) throw new DomainError("password_weak", problem, { field: "password" });
}

/** Says of each time that a password is hashed or compared, which is what an attacker could measure, that it was. */
export const passwordHashingChannel = channel("waystation:password");

export function hashPassword(password: string, salt?: Buffer): Promise<string> {
  passwordHashingChannel.publish("hash");
  return hash(password.normalize("NFKC"), { ...COST, salt });
}

export function verifyPassword(attempt: { hash: string; password: string }): Promise<boolean> {
  passwordHashingChannel.publish("verify");
  return verify(attempt.hash, attempt.password.normalize("NFKC"));
}

const PHC = /^(\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$)([A-Za-z0-9+/]+)$/;

/** The salt in a hash. */
export function saltOfHash(phc: string): Buffer | null {
  const salt = PHC.exec(phc)?.[5];
  return salt === undefined ? null : Buffer.from(salt, "base64");
}

/**
 * Which of these hashes is of this password; -1 for none. Hashes with the same salt cost one computation together, and no
 * hashes cost one with `salt`: how long it takes tells nothing.
 */
export async function findMatchingHash(hashes: string[], password: string, salt: Buffer): Promise<number> {
  const parts = hashes.map((phc) => PHC.exec(phc));
  const prefixes = new Map(parts.flatMap((part) => (part ? [[part[1] ?? "", part] as const] : [])));
  if (prefixes.size === 0) {
    await hashPassword(password, salt);
    return -1;
  }
  const computed = new Set<string>();
  for (const [, , m, t, p, kept = ""] of prefixes.values()) {
    passwordHashingChannel.publish("verify");
    const options = { memoryCost: Number(m), timeCost: Number(t), parallelism: Number(p) };
    computed.add(await hash(password.normalize("NFKC"), { ...options, salt: Buffer.from(kept, "base64") }));
  }
  return hashes.findIndex((phc) => [...computed].some((made) => isSame(made, phc)));
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
