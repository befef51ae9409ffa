import type { SimulatorContext } from "../state/context.ts";
import type { SimulatorDelivery } from "../state/types.ts";

/** A delivery with its parameters as an object. `body` preserves their order and duplicates. */
export type DeliveryView = Omit<SimulatorDelivery, "params"> & {
  params: Record<string, string>;
  body: string;
};

export type DeliveryFilter = {
  accountSid?: string;
  messageSid?: string;
  kind?: SimulatorDelivery["kind"];
  limit?: number;
};

export function showDelivery(delivery: SimulatorDelivery): DeliveryView {
  return {
    ...delivery,
    params: Object.fromEntries(delivery.params),
    body: new URLSearchParams(delivery.params).toString(),
  };
}

/** Newest first. */
export function listDeliveries(ctx: SimulatorContext, filter: DeliveryFilter = {}): DeliveryView[] {
  return ctx.state.deliveries
    .filter((delivery) => !filter.accountSid || delivery.accountSid === filter.accountSid)
    .filter((delivery) => !filter.messageSid || delivery.messageSid === filter.messageSid)
    .filter((delivery) => !filter.kind || delivery.kind === filter.kind)
    .slice(-(filter.limit ?? 200))
    .reverse()
    .map(showDelivery);
}
