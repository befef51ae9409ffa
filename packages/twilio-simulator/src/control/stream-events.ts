import type { Request, Response } from "express";
import type { Context } from "../state/context.ts";
import type { Delivery } from "../state/types.ts";
import { showDelivery } from "./show-delivery.ts";

/** Everything that changes, as server-sent events. */
export function streamEvents(ctx: Context, req: Request, res: Response): void {
  res.set({ "Content-Type": "text/event-stream", "Cache-Control": "no-store", Connection: "keep-alive" });
  res.flushHeaders();
  res.write("retry: 1000\n\n");
  const unsubscribe = ctx.feed.subscribe(({ type, data }) => {
    const shown = type === "delivery" ? showDelivery(data as Delivery) : data;
    res.write(`event: ${type}\ndata: ${JSON.stringify(shown)}\n\n`);
  });
  req.on("close", unsubscribe);
}
