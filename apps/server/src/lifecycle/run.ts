import { restrictNewFiles } from "./data-dir.ts";
import { StartError } from "./start-error.ts";

/** After everything was stopped nothing should be left; what is left anyway must not keep the process. */
const LEFTOVERS_MS = 1_000;
/** One Ctrl-C arrives once from the terminal and again from each package manager in between. */
const ECHO_MS = 1_000;

/** Starts, runs until SIGINT, SIGTERM or `alsoUntil`, stops. Asked a second time, ends at once. */
export async function runUntilSignal(
  start: () => Promise<{ stop(): Promise<void> }>,
  alsoUntil?: Promise<void>,
): Promise<void> {
  const asked = Promise.withResolvers<void>();
  let askedAt: number | null = null;
  const ask = () => {
    const now = performance.now();
    if (askedAt !== null && now - askedAt > ECHO_MS) process.exit(130);
    askedAt ??= now;
    asked.resolve();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, ask);
  await runOrPrintStartError(async () => {
    const running = await start();
    await Promise.race([asked.promise, alsoUntil].filter((end) => end !== undefined));
    await running.stop();
  });
}

/**
 * Runs it; what goes wrong is a sentence on stderr and exit code 1. Every entry point runs in here: what it writes is its own
 * user's alone.
 */
export async function runOrPrintStartError(action: () => Promise<void>): Promise<void> {
  restrictNewFiles();
  try {
    await action();
  } catch (error) {
    console.error(error instanceof StartError ? error.message : error);
    process.exitCode = 1;
  }
  setTimeout(() => process.exit(), LEFTOVERS_MS).unref();
}
