import { connectionHours } from "@waystation/db/schema/schema";
import { testDatabases } from "@waystation/db/testing/databases";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { listEvents } from "../../events/list-events.ts";
import { createTestInbox } from "../../inbox/testing.ts";
import { channelOf } from "../../webhooks/content/channel.ts";
import { listConnectionStatus } from "../list-connections.ts";

test.for(testDatabases)("%s: messages of other channels are told on the connection", async (kind) => {
  await using inbox = await createTestInbox(kind);
  const { ctx, ours } = inbox;
  const number = ours.replace("whatsapp:", "");
  const view = async () => (await listConnectionStatus(ctx))[0];
  await inbox.hear("whatsapp:+4915112345678", "Hello");
  expect(await view()).toMatchObject({ unrouted: { count: 0, lastAt: null, channels: [] } });
  await inbox.receive({ From: "+15005550006", To: number, Body: "by SMS" }, "unrouted");
  await inbox.receive({ From: "rcs:+15005550006", To: "rcs:agent", Body: "by RCS" }, "unrouted");
  await inbox.receive({ From: "messenger:1", To: "messenger:2", Body: "by Messenger" }, "unrouted");
  const told = await view();
  expect(told).toMatchObject({
    last24h: { unrouted: 3 },
    unrouted: { count: 3, channels: ["sms", "messenger", "rcs"] },
  });
  expect(told?.unrouted.lastAt).not.toBeNull();
  expect(told?.reasons.find(({ code }) => code === "unrouted")).toMatchObject({
    sentence: expect.stringContaining("3 webhooks came by SMS, Messenger and RCS"),
    action: { kind: "show_unrouted" },
  });
  const { items } = await listEvents(ctx, { outcome: "unrouted" });
  expect(items.map(({ body }) => body)).toEqual(["by Messenger", "by RCS", "by SMS"]);

  // A day after the last such webhook the reason is gone.
  await ctx.installation.db.update(connectionHours).set({ hour: sql`hour - interval '26 hours'` });
  expect(await view()).toMatchObject({ unrouted: { count: 0, lastAt: null, channels: [] } });
  expect((await view())?.reasons.map(({ code }) => code)).not.toContain("unrouted");
});

test.for<[string, Record<string, string>]>([
  ["sms", { To: "+14155550100" }],
  ["sms", { To: "12345" }],
  ["rcs", { To: "rcs:agent" }],
  ["messenger", { To: "messenger:1" }],
  ["whatsapp", { To: "whatsapp:+1" }],
  ["other", { To: "viber:1" }],
  ["other", { Payload: "{}" }],
  ["sms", { From: "+14155550100" }],
])("%s is told by the address", ([channel, params]) => {
  expect(channelOf(Buffer.from(new URLSearchParams(params).toString()))).toBe(channel);
});
