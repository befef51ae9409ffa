import express, { type Router } from "express";
import type { SimulatorContext } from "../../state/context.ts";
import { principalOf, requirePermission } from "../authenticate.ts";
import { invalidParameterError } from "../errors.ts";

/** Shows the customer a typing indicator, and marks their message as read. */
export function routeTyping(ctx: SimulatorContext): Router {
  const router = express.Router();
  router.post(["/v2/Indicators/Typing.json", "/v3/Indicators/Typing.json"], (req, res) => {
    requirePermission(req, "/twilio/messaging/messages/create");
    const { messageId, channel } = (req.body ?? {}) as Record<string, string | undefined>;
    if (channel?.toLowerCase() !== "whatsapp") throw invalidParameterError("channel must be whatsapp");
    const message = ctx.state.messages.get(messageId ?? "");
    if (!message || message.accountSid !== principalOf(req).account.sid || message.direction !== "inbound")
      throw invalidParameterError("Invalid messageId");
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
