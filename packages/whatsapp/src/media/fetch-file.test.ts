import { seal } from "@waystation/core/credentials";
import { openPostgresDatabase } from "@waystation/db/postgres/open-postgres";
import { mediaFiles } from "@waystation/db/schema/media";
import { connections } from "@waystation/db/schema/schema";
import { testDatabases } from "@waystation/db/testing/databases";
import type { IncomingMessageInput } from "@waystation/twilio-simulator/incoming/receive-message";
import {
  SENTINEL_ACCOUNTS,
  SENTINEL_API_KEYS,
  SENTINEL_SENDERS,
  SENTINEL_TOKENS,
} from "@waystation/twilio-simulator/sentinels";
import { and, eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { connectTwilioSender } from "../connections/connect.ts";
import { disconnectSender } from "../connections/disconnect.ts";
import { connectInput } from "../connections/inputs.ts";
import { listConversations } from "../inbox/list-conversations.ts";
import { listMessages } from "../inbox/messages/list-messages.ts";
import { createTestInstallation } from "../testing.ts";
import { connectionsOfAccount } from "../webhooks/connection-cache.ts";
import type { FormPairs } from "../webhooks/form-body.ts";
import { createWebhookIngest } from "../webhooks/ingest.ts";
import { parseWebhook } from "../webhooks/parse-webhook.ts";
import { verifiedWebhookOf } from "../webhooks/webhook-record.ts";
import { connectPublic } from "./download.ts";
import { fetchMessageFile, mediaRequest } from "./fetch-file.ts";
import { openMediaFile } from "./open-file.ts";
import { readMediaFile } from "./read-file.ts";
import { requireFile } from "./require-file.ts";

/** An installation with a connected sender that ingests the messages sent at the simulator. */
async function createListeningDesk(
  kind: (typeof testDatabases)[number],
  known?: { sid: string; token: string },
) {
  const desk = await createTestInstallation(kind, { chaos: { mediaNotFound: 0 } });
  const sender = known ? SENTINEL_SENDERS.online : "whatsapp:+14155580001";
  const account = known ?? desk.simulator.createAccount({ senders: [sender] });
  const ctx = await desk.person();
  const connection = await connectTwilioSender(
    ctx,
    connectInput.parse({ mode: "test", accountSid: account.sid, authToken: account.token, sender }),
  );
  const [receiver] = await connectionsOfAccount(ctx.installation.db, ctx.keyring, account.sid);
  if (!receiver) throw new Error("The connection has no receiver");
  const ingest = createWebhookIngest(desk.store, desk.platform.feed, {
    onBatch: () => {},
    onUnprojected: () => {},
    onRetry: () => {},
  });
  /** Returns the id of the message's first file. */
  const hear = async (input: Partial<IncomingMessageInput>, change: Record<string, string> = {}) => {
    const { messageSid } = await desk.simulator.sendIncoming({
      to: sender,
      from: "+4915112345678",
      ...input,
    });
    const message = desk.simulator
      .listMessages({ accountSid: account.sid })
      .find(({ sid }) => sid === messageSid);
    const pairs: FormPairs = Object.entries({ ...message?.details, ...change });
    const bytes = Buffer.from(new URLSearchParams(pairs).toString());
    const webhook = parseWebhook(pairs, bytes, false);
    if (!webhook) throw new Error("Not a webhook");
    await ingest.add(
      verifiedWebhookOf(receiver, webhook, { body: bytes, messageId: null, outcome: "stored" }),
    );
    const [newest] = (await thread()) ?? [];
    return { messageSid, file: newest?.files[0]?.id ?? "" };
  };
  const thread = async () => {
    const [conversation] = (await listConversations(ctx, { filter: "all" })).items;
    return (await listMessages(ctx, { conversationId: conversation?.id ?? "" })).items;
  };
  return { ...desk, ctx, connection, hear, thread };
}

const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => "no refusal",
    (error) => (error as { reason?: string }).reason ?? String(error),
  );
async function contentOf(db: Parameters<typeof readMediaFile>[0], file: { id: string; size: number }) {
  const slices: Buffer[] = [];
  for await (const slice of readMediaFile(db, file.id, 0, file.size - 1)) slices.push(slice);
  return Buffer.concat(slices);
}

test.for(testDatabases)("%s: a file is fetched when somebody looks, and kept", async (kind) => {
  await using desk = await createListeningDesk(kind);
  const { ctx, simulator } = desk;
  const bytes = Buffer.concat([Buffer.from("%PDF-1.4"), Buffer.alloc(2_500_000, "ab\0\xff", "latin1")]);
  const { file } = await desk.hear({
    kind: "document",
    media: [{ contentType: "application/pdf", data: bytes.toString("base64") }],
  });
  expect((await desk.thread())[0]?.files).toEqual([
    { id: file, url: `/api/media/${file}`, type: "application/pdf", name: null, size: null },
  ]);
  expect(await ctx.installation.db.select().from(mediaFiles)).toEqual([]);

  const opened = await openMediaFile(ctx, file);
  expect(opened).toMatchObject({ type: "application/pdf", size: bytes.length });
  expect((await contentOf(ctx.installation.db, opened)).equals(bytes)).toBe(true);
  expect((await desk.thread())[0]?.files).toMatchObject([{ id: file, size: bytes.length }]);

  await disconnectSender(ctx, { connectionId: desk.connection.id });
  await simulator.stop();
  expect(await openMediaFile(ctx, file)).toEqual(opened);
});

test.for(testDatabases)("%s: what is stored outlives the log's months", async (kind) => {
  await using desk = await createListeningDesk(kind);
  const { file } = await desk.hear({ kind: "image" });
  await openMediaFile(desk.ctx, file);
  await desk.ctx.installation.db.execute(sql`delete from twilio_whatsapp_webhook_events`);
  expect((await desk.thread())[0]?.files).toMatchObject([{ id: file, type: "image/png" }]);
  expect(await openMediaFile(desk.ctx, file)).toMatchObject({ type: "image/png" });
});

test.for(testDatabases)("%s: two viewers cause one fetch, and both see it", async (kind) => {
  await using desk = await createListeningDesk(kind);
  const { file } = await desk.hear({ kind: "image" });
  const colleague = await desk.person("member", desk.ctx.organizationId);
  const [mine, theirs] = await Promise.all([openMediaFile(desk.ctx, file), openMediaFile(colleague, file)]);
  expect(mine).toEqual(theirs);
  expect(desk.simulator.countMediaRequests()).toBe(1);
  await openMediaFile(desk.ctx, file);
  expect(desk.simulator.countMediaRequests()).toBe(1);
});

test.for(testDatabases)("%s: nobody else's organisation has it, fetched or not", async (kind) => {
  await using desk = await createListeningDesk(kind);
  const { file } = await desk.hear({ kind: "image" });
  const stranger = await desk.person();
  const answers = async () => [
    await refusal(openMediaFile(stranger, file)),
    await refusal(openMediaFile(stranger, "999999-0")),
    await refusal(openMediaFile(stranger, "no id")),
    await refusal(openMediaFile(stranger, "01890000-0000-7000-8000-000000000000")),
  ];
  expect(new Set(await answers())).toEqual(new Set(["not_found"]));
  const { id } = await openMediaFile(desk.ctx, file);
  expect(new Set([...(await answers()), await refusal(openMediaFile(stranger, id))])).toEqual(
    new Set(["not_found"]),
  );
});

test.for(testDatabases)("%s: a new file may be missing twice, an old one is gone at once", async (kind) => {
  await using desk = await createListeningDesk(kind);
  desk.simulator.setChaos({ mediaRequestsNotFound: 2 });
  const { file } = await desk.hear({ kind: "image" });
  expect(await openMediaFile(desk.ctx, file)).toMatchObject({ type: "image/png" });
  expect(desk.simulator.countMediaRequests()).toBe(3);

  desk.simulator.setChaos({ mediaRequestsNotFound: 3 });
  const missing = await desk.hear({ kind: "image" });
  expect(await refusal(openMediaFile(desk.ctx, missing.file))).toBe("media_gone");
  expect(desk.simulator.countMediaRequests()).toBe(6);

  desk.simulator.setChaos({ mediaRequestsNotFound: 1 });
  const old = await desk.hear({ kind: "image" });
  await desk.ctx.installation.db.execute(sql`update messages set at = at - interval '1 hour'`);
  await desk.ctx.installation.db.execute(
    sql`update twilio_whatsapp_webhook_events set received_at = received_at - interval '1 hour'`,
  );
  expect(await refusal(openMediaFile(desk.ctx, old.file))).toBe("media_gone");
  expect(desk.simulator.countMediaRequests()).toBe(7);
});

test.for(testDatabases)(
  "%s: deleted, throttled, down, too large and disconnected are told apart",
  async (kind) => {
    await using desk = await createListeningDesk(kind);
    const { ctx, simulator } = desk;
    const { file, messageSid } = await desk.hear({ kind: "image" });
    const age = () => ctx.installation.db.execute(sql`update messages set at = at - interval '1 hour'`);
    const open = () => refusal(openMediaFile(ctx, file));
    await ctx.installation.db.execute(
      sql`update twilio_whatsapp_webhook_events set received_at = received_at - interval '1 hour'`,
    );
    await age();
    for (const [fault, reason] of [
      [{ mediaFault: "throttled" }, "twilio_rate_limited"],
      [{ mediaFault: "down" }, "twilio_unreachable"],
      [{ mediaFault: "astray" }, "twilio_unexpected"],
      [{ mediaFault: "endless" }, "media_too_large"],
      [{ mediaFault: "deleted" }, "media_gone"],
    ] as const) {
      simulator.setChaos(fault);
      expect(await open(), fault.mediaFault).toBe(reason);
    }
    simulator.setChaos({ mediaFault: "none" });
    expect(messageSid).toMatch(/^MM/);
    await disconnectSender(ctx, { connectionId: desk.connection.id });
    expect(await open()).toBe("disconnected");
    expect(await ctx.installation.db.select({ id: mediaFiles.id }).from(mediaFiles)).toEqual([]);
  },
);

test.for(testDatabases)(
  "%s: a webhook's URL decides nothing but which of the message's files it is",
  async (kind) => {
    await using desk = await createListeningDesk(kind);
    const sid = "ME00000000000000000000000000000001";
    const { file } = await desk.hear(
      { kind: "image" },
      { MediaUrl0: `http://169.254.169.254/latest/Media/${sid}` },
    );
    await desk.ctx.installation.db.execute(sql`update messages set at = at - interval '1 hour'`);
    await desk.ctx.installation.db.execute(
      sql`update twilio_whatsapp_webhook_events set received_at = received_at - interval '1 hour'`,
    );
    expect(await refusal(openMediaFile(desk.ctx, file))).toBe("media_gone");
    expect(desk.simulator.countMediaRequests()).toBe(0);
    const odd = await desk.hear(
      { kind: "image" },
      { MediaUrl0: "https://evil.example/Media/../../Accounts.json" },
    );
    expect(await refusal(openMediaFile(desk.ctx, odd.file))).toBe("not_found");
    expect(desk.simulator.countMediaRequests()).toBe(0);
  },
);

test.for(testDatabases)("%s: what a file is, is said by its bytes", async (kind) => {
  await using desk = await createListeningDesk(kind);
  const page = Buffer.from("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>");
  const { file } = await desk.hear({
    kind: "image",
    media: [{ contentType: "image/png", data: page.toString("base64") }],
  });
  expect(await openMediaFile(desk.ctx, file)).toMatchObject({ type: "application/octet-stream" });
  const [row] = await desk.ctx.installation.db
    .select({ no: mediaFiles.no })
    .from(mediaFiles)
    .where(and(eq(mediaFiles.organizationId, desk.ctx.organizationId), eq(mediaFiles.no, 0)));
  expect(row).toEqual({ no: 0 });
});

test("with a live account only Twilio is asked, and only https and public addresses follow", () => {
  const { url, allows, open } = mediaRequest("/2010-04-01/Accounts/AC1", "live", "http://localhost:3001");
  expect(url.href).toBe("https://api.twilio.com/2010-04-01/Accounts/AC1");
  expect(open).toBe(connectPublic);
  expect(allows(new URL("https://mms.twiliocdn.com/file"))).toBe(true);
  expect(allows(new URL("http://mms.twiliocdn.com/file"))).toBe(false);
});

test("in test mode nobody but the simulator is asked", () => {
  const { url, allows } = mediaRequest("/2010-04-01/Accounts/AC1", "test", "http://localhost:3001");
  expect(url.href).toBe("http://localhost:3001/2010-04-01/Accounts/AC1");
  expect(allows(new URL("http://localhost:3001/media-cdn/1"))).toBe(true);
  for (const other of ["http://localhost:3002/", "https://localhost:3001/", "https://mms.twiliocdn.com/file"])
    expect(allows(new URL(other)), other).toBe(false);
});

test.for(testDatabases)("%s: an API key that may not read files leaves it to the token", async (kind) => {
  await using desk = await createListeningDesk(kind, {
    sid: SENTINEL_ACCOUNTS.healthy,
    token: SENTINEL_TOKENS.primary,
  });
  const { ctx, connection } = desk;
  const { file } = await desk.hear({ kind: "image" });
  const { sid, secret } = SENTINEL_API_KEYS.restricted;
  const place = {
    organizationId: ctx.organizationId,
    connectionId: connection.id,
    field: "api_key_secret" as const,
  };
  await ctx.installation.db
    .update(connections)
    .set({ apiKeySid: sid, apiKeySecretSealed: seal(ctx.keyring, place, secret) })
    .where(eq(connections.id, connection.id));
  expect(await openMediaFile(ctx, file)).toMatchObject({ type: "image/png" });
});

test("two servers that fetch the same file at once keep one", async () => {
  await using desk = await createListeningDesk("postgres");
  const { file } = await desk.hear({ kind: "image" });
  const other = await openPostgresDatabase(desk.store.url ?? "");
  // Both servers found the file missing. One stores it while the other still fetches it.
  const found = await requireFile(desk.ctx, file);
  if (!("message" in found)) throw new Error("Not a customer's file");
  const mine = await fetchMessageFile(desk.ctx, found);
  const theirs = await fetchMessageFile({ ...desk.ctx, db: other.db }, found);
  await other.close();
  expect(mine).toEqual(theirs);
  expect(desk.simulator.countMediaRequests()).toBe(2);
  expect(await desk.ctx.installation.db.select({ id: mediaFiles.id }).from(mediaFiles)).toEqual([
    { id: mine.id },
  ]);
});
