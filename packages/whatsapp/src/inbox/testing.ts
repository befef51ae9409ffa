import type { Context } from "@waystation/core/context";
import type { TestStore, testDatabases } from "@waystation/db/testing/databases";
import { connectTwilioSender } from "../connections/connect.ts";
import { connectInput } from "../connections/inputs.ts";
import { createTestInstallation } from "../testing.ts";
import { connectionsOfAccount } from "../webhooks/connection-cache.ts";
import type { FormPairs } from "../webhooks/form-body.ts";
import { createWebhookIngest } from "../webhooks/ingest.ts";
import { parseWebhook } from "../webhooks/parse-webhook.ts";
import { verifiedWebhookOf } from "../webhooks/webhook-record.ts";
import { listConversations } from "./list-conversations.ts";
import { listMessages } from "./messages/list-messages.ts";
import { sendMessage } from "./sending/send-message.ts";

/** The row number behind a message's public id. */
export function messageNumber({ ids }: Pick<Context, "ids">, id: string): number {
  const number = ids.decode("message", id);
  if (number === null) throw new Error(`${id} is not the id of a message of this organisation`);
  return number;
}

let counter = 0;
const nextSid = () => `SM${(++counter).toString(16).padStart(32, "0")}`;

/**
 * An installation with one connected sender and customers who write to it. Outgoing messages wait for the test's own outbox.
 */
export async function createTestInbox(
  kind: (typeof testDatabases)[number] | TestStore,
  ours = `whatsapp:+1415557${String(++counter).padStart(4, "0")}`,
) {
  const desk = await createTestInstallation(kind);
  // Jobs of a running queue would run at unpredictable times.
  const ctx = {
    ...(await desk.person()),
    jobs: { send: async () => {}, settle: async () => {}, wake: () => {} },
  };
  const account = desk.simulator.createAccount({ senders: [ours] });
  const input = { mode: "test", accountSid: account.sid, authToken: account.token, sender: ours };
  const { id: connectionId } = await connectTwilioSender(ctx, connectInput.parse(input));
  const ingest = createWebhookIngest(desk.store, desk.platform.feed, {
    onBatch: () => {},
    onUnprojected: (error) => desk.reports.push(error),
    onRetry: () => {},
  });
  const take = async (
    params: Record<string, string>,
    messageId: string | null,
    outcome: "stored" | "unrouted" = "stored",
  ) => {
    const [receiver] = await connectionsOfAccount(ctx.installation.db, ctx.keyring, account.sid);
    if (!receiver) throw new Error("The connection has no receiver");
    const pairs: FormPairs = Object.entries({ AccountSid: account.sid, MessageSid: nextSid(), ...params });
    const body = Buffer.from(new URLSearchParams(pairs).toString());
    const webhook = parseWebhook(pairs, body, messageId !== null);
    if (!webhook) throw new Error("Not a webhook");
    await ingest.add(verifiedWebhookOf(receiver, webhook, { body, messageId, outcome }));
  };
  const conversation = async (address: string) => {
    const { items } = await listConversations(ctx, { filter: "all" });
    const found = items.find((item) => item.contact.address === address);
    if (!found) throw new Error(`Nobody wrote from ${address}`);
    return found;
  };
  return {
    desk,
    ctx,
    account,
    ours,
    connectionId,
    conversation,
    /** Delivers a customer's message to the simulator and to the ingest. */
    hear: async (from: string, body: string, more: Record<string, string> = {}) => {
      const { messageSid } = await desk.simulator.sendIncoming({ to: ours, from, body });
      const params = { MessageSid: messageSid, From: from, To: ours, Body: body, SmsStatus: "received" };
      await take({ ...params, ...more }, null);
    },
    /** A webhook with exactly these parameters. */
    receive: (params: Record<string, string>, outcome?: "unrouted") => take(params, null, outcome),
    /** A status callback. `messageId` is the id in its own callback URL. */
    callBack: (messageId: string, params: Record<string, string>) => take(params, messageId),
    say: async (to: string, body: string) =>
      sendMessage(ctx, {
        conversationId: (await conversation(to)).id,
        clientKey: `test-key-${++counter}`,
        body,
      }),
    thread: async (address: string) =>
      (await listMessages(ctx, { conversationId: (await conversation(address)).id })).items,
    messagesOf: async (conversationId: string) => (await listMessages(ctx, { conversationId })).items,
    atTwilio: () => desk.simulator.listMessages({ accountSid: account.sid, direction: "outbound" }),
    async [Symbol.asyncDispose]() {
      await ingest.drained();
      await desk[Symbol.asyncDispose]();
    },
  };
}
