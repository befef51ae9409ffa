import { expect, test } from "vitest";
import { createFairQueue } from "./fair-queue.ts";

function filled(room: number, wanted: Record<number, number>) {
  const queue = createFairQueue<string>(() => room);
  const refused: Record<number, number> = {};
  for (const [owner, count] of Object.entries(wanted))
    for (let index = 0; index < count; index++)
      if (queue.isFull(Number(owner))) refused[Number(owner)] = (refused[Number(owner)] ?? 0) + 1;
      else queue.add(Number(owner), `${owner}.${index}`);
  return { queue, refused };
}

test("everybody's own come out in their order, whatever is asked for", () => {
  const { queue } = filled(1_000, { 1: 50, 2: 3, 3: 20 });
  const taken: string[] = [];
  for (let count = 1; queue.size() > 0; count = (count % 7) + 1) taken.push(...queue.take(count));
  for (const owner of [1, 2, 3]) {
    const own = taken.filter((item) => item.startsWith(`${owner}.`));
    expect(own).toEqual(own.map((_, index) => `${owner}.${index}`));
  }
  expect(taken.length).toBe(73);
});

test("who has little waiting is served with the next batch, however much somebody else has", () => {
  const { queue } = filled(1_000, { 1: 400, 2: 3 });
  const batch = queue.take(20);
  expect(batch.filter((item) => item.startsWith("2."))).toEqual(["2.0", "2.1", "2.2"]);
  expect(batch.length).toBe(20);
});

test("who is left out of one batch is in the next", () => {
  const { queue } = filled(1_000, { 1: 9, 2: 9, 3: 9, 4: 9 });
  const first = queue.take(2).map((item) => item[0]);
  const second = queue.take(2).map((item) => item[0]);
  expect(new Set([...first, ...second])).toEqual(new Set(["1", "2", "3", "4"]));
});

test("one who takes all the room there is leaves room for the next", () => {
  const { queue, refused } = filled(100, { 1: 1_000, 2: 30, 3: 20 });
  expect(refused).toEqual({ 1: 950 });
  expect(queue.isFull(1)).toBe(true);
  expect(queue.isFull(4)).toBe(false);
});

test("takes nothing from nothing, and no more than there is", () => {
  const { queue } = filled(100, { 1: 2 });
  expect(queue.take(0)).toEqual([]);
  expect(queue.take(10)).toEqual(["1.0", "1.1"]);
  expect([queue.take(10), queue.size()]).toEqual([[], 0]);
});
