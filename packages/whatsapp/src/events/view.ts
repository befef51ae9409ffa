import type { Outcome } from "../webhooks/delivery.ts";
import { type FormPairs, parametersOf } from "../webhooks/form.ts";
import { readWebhook } from "../webhooks/read-webhook.ts";
import type { RefusalReason } from "../webhooks/refuse.ts";
import { kindOfStep, statusOfStep } from "../webhooks/steps.ts";

export interface EventRow {
  id: number;
  connectionNo: number;
  receivedAt: Date;
  /** Null for a refused webhook, of which only the body is known. */
  step: number | null;
  word: string | null;
  outcome: Outcome | "rejected";
  body: Buffer;
  refusal: RefusalReason | null;
}

const refusalSentences: Record<RefusalReason, string> = {
  signature_missing: "Refused: it carried no signature, so it did not come from Twilio as it was sent.",
  signature_wrong:
    "Refused: the signature does not match. It was made with another Auth Token, for another URL than this server's PUBLIC_URL, or not by Twilio.",
};

/** One event as people see it, read anew from the body that was signed. */
export function viewEvent(row: EventRow, connectionId: string) {
  const pairs: FormPairs = [...new URLSearchParams(row.body.toString("utf8"))];
  const first = (name: string) => pairs.find((pair) => pair[0] === name)?.[1] ?? null;
  const step = row.step ?? readWebhook(pairs, row.body, false)?.step ?? null;
  return {
    id: String(row.id),
    connectionId,
    kind: step === null ? ("unknown" as const) : kindOfStep(step),
    outcome: row.outcome,
    messageSid: first("MessageSid") ?? first("SmsMessageSid") ?? first("SmsSid"),
    from: first("From"),
    to: first("To"),
    status: step === null ? null : (row.word ?? statusOfStep(step)),
    errorCode: first("ErrorCode"),
    messageType: first("MessageType"),
    body: first("Body"),
    receivedAt: row.receivedAt.toISOString(),
    params: parametersOf(pairs),
    reason: row.refusal === null ? null : refusalSentences[row.refusal],
  };
}
