import { CREATE_ERROR_ENDINGS, FAILED_RECIPIENT_ENDINGS } from "../sentinels.ts";
import { findSender, type SimulatorContext } from "../state/context.ts";
import type { MessageStatus, SimulatorMessage } from "../state/types.ts";
import { trackDelivery } from "../webhooks/dispatch.ts";
import { fetchMedia } from "./fetch-media.ts";
import { sendStatus } from "./send-status.ts";
import { isSimulatorWindowOpen } from "./window.ts";

type Step = { after: number; status: MessageStatus };
type Course = { steps: Step[]; error: { code: number; message: string } | null };

/** Plans the statuses of a message from its sender, its customer service window and the recipient's number. */
function plan(ctx: SimulatorContext, message: SimulatorMessage): Course {
  const { pace } = ctx;
  const account = ctx.state.accounts.get(message.accountSid);
  const sender = account && message.from ? findSender(account, message.from) : undefined;
  const sent: Step = { after: pace.sent, status: "sent" };
  const delivered: Step = { after: pace.delivered, status: "delivered" };
  const read: Step = { after: pace.read, status: "read" };
  const fail = (code: string, way?: "failed" | "undelivered"): Course => {
    const ending = FAILED_RECIPIENT_ENDINGS[code];
    const status = way ?? ending?.status ?? "undelivered";
    const last: Step = { after: pace.delivered, status };
    return {
      steps: status === "failed" ? [last] : [sent, last],
      error: { code: Number(code), message: ending?.message ?? "Unknown error" },
    };
  };

  if (sender?.status === "OFFLINE") return fail("63001");
  const ending = Object.keys(FAILED_RECIPIENT_ENDINGS).find((code) => message.to.endsWith(code));
  if (ending) return fail(ending);
  const template = account?.contents.find((content) => content.sid === message.contentSid);
  if (template?.approval?.status === "rejected") return fail("63040", "failed");
  if (template?.approval?.status === "paused") return fail("63041", "failed");
  if (template?.approval?.status === "disabled") return fail("63042", "failed");
  // Outside the customer service window, only approved templates may be sent (Twilio docs, WhatsApp: the 24-hour window).
  if (template?.approval?.status !== "approved" && !isSimulatorWindowOpen(ctx, message)) return fail("63016");

  if (message.to.endsWith(CREATE_ERROR_ENDINGS.neverDelivered)) return { steps: [sent], error: null };
  if (message.to.endsWith(CREATE_ERROR_ENDINGS.neverRead)) return { steps: [sent, delivered], error: null };
  if (message.to.endsWith(CREATE_ERROR_ENDINGS.readWithoutDelivered))
    return { steps: [sent, read], error: null };
  return { steps: [sent, delivered, read], error: null };
}

/**
 * Runs a message through to its final status. No callback repeats the status returned by the create call.
 * Resolves once the first callback has received a response.
 */
export async function runMessage(ctx: SimulatorContext, message: SimulatorMessage): Promise<void> {
  const problem = message.numMedia > 0 ? await trackDelivery(ctx, fetchMedia(ctx, message)) : null;
  const { steps, error } = problem
    ? { steps: [{ after: ctx.pace.delivered, status: "failed" as const }], error: problem }
    : plan(ctx, message);
  if (message.status === "accepted" || message.status === "scheduled")
    steps.unshift({ after: ctx.pace.queued, status: "queued" });
  const first = Promise.withResolvers<void>();
  next(0);
  return first.promise;

  function next(index: number) {
    const step = steps[index];
    if (!step) return;
    ctx.clock.after(step.after, () => {
      if (message.status === "canceled") return first.resolve();
      const isLast = index === steps.length - 1;
      if (isLast && error) {
        message.errorCode = error.code;
        message.errorMessage = error.message;
      }
      sendStatus(ctx, message, step.status, isLast).then(() => first.resolve(), first.resolve);
      next(index + 1);
    });
  }
}
