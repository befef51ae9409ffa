import { StartError } from "./start-error.ts";

/** After everything was stopped nothing should be left; what is left anyway must not keep the process. */
const LEFTOVERS_MS = 1_000;

/** Starts, runs until SIGINT or SIGTERM, stops. A second signal ends at once. */
export async function runUntilSignal(start: () => Promise<{ stop(): Promise<void> }>): Promise<void> {
  const asked = Promise.withResolvers<void>();
  let signals = 0;
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => {
      signals += 1;
      if (signals > 1) process.exit(130);
      asked.resolve();
    });
  await orExplain(async () => {
    const running = await start();
    await asked.promise;
    await running.stop();
  });
}

/** Runs it; what goes wrong is a sentence on stderr and exit code 1. */
export async function orExplain(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    console.error(error instanceof StartError ? error.message : error);
    process.exitCode = 1;
  }
  setTimeout(() => process.exit(), LEFTOVERS_MS).unref();
}
