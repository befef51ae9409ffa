import { readFileSync } from "node:fs";
import { setInterval } from "node:timers/promises";

interface Link {
  pid: number;
  parent: number;
}

/**
 * Resolves when a package manager, or its shell, between the terminal and this process is gone. If killed with SIGKILL, it does
 * not forward the signal, and an orphaned installation would hold ports and data. Never resolves without such a parent.
 */
export async function onWrapperExit(): Promise<void> {
  const chain = wrappers();
  if (chain.length === 0) return new Promise(() => {});
  for await (const _ of setInterval(500, undefined, { ref: false }))
    if (chain.some(({ pid, parent }) => parentOf(pid) !== parent)) return;
}

/** The chain of package managers above this process. A shell counts only if a package manager started it. */
function wrappers(): Link[] {
  const chain: Link[] = [];
  let length = 0;
  for (let pid = process.pid; ; ) {
    const parent = parentOf(pid);
    const kind = parent === null ? null : kindOf(parent);
    if (parent === null || kind === null) return chain.slice(0, length);
    chain.push({ pid, parent });
    if (kind === "manager") length = chain.length;
    pid = parent;
  }
}

function parentOf(pid: number): number | null {
  if (pid === process.pid) return process.ppid;
  // The command name in parentheses can contain any character. State and parent follow it.
  const fields = readProc(pid, "stat")
    ?.replace(/^.*\) /s, "")
    .split(" ");
  return fields?.[1] === undefined ? null : Number(fields[1]);
}

function kindOf(pid: number): "manager" | "shell" | null {
  if (process.platform !== "linux")
    return pid === process.ppid && process.env.npm_execpath !== undefined ? "manager" : null;
  const [program = "", ...rest] = readProc(pid, "cmdline")?.split("\0") ?? [];
  if (/(^|\/)(sh|dash|bash|ash)$/.test(program)) return "shell";
  return /(^|[/\s])(npx|npm|pnpm)([\s.@-]|$)/.test([program, ...rest.slice(0, 2)].join(" "))
    ? "manager"
    : null;
}

function readProc(pid: number, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return null;
  }
}
