import { findSender, type SimulatorContext } from "../state/context.ts";
import type { MessageStatus, SimulatorMessage } from "../state/types.ts";
import { dispatchWebhook, trackDelivery } from "../webhooks/dispatch.ts";
import { routeStatus } from "../webhooks/route.ts";
import { buildStatusParams } from "../webhooks/status-params.ts";

type Callback = { run: () => Promise<unknown> };

/** Per message: what goes out next and what chaos holds back until it was overtaken. */
const lanes = new WeakMap<SimulatorMessage, { tail: Promise<unknown>; held: Callback[] }>();

export const finalStatuses: readonly MessageStatus[] = ["failed", "undelivered", "canceled", "read"];

/**
 * Moves a message on and calls back. The callbacks of one message leave one after the other, so that their order is
 * theirs alone to lose: by the chaos setting, which lets a later one overtake.
 */
export function sendStatus(
  ctx: SimulatorContext,
  message: SimulatorMessage,
  status: MessageStatus,
  isLast: boolean,
): Promise<unknown> {
  message.status = status;
  message.dateUpdated = ctx.clock.now();
  if (status === "sent") message.dateSent = ctx.clock.now();
  message.history.push({ status, at: ctx.clock.now() });
  ctx.feed.publish("message", message);

  const route = routeStatus(ctx, message);
  const account = ctx.state.accounts.get(message.accountSid);
  const lane = lanes.get(message) ?? { tail: Promise.resolve(), held: [] };
  lanes.set(message, lane);

  const leaving: Callback[] = [];
  if (route && account) {
    const params = buildStatusParams(
      message,
      status,
      message.from ? findSender(account, message.from) : undefined,
    );
    const order = {
      account,
      kind: "status" as const,
      url: route.url,
      method: route.method,
      messageSid: message.sid,
      params,
    };
    leaving.push({ run: () => dispatchWebhook(ctx, order, route) });
  }
  const overtake =
    ctx.chaos.reorder > 0 && !isLast && lane.held.length === 0 && ctx.random.share() < ctx.chaos.reorder;
  if (overtake) {
    lane.held.push(...leaving);
    return lane.tail;
  }
  leaving.push(...lane.held.splice(0));
  for (const callback of leaving) lane.tail = lane.tail.then(callback.run);
  return trackDelivery(ctx, lane.tail);
}
