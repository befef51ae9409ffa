/** Runs `act` on all items in order, `width` at a time. */
export async function runInParallel<Item>(
  items: Item[],
  width: number,
  act: (item: Item) => Promise<void>,
): Promise<void> {
  const left = items.values();
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (const item of left) await act(item);
    }),
  );
}
