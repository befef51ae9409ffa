import { findSender, type SimulatorContext } from "../state/context.ts";
import type { MessageStatus, SimulatorMessage } from "../state/types.ts";
import { dispatchWebhook, trackDelivery } from "../webhooks/dispatch.ts";
import { routeStatus } from "../webhooks/route.ts";
import { buildStatusParams } from "../webhooks/status-params.ts";

type Callback = { run: () => Promise<unknown> };

/** Per message: the queue of callbacks, and the callbacks that a fault holds back until a later one has been sent. */
const lanes = new WeakMap<SimulatorMessage, { tail: Promise<unknown>; held: Callback[] }>();

export const finalStatuses: readonly MessageStatus[] = ["failed", "undelivered", "canceled", "read"];

/**
 * Advances a message and sends the status callback. The callbacks of one message are sent one after another, so their order
 * changes only through the `reorder` fault.
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
