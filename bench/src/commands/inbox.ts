/** Measures the inbox functions at two sizes alternately, on the product's own pool. */

import type { Context } from "@waystation/core/context";
import { openPostgresDatabase } from "@waystation/db/postgres/open-postgres";
import { countUnread } from "@waystation/whatsapp/inbox/count-unread";
import { listConversations } from "@waystation/whatsapp/inbox/list-conversations";
import { markRead } from "@waystation/whatsapp/inbox/mark-read";
import { listMessages } from "@waystation/whatsapp/inbox/messages/list-messages";
import { describeMachine } from "../measure/machine.ts";
import { parseBenchOptions } from "../measure/options.ts";
import { type BenchGoal, formatGoalTable, formatNumber, formatTable } from "../measure/table.ts";
import { benchContext } from "../setup/bench-context.ts";
import { createInstallationTemplate } from "../setup/bench-installation.ts";
import { startBenchDatabases } from "../setup/postgres.ts";
import { RARE_WORD, randomWord, type SeedInbox, seedInbox } from "../setup/seed-inbox.ts";
import { createTempFolder } from "../setup/temp-folder.ts";

const options = parseBenchOptions(process.argv.slice(2), { small: 100_000, large: 3_000_000, rounds: 120 });
/** The number of rows the console requests at once. */
const PAGE = 30;
const MESSAGES = 50;
const MAX_MS = 1.5;
const MAX_RATIO = 3;
const MAX_SEARCH_MS = 25;

interface Case {
  name: string;
  goal: "page" | "search" | null;
  ask(ctx: Context, talk: SeedInbox): Promise<unknown>;
}

const search = (name: string, words: string): Case => ({
  name: `search: ${name}`,
  goal: "search",
  ask: (ctx) => listConversations(ctx, { filter: "all", search: words, limit: 20 }),
});
const CASES: Case[] = [
  { name: "list, first page", goal: "page", ask: (ctx) => listConversations(ctx, { limit: PAGE }) },
  {
    name: "list, deep page",
    goal: "page",
    ask: (ctx, { inList }) =>
      listConversations(ctx, { limit: PAGE, cursor: ctx.ids.encodeCursor("conversations", inList) }),
  },
  {
    name: "list, unread",
    goal: "page",
    ask: (ctx) => listConversations(ctx, { filter: "unread", limit: PAGE }),
  },
  { name: "unread badge", goal: "page", ask: (ctx) => countUnread(ctx) },
  {
    name: "thread, first page",
    goal: "page",
    ask: (ctx, { usual }) => listMessages(ctx, { conversationId: usual, limit: MESSAGES }),
  },
  {
    name: "thread of the largest, deep page",
    goal: "page",
    ask: (ctx, { giant, inGiant }) =>
      listMessages(ctx, {
        conversationId: giant,
        limit: MESSAGES,
        cursor: ctx.ids.encodeCursor("messages", inGiant),
      }),
  },
  search("common word", randomWord(1)),
  search("middling word", randomWord(300)),
  search("rare word", RARE_WORD),
  search("absent word", "nowhere"),
  search("two words", `${randomWord(20)} ${randomWord(2_000)}`),
  search("part of a name", "goran a"),
  search("part of a number", "4917000"),
];

using folder = createTempFolder();
console.log(`${describeMachine()}\n`);
await using databases = await startBenchDatabases();
const sizes = await Promise.all(
  [options.small, options.large].map(async (messages) => ({ messages, name: `talk_${messages}` })),
);
await using stack = new AsyncDisposableStack();
const desks: { messages: number; ctx: Context; talk: SeedInbox; times: Map<string, number[]> }[] = [];
for (const { messages, name } of sizes) {
  const { organizationId } = await createInstallationTemplate(databases, name, [], folder.path);
  const begin = performance.now();
  const talk = await seedInbox(databases.urlOf(name), messages);
  console.log(`${formatNumber(messages)} messages in ${formatNumber((performance.now() - begin) / 1_000)} s`);
  const store = await openPostgresDatabase(databases.urlOf(name));
  stack.defer(() => store.close());
  await store.enableRowLevelSecurity();
  const ctx = await benchContext(store, organizationId);
  // Simulates an active user, who has long read the old messages.
  for (let n = 0; n < 3; n++) await markRead(ctx, { conversationId: talk.usual });
  desks.push({ messages, ctx, talk, times: new Map(CASES.map(({ name }) => [name, []])) });
}
await databases.settle();
for (let round = -20; round < options.rounds; round++)
  for (const { name, ask } of CASES)
    for (const { ctx, talk, times } of round % 2 ? desks.toReversed() : desks) {
      const begin = performance.now();
      await ask(ctx, talk);
      if (round >= 0) times.get(name)?.push(performance.now() - begin);
    }

const at = (name: string, desk: (typeof desks)[number] | undefined, part: number) => {
  const sorted = (desk?.times.get(name) ?? []).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
};
const [small, large] = desks;
console.log(
  `\n${formatTable(
    ["p50 / p95 ms", ...desks.map(({ messages }) => formatNumber(messages))],
    CASES.map(({ name }) => [
      name,
      ...desks.map(
        (desk) => `${formatNumber(at(name, desk, 0.5), 2)} / ${formatNumber(at(name, desk, 0.95), 2)}`,
      ),
    ]),
  )}\n`,
);
const goals = CASES.flatMap(({ name, goal }): BenchGoal[] => {
  const p95 = at(name, large, 0.95);
  if (goal === "search") return [{ what: `${name}, p95`, value: p95, atMost: MAX_SEARCH_MS, unit: "ms" }];
  if (goal === null) return [];
  return [
    { what: `${name}, p95`, value: p95, atMost: MAX_MS, unit: "ms" },
    { what: `${name}, against the small desk`, value: p95 / at(name, small, 0.95), atMost: MAX_RATIO },
  ];
});
console.log(formatGoalTable(goals));
