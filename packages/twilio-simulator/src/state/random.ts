import { createHash, randomBytes } from "node:crypto";

export type Random = ReturnType<typeof createRandom>;

/** Numbers and SIDs from one seed, so that a run can be repeated. */
export function createRandom(seed: string = randomBytes(16).toString("hex")) {
  let count = 0;
  const draw = () => createHash("sha256").update(`${seed}:${count++}`).digest();

  return {
    share: () => draw().readUInt32BE(0) / 2 ** 32,
    hex: (length = 32) => draw().toString("hex").slice(0, length),
    sid: (prefix: string) => prefix + draw().toString("hex").slice(0, 32),
    uuid() {
      const hex = draw().toString("hex");
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
    },
  };
}
