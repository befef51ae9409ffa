import type { OrganizationIds } from "@waystation/core/public-ids";
import { toPgText } from "@waystation/core/text";
import { INCOMING_STATUS, kindOfStatus, rawStatusOf } from "../webhooks/content/event-status.ts";
import { kindOfMessage } from "../webhooks/content/message-kind.ts";
import { summarySentenceOf } from "../webhooks/content/message-summary.ts";
import { type FormPairs, formParametersOf } from "../webhooks/form-body.ts";
import { misdirectedSentence } from "../webhooks/misdirected.ts";
import { parseWebhook } from "../webhooks/parse-webhook.ts";
import type { WebhookRejection } from "../webhooks/rejections.ts";
import type { WebhookOutcome } from "../webhooks/webhook-record.ts";

interface EventRow {
  id: number;
  connectionNo: number;
  receivedAt: Date;
  /** Null for a rejected webhook, of which only the body is known. */
  step: number | null;
  word: string | null;
  outcome: WebhookOutcome | "rejected";
  body: Buffer;
  rejection: WebhookRejection | null;
}

function explainRejection({ reason, keyId, otherAlgorithm, target }: WebhookRejection): string {
  if (reason === "wrong_method" || reason === "wrong_path")
    return misdirectedSentence(reason, target ?? null);
  if (reason === "signature_missing")
    return "Rejected: it carried no signature, so it did not come from Twilio as it was sent.";
  if (reason === "signature_key_unknown")
    return keyId
      ? `Rejected: it says that it is signed with the shared key ${keyId}, which is not stored here. If the key belongs to your Twilio account, add it on the page of the connection.`
      : "Rejected: its X-Twilio-Webhooks-Signature-Settings header does not name one shared key. Twilio's own webhooks do.";
  if (!keyId)
    return "Rejected: the signature does not match. It was made with another Auth Token, for another URL than this server's PUBLIC_URL, or not by Twilio.";
  return otherAlgorithm
    ? `Rejected: the signature does not match. It says ${otherAlgorithm}, and the shared key ${keyId} is stored here with another algorithm. Remove the key and add it with ${otherAlgorithm}.`
    : `Rejected: the signature does not match the shared key ${keyId}. The secret that is stored here is not Twilio's, it was made for another URL than this server's PUBLIC_URL, or not by Twilio. If the key is yours, remove it and add it with the right secret.`;
}

/** An event for display, parsed from the signed body. */
export function eventView(ids: OrganizationIds, row: EventRow, connectionId: string) {
  const pairs: FormPairs = [...new URLSearchParams(row.body.toString("utf8"))];
  const first = (name: string) => pairs.find((pair) => pair[0] === name)?.[1] ?? null;
  const read = (name: string) => toPgText(first(name) ?? "") || null;
  const step = row.step ?? parseWebhook(pairs, row.body, false)?.step ?? null;
  return {
    id: ids.encode(row.outcome === "rejected" ? "rejection" : "event", row.id),
    connectionId,
    kind: step === null ? ("unknown" as const) : kindOfStatus(step),
    outcome: row.outcome,
    messageSid: first("MessageSid") ?? first("SmsMessageSid") ?? first("SmsSid"),
    from: first("From"),
    to: first("To"),
    status: step === null ? null : (row.word ?? rawStatusOf(step)),
    errorCode: first("ErrorCode"),
    messageType: first("MessageType"),
    body: first("Body"),
    /** One line for any kind of message; null for other events. */
    summary: step === INCOMING_STATUS ? summarySentenceOf(kindOfMessage(read), read) : null,
    receivedAt: row.receivedAt.toISOString(),
    params: formParametersOf(pairs),
    rejectionReason: row.rejection?.reason ?? null,
    reason: row.rejection === null ? null : explainRejection(row.rejection),
  };
}
