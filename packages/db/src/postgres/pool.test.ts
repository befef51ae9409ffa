import { expect, test } from "vitest";
import type { DatabaseConnection } from "./connection.ts";
import { type ConnectionPoolOptions, createConnectionPool } from "./pool.ts";
import { SessionSetupError } from "./session.ts";

interface Numbered extends DatabaseConnection {
  no: number;
  isBroken: boolean;
}

/** A pool of connections that lead nowhere, and what was done with them. */
function createHouse(size: number, more: Partial<ConnectionPoolOptions> = {}) {
  const opened: Numbered[] = [];
  const house = { isDown: false, failure: new Error("down") as Error };
  const pool = createConnectionPool({
    name: "tests",
    size,
    open: async () => {
      await Promise.resolve();
      if (house.isDown) throw house.failure;
      const closed = Promise.withResolvers<void>();
      let isOpen = true;
      const end = () => {
        isOpen = false;
        closed.resolve();
      };
      const connection: Numbered = {
        no: opened.length + 1,
        isBroken: false,
        query: () => Promise.reject(new Error("This leads nowhere")),
        pipeline: () => Promise.reject(new Error("This leads nowhere")),
        verify: async () => {
          if (connection.isBroken) throw new SessionSetupError("It is another one.");
        },
        isIdle: () => isOpen,
        destroy: end,
        closed: closed.promise,
        close: async () => end(),
      };
      opened.push(connection);
      return connection;
    },
    ...more,
  });
  const use = <Result>(work: (connection: Numbered) => Promise<Result>) =>
    pool.use((connection) => work(connection as Numbered));
  return { house, pool, use, opened };
}

const no = async (connection: Numbered) => connection.no;

test("all are opened ahead of need, and the one used last is taken", async () => {
  const { pool, use, opened } = createHouse(3);
  await expect.poll(() => opened.length).toBe(3);
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const turns: number[] = [];
  const hold = (until: Promise<void>) =>
    use(async (connection) => {
      turns.push(connection.no);
      await until;
    });
  const [one, other] = [hold(first.promise), hold(second.promise)];
  first.resolve();
  await one;
  second.resolve();
  await other;
  expect(await use(no)).toBe(turns[1]);
  await pool.close();
});

test("each serves one at a time, and who waits is served in order", async () => {
  const { pool, use, opened } = createHouse(2);
  const served: number[] = [];
  const busy = new Set<number>();
  await Promise.all(
    Array.from({ length: 20 }, (_, turn) =>
      use(async (connection) => {
        expect(busy.has(connection.no)).toBe(false);
        busy.add(connection.no);
        served.push(turn);
        await new Promise(setImmediate);
        busy.delete(connection.no);
      }),
    ),
  );
  expect(served).toEqual(Array.from({ length: 20 }, (_, turn) => turn));
  expect(opened).toHaveLength(2);
  await pool.close();
});

test("work that fails gives its connection back; one that was lost is replaced", async () => {
  const { pool, use, opened } = createHouse(1);
  await expect(use(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await use(no)).toBe(1);
  opened[0]?.destroy();
  expect(await use(no)).toBe(2);
  await expect(
    use(async (connection) => {
      connection.destroy();
      throw new Error("lost");
    }),
  ).rejects.toThrow("lost");
  expect(await use(no)).toBe(3);
  await pool.close();
});

test("where none can be opened nobody waits for ever, the check says why, and it is tried again", async () => {
  const { house, pool, use } = createHouse(2);
  house.isDown = true;
  house.failure = Object.assign(new Error("connect ECONNREFUSED 10.1.2.3:5432"), { code: "ECONNREFUSED" });
  const all = await Promise.allSettled(Array.from({ length: 5 }, () => use(no)));
  expect(all.map(({ status }) => status)).toEqual(Array(5).fill("rejected"));
  expect(await pool.check(5_000)).toBe("The connection for tests failed (ECONNREFUSED)");
  house.isDown = false;
  await expect.poll(() => use(no).catch(() => 0)).toBe(1);
  expect(await pool.check(5_000)).toBeNull();
  await pool.close();
});

test("one that is busy for longer than the check waits does not answer", async () => {
  const { pool, use } = createHouse(1);
  const held = Promise.withResolvers<void>();
  const holding = use(() => held.promise);
  expect(await pool.check(1)).toBe("The connection for tests does not answer");
  held.resolve();
  await holding;
  expect(await pool.check(5_000)).toBeNull();
  await pool.close();
});

test("one that is no longer what it was is closed, by whoever notices", async () => {
  const { pool, use, opened } = createHouse(1);
  expect(await use(no)).toBe(1);
  for (const connection of opened) connection.isBroken = true;
  expect(await pool.check(5_000)).toBe("The connection for tests cannot be used. It is another one.");
  expect(await use(no)).toBe(2);
  await pool.close();
});

test("what is opened does not serve before it is verified", async () => {
  let count = 0;
  const { pool, use } = createHouse(1, {
    verify: async () => {
      count += 1;
      if (count < 3) throw new SessionSetupError("Not yet.");
    },
  });
  await expect(use(no)).rejects.toThrow("Not yet.");
  await expect.poll(() => use(no).catch(() => 0)).toBe(3);
  await pool.close();
});

test("closing closes all, and rejects who waits", async () => {
  const { pool, use, opened } = createHouse(1);
  const held = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const holding = use(() => {
    begun.resolve();
    return held.promise;
  });
  await begun.promise;
  const waiting = expect(use(no)).rejects.toThrow("closed");
  await pool.close();
  await waiting;
  held.resolve();
  await holding;
  expect(opened.map((connection) => connection.isIdle())).toEqual([false]);
  await expect(use(no)).rejects.toThrow("closed");
});
