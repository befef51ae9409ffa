/** How the world misbehaves. Shares go from 0 (never) to 1 (always), times are milliseconds. */
export type InjectedFaults = {
  /** Share of webhooks that are delivered a second time. */
  duplicates: number;
  /** Share of webhooks that are overtaken by later ones. */
  reorder: number;
  /** Every webhook waits up to this long. */
  delay: number;
  /** Share of webhooks that are never sent. */
  lost: number;
  /** Share of webhooks whose connection is cut before the answer is read. */
  cut: number;
  /** Every REST answer waits this long. */
  slowRest: number;
  /** Status callbacks arrive before the create call is answered. */
  callbackFirst: boolean;
  /** For so long new media answers 404. */
  mediaNotFound: number;
  /** The first so many requests for the bytes of each new file answer 404. */
  mediaRequestsNotFound: number;
  /** How fetching media fails, however old they are. */
  mediaFault: (typeof mediaFaultModes)[number];
};

/** 404; 429; 503; a redirect that leads elsewhere; a file without an end; no answer at all. */
const mediaFaultModes = ["none", "deleted", "throttled", "down", "astray", "endless", "silent"] as const;

export const noInjectedFaults: Readonly<InjectedFaults> = {
  duplicates: 0,
  reorder: 0,
  delay: 0,
  lost: 0,
  cut: 0,
  slowRest: 0,
  callbackFirst: false,
  mediaNotFound: 300,
  mediaRequestsNotFound: 0,
  mediaFault: "none",
};

const shares = ["duplicates", "reorder", "lost", "cut"] as const;
const times = ["delay", "slowRest", "mediaNotFound"] as const;
const MAX_COUNT = 1_000;

/** Applies a partial change; says what is wrong with it instead of guessing. */
export function changeInjectedFaults(chaos: InjectedFaults, change: Record<string, unknown>): string | null {
  const next: Record<string, unknown> = { ...chaos };
  for (const [name, value] of Object.entries(change)) {
    if (!(name in noInjectedFaults)) return `chaos has no setting "${name}"`;
    if (shares.some((share) => share === name) && !(typeof value === "number" && value >= 0 && value <= 1))
      return `${name} is a share from 0 to 1`;
    if (times.some((time) => time === name) && !(typeof value === "number" && value >= 0 && value <= 600_000))
      return `${name} is a number of milliseconds`;
    if (name === "mediaRequestsNotFound" && !isCount(value))
      return `${name} is a whole number from 0 to ${MAX_COUNT}`;
    if (name === "callbackFirst" && typeof value !== "boolean") return "callbackFirst is true or false";
    if (name === "mediaFault" && !mediaFaultModes.some((fault) => fault === value))
      return `mediaFault is one of ${mediaFaultModes.join(", ")}`;
    next[name] = value;
  }
  Object.assign(chaos, next);
  return null;
}

function isCount(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= MAX_COUNT;
}
