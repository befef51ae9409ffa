import type { Writable } from "node:stream";

/** When the stream takes more, or is closed. Leaves no listener behind, however often it is waited for. */
export function awaitDrain(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      stream.off("drain", go).off("close", go);
      resolve();
    };
    stream.on("drain", go).on("close", go);
  });
}
