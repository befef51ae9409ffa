import type { Request, Response } from "express";
import type { SimulatorContext } from "../state/context.ts";
import type { SimulatorDelivery } from "../state/types.ts";
import { showDelivery } from "./show-delivery.ts";

/** Streams every change as server-sent events. */
export function streamEvents(ctx: SimulatorContext, req: Request, res: Response): void {
  res.set({ "Content-Type": "text/event-stream", "Cache-Control": "no-store", Connection: "keep-alive" });
  res.flushHeaders();
  res.write("retry: 1000\n\n");
  const unsubscribe = ctx.feed.subscribe(({ type, data }) => {
    const shown = type === "delivery" ? showDelivery(data as SimulatorDelivery) : data;
    res.write(`event: ${type}\ndata: ${JSON.stringify(shown)}\n\n`);
  });
  req.on("close", unsubscribe);
}
