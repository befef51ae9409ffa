import type { Installation } from "@waystation/core/context";
import { connections } from "@waystation/db/schema/schema";
import { eq } from "drizzle-orm";
import { z } from "zod";

const ANSWER_MS = 500;
/** After an error the simulator is not asked again for this long. */
const PAUSE_MS = 5_000;
const WATCH_MS = 1_000;

const clockSchema = z.object({
  moves: z.array(z.object({ at: z.iso.datetime(), offset: z.number() })).min(1),
});
type Moves = { at: number; offset: number }[];

/** Compares times of a test connection by the simulator's clock, which can be moved. */
export interface TestClock {
  /** The time by which the simulator's clock was moved since `at`, in ms; 0 for live connections. */
  movedSince(mode: "live" | "test", at: Date): number;
}

const REAL_TIME: TestClock = { movedSince: () => 0 };
const clocks = new Map<string, ReturnType<typeof createSimulatorClock>>();

/** The simulator's current clock; real time if there is no simulator. */
export async function readTestClock({
  simulatorUrl,
}: Pick<Installation, "simulatorUrl">): Promise<TestClock> {
  if (simulatorUrl === null) return REAL_TIME;
  const clock = clockAt(simulatorUrl);
  await clock.refresh();
  return clock;
}

/** Makes consoles refetch after the simulator's clock was moved. Returns a function that stops watching. */
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
  // If the database is unavailable, the next look publishes the change.
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
      // The simulator restarts, or another Twilio emulator runs at this URL. The last known moves stay valid.
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
    /** Changes with every move of the clock. */
    version: () => JSON.stringify(moves.at(-1)),
    movedSince: (mode: "live" | "test", at: Date) =>
      mode === "test" ? offsetAt(Date.now()) - offsetAt(at.getTime()) : 0,
  };
}
