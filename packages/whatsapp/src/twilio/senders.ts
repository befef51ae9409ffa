import type { OfflineReason, SenderWebhook } from "@waystation/db/schema";
import { z } from "zod";
import type { TwilioClient } from "./client.ts";
import { UnexpectedAnswerError } from "./http.ts";

export interface Sender {
  sid: string;
  address: string;
  status: string;
  displayName: string | null;
  qualityRating: string | null;
  messagingLimit: string | null;
  offlineReasons: OfflineReason[];
  webhook: SenderWebhook;
}

export interface MessagingService {
  sid: string;
  name: string;
  webhook: SenderWebhook;
  /** Twilio then asks each sender's own webhook settings, and not the service's. */
  useInboundWebhookOnNumber: boolean;
  senders: string[];
}

const LIMIT = 500;
const word = z
  .string()
  .nullish()
  .transform((value) => value || null);

const senderAnswer = z.object({
  sid: z.string(),
  senderId: z.string(),
  status: z.string(),
  profile: z.object({ name: word }).nullish(),
  properties: z.object({ qualityRating: word, messagingLimit: word }).nullish(),
  offlineReasons: z.array(z.object({ code: z.coerce.string(), message: word, moreInfo: word })).nullish(),
  webhook: z
    .object({
      callbackUrl: word,
      callbackMethod: word,
      fallbackUrl: word,
      fallbackMethod: word,
      statusCallbackUrl: word,
      statusCallbackMethod: word,
    })
    .nullish(),
});

const serviceAnswer = z.object({
  sid: z.string(),
  friendlyName: z.string(),
  inboundRequestUrl: word,
  inboundMethod: word,
  fallbackUrl: word,
  fallbackMethod: word,
  statusCallback: word,
  useInboundWebhookOnNumber: z.boolean().nullish(),
});

export async function listSenders(client: TwilioClient): Promise<Sender[]> {
  const answers = await client.messaging.v2.channelsSenders.list({ channel: "whatsapp", limit: LIMIT });
  return answers.map(readSender);
}

export async function fetchSender(client: TwilioClient, sid: string): Promise<Sender> {
  return readSender(await client.messaging.v2.channelsSenders(sid).fetch());
}

export async function listServices(client: TwilioClient): Promise<MessagingService[]> {
  const answers = await client.messaging.v1.services.list({ limit: LIMIT });
  return Promise.all(
    answers.map(async (answer) => {
      const service = read(serviceAnswer, answer);
      const members = await client.messaging.v1.services(service.sid).channelSenders.list({ limit: LIMIT });
      return {
        sid: service.sid,
        name: service.friendlyName,
        webhook: webhookOf(service),
        useInboundWebhookOnNumber: service.useInboundWebhookOnNumber ?? false,
        senders: members.map((member) => member.sender).filter((address) => address?.startsWith("whatsapp:")),
      };
    }),
  );
}

/** The webhook settings of one Messaging Service, in a sender's terms. */
export async function fetchService(client: TwilioClient, sid: string): Promise<SenderWebhook> {
  return webhookOf(read(serviceAnswer, await client.messaging.v1.services(sid).fetch()));
}

function webhookOf(service: z.infer<typeof serviceAnswer>): SenderWebhook {
  return {
    callbackUrl: service.inboundRequestUrl,
    callbackMethod: service.inboundMethod,
    fallbackUrl: service.fallbackUrl,
    fallbackMethod: service.fallbackMethod,
    statusCallbackUrl: service.statusCallback,
    statusCallbackMethod: null,
  };
}

function readSender(answer: unknown): Sender {
  const sender = read(senderAnswer, answer);
  return {
    sid: sender.sid,
    address: sender.senderId,
    status: sender.status,
    displayName: sender.profile?.name ?? null,
    qualityRating: sender.properties?.qualityRating ?? null,
    messagingLimit: sender.properties?.messagingLimit ?? null,
    offlineReasons: (sender.offlineReasons ?? []).map((reason) => ({
      ...reason,
      message: reason.message ?? "",
    })),
    webhook: sender.webhook ?? {
      callbackUrl: null,
      callbackMethod: null,
      fallbackUrl: null,
      fallbackMethod: null,
      statusCallbackUrl: null,
      statusCallbackMethod: null,
    },
  };
}

function read<Schema extends z.ZodType>(schema: Schema, answer: unknown): z.infer<Schema> {
  const result = schema.safeParse(answer);
  if (!result.success) throw new UnexpectedAnswerError("Twilio's answer has another shape than documented");
  return result.data;
}
