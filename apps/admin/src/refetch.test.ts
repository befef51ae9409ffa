import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { refetchAfterResponse, refetchQueries } from "./refetch.ts";

const KEY = ["events"];

test("an answer that was under way when something changed is not the last word", async () => {
  const answers = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  let asked = 0;
  const client = new QueryClient();
  const observer = new QueryObserver(client, {
    queryKey: KEY,
    queryFn: () => answers[asked++]?.promise ?? "asked once too often",
  });
  const end = observer.subscribe(() => {});
  const again = refetchQueries(client, { queryKey: KEY });
  answers[0]?.resolve("before the change");
  await again;
  await expect.poll(() => asked).toBe(2);
  answers[1]?.resolve("after it");
  await expect.poll(() => client.getQueryData(KEY)).toBe("after it");
  end();
});

test("what is known already is asked anew at once, and once", async () => {
  let asked = 0;
  const client = new QueryClient();
  const observer = new QueryObserver(client, { queryKey: KEY, queryFn: () => ++asked });
  const end = observer.subscribe(() => {});
  await expect.poll(() => client.getQueryData(KEY)).toBe(1);
  await refetchQueries(client, { queryKey: KEY });
  expect(client.getQueryData(KEY)).toBe(2);
  end();
});

test("a response that was on its way does not replace what was set meanwhile", async () => {
  const responses = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  let fetches = 0;
  const client = new QueryClient();
  client.setQueryData(KEY, "unread");
  const observer = new QueryObserver(client, { queryKey: KEY, queryFn: () => responses[fetches++]?.promise });
  const end = observer.subscribe(() => {});
  await expect.poll(() => fetches).toBe(1);
  client.setQueryData(KEY, "read");
  refetchAfterResponse(client, { queryKey: KEY });
  responses[0]?.resolve("unread");
  await expect.poll(() => fetches).toBe(2);
  responses[1]?.resolve("read");
  await expect.poll(() => client.getQueryData(KEY)).toBe("read");
  end();
});
