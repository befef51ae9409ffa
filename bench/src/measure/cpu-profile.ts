import { readFileSync } from "node:fs";
import { formatNumber, formatTable } from "./table.ts";

interface CpuProfile {
  nodes: {
    id: number;
    callFrame: { functionName: string; url: string; lineNumber: number };
    children?: number[];
  }[];
  samples: number[];
  timeDeltas: number[];
}

/** Summarises a CPU profile by part and by function. Counts self time only. */
export function describeCpuProfile(file: string, requests: number): string {
  const profile = JSON.parse(readFileSync(file, "utf8")) as CpuProfile;
  const nodes = new Map(profile.nodes.map((node) => [node.id, node.callFrame]));
  const parts = new Map<string, number>();
  const functions = new Map<string, number>();
  let total = 0;
  profile.samples.forEach((id, index) => {
    const frame = nodes.get(id);
    if (!frame || frame.functionName === "(idle)" || frame.functionName === "(program)") return;
    const time = profile.timeDeltas[index] ?? 0;
    const part = partOf(frame);
    const name = `${frame.functionName || "(anonymous)"}  ${part}`;
    parts.set(part, (parts.get(part) ?? 0) + time);
    functions.set(name, (functions.get(name) ?? 0) + time);
    total += time;
  });
  const show = (times: Map<string, number>, most: number) =>
    [...times]
      .sort(([, a], [, b]) => b - a)
      .slice(0, most)
      .map(([name, time]) => [
        name,
        formatNumber(time / requests, 2),
        `${formatNumber((time / total) * 100, 1)} %`,
      ]);
  return [
    `Where the product's own time goes\n${formatTable(["part", "µs a request", "share"], show(parts, 40))}`,
    formatTable(["function", "µs a request", "share"], show(functions, 60)),
  ].join("\n\n");
}

function partOf({ functionName, url }: { functionName: string; url: string }): string {
  if (functionName === "(garbage collector)") return "garbage collection";
  const packaged = /node_modules\/(?!\.pnpm)((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(url)?.[1];
  if (packaged) return packaged;
  if (url.startsWith("node:")) return url.replace(/^node:(internal\/)?/, "node ").replace(/\/[^/]*$/, "");
  const own = /\/(packages\/[^/]+|apps\/[^/]+)\/src\/(.*)$/.exec(url);
  if (own) return `${own[1]}: ${own[2]}`;
  return url || `native: ${functionName}`;
}
