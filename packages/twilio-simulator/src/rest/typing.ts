import express, { type Router } from "express";
import type { Context } from "../state/context.ts";
import { permit, principalOf } from "./authenticate.ts";
import { invalidParameter } from "./errors.ts";

/** Shows the customer that somebody is writing, as an answer to their message, and that what they wrote was read. */
export function routeTyping(ctx: Context): Router {
  const router = express.Router();
  router.post(["/v2/Indicators/Typing.json", "/v3/Indicators/Typing.json"], (req, res) => {
    permit(req, "/twilio/messaging/messages/create");
    const { messageId, channel } = (req.body ?? {}) as Record<string, string | undefined>;
    if (channel?.toLowerCase() !== "whatsapp") throw invalidParameter("channel must be whatsapp");
    const message = ctx.state.messages.get(messageId ?? "");
    if (!message || message.accountSid !== principalOf(req).account.sid || message.direction !== "inbound")
      throw invalidParameter("Invalid messageId");
    for (const other of ctx.state.messages.values()) {
      if (other.direction !== "inbound" || other.from !== message.from || other.to !== message.to) continue;
      if (other.readAt !== undefined || other.dateCreated > message.dateCreated) continue;
      other.readAt = ctx.clock.now();
      ctx.feed.publish("message", other);
    }
    ctx.feed.publish("typing", { customer: message.from, business: message.to, at: ctx.clock.now() });
    res.json({ success: true });
  });
  return router;
}
