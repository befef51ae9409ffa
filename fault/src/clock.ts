export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Polls the condition until it is true. Returns false after `milliseconds`. */
export async function waitUntil(
  question: () => boolean | Promise<boolean>,
  milliseconds: number,
): Promise<boolean> {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    if (await question()) return true;
    await sleep(25);
  }
  return false;
}
