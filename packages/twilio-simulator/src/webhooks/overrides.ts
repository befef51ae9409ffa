/** Connection overrides from the fragment of a URL (Twilio docs, Connection overrides). */
export type ConnectionOverrides = {
  connectTimeout: number;
  readTimeout: number;
  totalTimeout: number;
  retries: number;
  policies: Set<RetryPolicy>;
};

export type RetryPolicy = "4xx" | "5xx" | "ct" | "rt" | "all";

const known: readonly string[] = ["4xx", "5xx", "ct", "rt", "all"];

/** Parses `#rc=2&rp=ct,rt&ct=1000&rt=5000&tt=9000`. Missing, unknown and out-of-range values keep Twilio's defaults. */
export function parseConnectionOverrides(url: string): ConnectionOverrides {
  const fragment = url.includes("#") ? url.slice(url.indexOf("#") + 1) : "";
  const asked = new URLSearchParams(fragment);

  function number(name: string, least: number, most: number, otherwise: number): number {
    const text = asked.get(name);
    const value = Number(text);
    return text !== null && /^\d+$/.test(text) && value >= least && value <= most ? value : otherwise;
  }

  const policies = (asked.get("rp") ?? "")
    .split(",")
    .filter((policy) => known.includes(policy)) as RetryPolicy[];
  return {
    connectTimeout: number("ct", 100, 10_000, 5_000),
    readTimeout: number("rt", 100, 15_000, 15_000),
    totalTimeout: number("tt", 100, 15_000, 15_000),
    retries: number("rc", 0, 5, 1),
    policies: new Set(policies.length ? policies : ["ct"]),
  };
}
