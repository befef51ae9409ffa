import type { Installation } from "@waystation/core/context";
import { connections } from "@waystation/db/schema/schema";
import { eq } from "drizzle-orm";
import { z } from "zod";

const ANSWER_MS = 500;
/** A simulator that does not respond is not waited for with every request. */
const PAUSE_MS = 5_000;
const WATCH_MS = 1_000;

const clockSchema = z.object({
  moves: z.array(z.object({ at: z.iso.datetime(), offset: z.number() })).min(1),
});
type Moves = { at: number; offset: number }[];

/** What is needed to compare moments of a test connection: by the simulator's clock, which can be moved. */
export interface TestClock {
  /** By how much more than the real time the simulator's time has passed since then; 0 for live connections. */
  movedSince(mode: "live" | "test", at: Date): number;
}

const REAL_TIME: TestClock = { movedSince: () => 0 };
const clocks = new Map<string, ReturnType<typeof createSimulatorClock>>();

/** The simulator's clock as it is now; the real time where there is no simulator. */
export async function readTestClock({
  simulatorUrl,
}: Pick<Installation, "simulatorUrl">): Promise<TestClock> {
  if (simulatorUrl === null) return REAL_TIME;
  const clock = clockAt(simulatorUrl);
  await clock.refresh();
  return clock;
}

/** Has consoles refetch when somebody has moved the simulator's clock. Returns what ends it. */
export function watchTestClock(platform: Pick<Installation, "simulatorUrl" | "db" | "feed">): () => void {
  const { simulatorUrl, db, feed } = platform;
  if (simulatorUrl === null) return () => {};
  const clock = clockAt(simulatorUrl);
  let seen = clock.version();
  async function look(): Promise<void> {
    await clock.refresh();
    const version = clock.version();
    if (version === seen) return;
    const ofTests = await db
      .select({ organizationId: connections.organizationId, connectionId: connections.id })
      .from(connections)
      .where(eq(connections.mode, "test"));
    for (const connection of ofTests) feed.publish(connection);
    seen = version;
  }
  // Where the database is away, the next look tells it.
  const timer = setInterval(() => void look().catch(() => {}), WATCH_MS).unref();
  return () => clearInterval(timer);
}

function clockAt(url: string) {
  const clock = clocks.get(url) ?? createSimulatorClock(url);
  clocks.set(url, clock);
  return clock;
}

function createSimulatorClock(simulatorUrl: string) {
  const url = new URL("/simulator/clock", simulatorUrl);
  let moves: Moves = [{ at: 0, offset: 0 }];
  let reading: Promise<void> | null = null;
  let restsUntil = 0;

  const offsetAt = (at: number) => (moves.findLast((move) => move.at <= at) ?? moves[0])?.offset ?? 0;

  async function read(): Promise<void> {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
      const clock = clockSchema.parse(await response.json());
      moves = clock.moves.map(({ at, offset }) => ({ at: Date.parse(at), offset }));
    } catch {
      // It restarts, or another emulator of Twilio stands there: what was known holds on.
      restsUntil = performance.now() + PAUSE_MS;
    } finally {
      reading = null;
    }
  }

  return {
    refresh: (): Promise<void> => {
      if (performance.now() < restsUntil) return Promise.resolve();
      reading ??= read();
      return reading;
    },
    /** Differs after each move. */
    version: () => JSON.stringify(moves.at(-1)),
    movedSince: (mode: "live" | "test", at: Date) =>
      mode === "test" ? offsetAt(Date.now()) - offsetAt(at.getTime()) : 0,
  };
}
