import { expect, test } from "vitest";
import { createLines } from "./lines.ts";

function createHouse(most: number) {
  let count = 0;
  const house = { isDown: false, closed: 0 };
  const close = async () => {
    house.closed += 1;
  };
  const lines = createLines(async () => {
    await Promise.resolve();
    if (house.isDown) throw new Error("down");
    count += 1;
    return { no: count, close };
  }, most);
  return { house, lines, opened: () => count };
}

test("one after the other needs one, and it is the same", async () => {
  const { lines, opened } = createHouse(3);
  for (let n = 0; n < 5; n++) expect(await lines.use(async ({ no }) => no)).toBe(1);
  expect(opened()).toBe(1);
});

test("of several that are free the last one used is taken", async () => {
  const { lines } = createHouse(3);
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const one = lines.use(() => first.promise);
  const two = lines.use(() => second.promise);
  first.resolve();
  await one;
  second.resolve();
  await two;
  expect(await lines.use(async ({ no }) => no)).toBe(2);
});

test("there are never more than allowed; who waits is served in order, each line by one at a time", async () => {
  const { lines, opened } = createHouse(2);
  const served: number[] = [];
  const busy = new Set<number>();
  await Promise.all(
    Array.from({ length: 20 }, (_, turn) =>
      lines.use(async ({ no }) => {
        expect(busy.has(no)).toBe(false);
        busy.add(no);
        served.push(turn);
        await new Promise(setImmediate);
        busy.delete(no);
      }),
    ),
  );
  expect(served).toEqual(Array.from({ length: 20 }, (_, turn) => turn));
  expect(opened()).toBe(2);
});

test("work that fails gives its line back", async () => {
  const { lines, opened } = createHouse(1);
  await expect(lines.use(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await lines.use(async () => "yes")).toBe("yes");
  expect(opened()).toBe(1);
});

test("where none can be opened nobody waits for ever, and the next tries again", async () => {
  const { house, lines } = createHouse(2);
  house.isDown = true;
  const all = await Promise.allSettled(Array.from({ length: 5 }, () => lines.use(async () => 1)));
  expect(all.map(({ status }) => status)).toEqual(Array(5).fill("rejected"));
  house.isDown = false;
  expect(await lines.use(async () => 1)).toBe(1);
});

test("opened ahead, they are there; the one used last is still the first", async () => {
  const { house, lines, opened } = createHouse(3);
  expect(await lines.use(async ({ no }) => no)).toBe(1);
  await lines.openAll();
  expect(opened()).toBe(3);
  house.isDown = true;
  expect(await lines.use(async ({ no }) => no)).toBe(1);
  expect(await Promise.all([1, 2, 3].map(() => lines.use(async ({ no }) => no)))).toHaveLength(3);
});

test("what is opened while all is closed is closed too", async () => {
  const { house, lines } = createHouse(2);
  const opening = lines.openAll();
  await lines.close();
  await opening;
  expect(house.closed).toBe(1);
});

test("closing closes all", async () => {
  const { house, lines } = createHouse(2);
  await Promise.all([lines.use(async () => 1), lines.use(async () => 1)]);
  await lines.close();
  expect(house.closed).toBe(2);
});
