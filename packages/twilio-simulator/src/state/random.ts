import { createHash, randomBytes } from "node:crypto";

export type RandomSource = ReturnType<typeof createRandom>;

/** Random numbers and SIDs from one seed, so that runs are reproducible. */
export function createRandom(seed: string = randomBytes(16).toString("hex")) {
  let count = 0;
  const draw = () => createHash("sha256").update(`${seed}:${count++}`).digest();

  return {
    share: () => draw().readUInt32BE(0) / 2 ** 32,
    hex: (length = 32) => draw().toString("hex").slice(0, length),
    sid: (prefix: string) => prefix + draw().toString("hex").slice(0, 32),
    /** An ID in Twilio's newer format: a prefix and 26 characters of Crockford's base32. */
    typeId(prefix: string) {
      const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
      const letters = [...draw().subarray(0, 25)].map((byte) => alphabet[byte & 31]);
      return `${prefix}_0${letters.join("")}`;
    },
    uuid() {
      const hex = draw().toString("hex");
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
    },
  };
}
