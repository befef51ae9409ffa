/** Injected faults. Shares range from 0 (never) to 1 (always); times are in milliseconds. */
export type InjectedFaults = {
  /** Share of webhooks that are delivered twice. */
  duplicates: number;
  /** Share of webhooks that are delivered after later ones. */
  reorder: number;
  /** Maximum delay of each webhook. */
  delay: number;
  /** Share of webhooks that are never sent. */
  lost: number;
  /** Share of webhooks whose connection is closed before the response is read. */
  cut: number;
  /** Delay of every REST response. */
  slowRest: number;
  /** Status callbacks are sent before the response to the create call. */
  callbackFirst: boolean;
  /** New media respond with 404 for this time. */
  mediaNotFound: number;
  /** Number of requests for each new file that respond with 404. */
  mediaRequestsNotFound: number;
  /** How requests for media fail, whatever the age of the file. */
  mediaFault: (typeof mediaFaultModes)[number];
};

/** In order: no fault; 404; 429; 503; a redirect to another host; a file that never ends; no response. */
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

/** Applies a partial change. Returns an error message if the change is invalid, else null. */
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
