import { InfiniteQueryObserver, QueryClient } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { mergeSentMessage } from "./merge-sent-message.ts";

const KEY = ["messages"];

/** A thread that is looked at; each answer of the server is given by the test. */
function watchThread() {
  const answers: PromiseWithResolvers<string[]>[] = [];
  const client = new QueryClient();
  const end = new InfiniteQueryObserver(client, {
    queryKey: KEY,
    queryFn: async () => {
      const answer = Promise.withResolvers<string[]>();
      answers.push(answer);
      return { items: (await answer.promise).map(read), nextCursor: null };
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  }).subscribe(() => {});
  const shown = () =>
    client
      .getQueryData<{ pages: { items: ReturnType<typeof read>[] }[] }>(KEY)
      ?.pages.flatMap(({ items }) => items.map(({ id, status }) => `${id} ${status}`));
  return { client, answers, shown, end };
}

const read = (line: string) => {
  const [id = "", status = ""] = line.split(" ");
  return { id, status };
};

test("news that is being asked for when the server confirms a message is not lost", async () => {
  const { client, answers, shown, end } = watchThread();
  answers[0]?.resolve(["1 read"]);
  await expect.poll(shown).toEqual(["1 read"]);
  void client.invalidateQueries({ queryKey: KEY });
  await expect.poll(() => answers.length).toBe(2);
  await mergeSentMessage(client, KEY, read("2 queued"));
  expect(shown(), "at once").toEqual(["2 queued", "1 read"]);
  await expect.poll(() => answers.length).toBe(3);
  answers[2]?.resolve(["2 uncertain", "1 read"]);
  await expect.poll(shown).toEqual(["2 uncertain", "1 read"]);
  end();
});

test("a thread that is answered before it is there comes all the same", async () => {
  const { client, answers, shown, end } = watchThread();
  await mergeSentMessage(client, KEY, read("2 queued"));
  await expect.poll(() => answers.length).toBe(2);
  answers[1]?.resolve(["2 sent", "1 read"]);
  await expect.poll(shown).toEqual(["2 sent", "1 read"]);
  end();
});

test("nothing is asked without need", async () => {
  const { client, answers, shown, end } = watchThread();
  answers[0]?.resolve(["1 read"]);
  await expect.poll(shown).toEqual(["1 read"]);
  await mergeSentMessage(client, KEY, read("2 queued"));
  await mergeSentMessage(client, KEY, read("2 queued"));
  expect(shown()).toEqual(["2 queued", "1 read"]);
  expect(answers).toHaveLength(1);
  end();
});
