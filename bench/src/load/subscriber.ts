import { request } from "node:http";

interface ChangesSubscriber extends Disposable {
  /** Number of notifications so far. */
  count(): number;
}

/** Subscribes to the organisation's changes, like a console in a browser. */
export function subscribeToChanges(port: number, cookie: string): Promise<ChangesSubscriber> {
  const { promise, resolve, reject } = Promise.withResolvers<ChangesSubscriber>();
  let count = 0;
  const call = request(
    {
      host: "127.0.0.1",
      port,
      path: `/api/trpc/events.changes?input=${encodeURIComponent("{}")}`,
      headers: { cookie, accept: "text/event-stream" },
      agent: false,
    },
    (answer) => {
      if (answer.statusCode !== 200)
        return reject(new Error(`The live feed was answered ${answer.statusCode}.`));
      answer.setEncoding("latin1");
      answer.on("data", (text: string) => {
        for (let at = text.indexOf("data: {"); at >= 0; at = text.indexOf("data: {", at + 1)) count += 1;
      });
      answer.on("error", () => {});
      resolve({ count: () => count, [Symbol.dispose]: () => call.destroy() });
    },
  );
  call.on("error", reject);
  call.end();
  return promise;
}
