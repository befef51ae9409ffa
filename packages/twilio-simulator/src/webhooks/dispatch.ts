import type { SimulatorContext } from "../state/context.ts";
import type { SimulatorDelivery } from "../state/types.ts";
import { type DeliveryOrder, deliverWebhook, recordDelivery } from "./deliver.ts";
import type { WebhookRoute } from "./route.ts";

/** Sends a webhook, subject to injected faults. If the delivery fails, sends it to the fallback URL, if any. */
export async function dispatchWebhook(
  ctx: SimulatorContext,
  order: DeliveryOrder,
  route: WebhookRoute,
): Promise<SimulatorDelivery> {
  const { chaos, random } = ctx;
  const hit = (share: number) => share > 0 && random.share() < share;

  if (hit(chaos.lost)) {
    const delivery = recordDelivery(ctx, { ...order, chaos: ["lost"] });
    delivery.state = "lost";
    ctx.feed.publish("delivery", delivery);
    return delivery;
  }
  if (chaos.delay > 0) await ctx.clock.sleep(random.share() * chaos.delay);
  if (order.kind === "incoming" && hit(chaos.reorder)) await ctx.clock.sleep(400 + random.share() * 800);

  const marks = hit(chaos.cut) ? ["cut"] : [];
  const delivery = await deliverWebhook(ctx, { ...order, chaos: marks });
  if (hit(chaos.duplicates)) await deliverWebhook(ctx, { ...order, chaos: ["duplicate"] });

  if (delivery.state !== "failed" || !route.fallback) return delivery;
  const failure: [string, string][] = [
    ["ErrorCode", String(delivery.alert?.code ?? 11200)],
    ["ErrorUrl", order.url],
  ];
  const fallback = {
    ...order,
    kind: "fallback" as const,
    ...route.fallback,
    params: [...order.params, ...failure],
  };
  return deliverWebhook(ctx, fallback);
}

/** Tracks work in progress, so that `settle` can wait for it. */
export function trackDelivery<Result>(ctx: SimulatorContext, work: Promise<Result>): Promise<Result> {
  const { underway } = ctx.outbound;
  const entry: Promise<unknown> = work.finally(() => underway.delete(entry));
  underway.add(entry);
  entry.catch(() => undefined);
  return work;
}
