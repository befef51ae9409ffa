import { setTimeout as sleep } from "node:timers/promises";
import express, { type Request, type Router } from "express";
import { runMessage } from "../../outgoing/run-message.ts";
import { sendStatus } from "../../outgoing/send-status.ts";
import { CREATE_ERROR_ENDINGS } from "../../sentinels.ts";
import type { SimulatorContext } from "../../state/context.ts";
import type { SimulatorAccount, SimulatorMessage } from "../../state/types.ts";
import { accountOf, requirePermission } from "../authenticate.ts";
import { notFoundError, resourcePathOf, TwilioError } from "../errors.ts";
import { slicePage, toApi2010List } from "../paging.ts";
import { respond2010 } from "../respond.ts";
import { type CreateForm, createMessage, pickSender } from "./create-message.ts";
import { listRestMessages } from "./list-messages.ts";
import { showMessage } from "./show-message.ts";

export function routeMessages(ctx: SimulatorContext): Router {
  const router = express.Router();
  const collection = "/2010-04-01/Accounts/:accountSid/Messages";

  router.post(collection, async (req, res) => {
    requirePermission(req, "/twilio/messaging/messages/create");
    const account = accountOf(ctx, req);
    const form = (req.body ?? {}) as CreateForm;
    const endsWith = (code: string) => String(form.To ?? "").endsWith(code);
    if (endsWith(CREATE_ERROR_ENDINGS.hang)) return;
    if (endsWith(CREATE_ERROR_ENDINGS.reset)) return req.socket.resetAndDestroy();
    if (endsWith(CREATE_ERROR_ENDINGS.slow)) await sleep(5000, undefined, { ref: false });

    const message = createMessage(ctx, account, form);
    const body = showMessage(message);
    const called = start(ctx, account, message);
    if (endsWith(CREATE_ERROR_ENDINGS.acceptedThenHang)) return;
    if (endsWith(CREATE_ERROR_ENDINGS.acceptedThenReset)) return req.socket.resetAndDestroy();
    if (ctx.chaos.callbackFirst) await Promise.race([called, sleep(5000, undefined, { ref: false })]);
    respond2010(res, "Message", body, 201);
  });

  router.get(collection, (req, res) => {
    requirePermission(req, "/twilio/messaging/messages/read");
    const page = slicePage(req, listRestMessages(ctx, req, accountOf(ctx, req)), ({ sid }) => sid, {
      size: 50,
      most: 1000,
    });
    respond2010(res, "Messages", toApi2010List(page, "messages", page.items.map(showMessage)));
  });

  router.get(`${collection}/:sid`, (req, res) => {
    requirePermission(req, "/twilio/messaging/messages/read");
    respond2010(res, "Message", showMessage(findMessage(ctx, req)));
  });

  router.post(`${collection}/:sid`, (req, res) => {
    requirePermission(req, "/twilio/messaging/messages/update");
    const message = findMessage(ctx, req);
    const { Body: body, Status: status } = (req.body ?? {}) as Record<string, string | undefined>;
    if (status === "canceled") cancel(ctx, message);
    else if (body === "") redact(ctx, message);
    else throw new TwilioError(400, 20001, "Only an empty Body or the Status canceled can be set");
    respond2010(res, "Message", showMessage(message));
  });

  router.delete(`${collection}/:sid`, (req, res) => {
    requirePermission(req, "/twilio/messaging/messages/delete");
    const message = findMessage(ctx, req);
    // Twilio deletes only messages that are not in progress.
    if (["queued", "accepted", "sending"].includes(message.status))
      throw new TwilioError(409, 20009, "Cannot delete this resource before it is complete");
    ctx.state.messages.delete(message.sid);
    ctx.feed.publish("message.deleted", { sid: message.sid });
    res.status(204).end();
  });

  return router;
}

function start(
  ctx: SimulatorContext,
  account: SimulatorAccount,
  message: SimulatorMessage,
): Promise<unknown> {
  const run = () => {
    const service = account.services.find(({ sid }) => sid === message.serviceSid);
    if (service && !message.from) message.from = pickSender(account, service)?.address ?? null;
    return runMessage(ctx, message);
  };
  if (message.status !== "scheduled") return run();
  ctx.clock.after((message.sendAt ?? 0) - ctx.clock.now(), () => {
    if (message.status === "scheduled") void run();
  });
  return Promise.resolve();
}

function findMessage(ctx: SimulatorContext, req: Request): SimulatorMessage {
  const message = ctx.state.messages.get(String(req.params.sid));
  if (!message || message.accountSid !== accountOf(ctx, req).sid)
    throw notFoundError(resourcePathOf(req.originalUrl));
  return message;
}

function cancel(ctx: SimulatorContext, message: SimulatorMessage): void {
  if (message.status !== "scheduled")
    throw new TwilioError(400, 30409, "Message cannot be canceled in its current status");
  void sendStatus(ctx, message, "canceled", true);
}

function redact(ctx: SimulatorContext, message: SimulatorMessage): void {
  message.body = "";
  if (message.direction === "inbound") message.details = { ...message.details, Body: "" };
  message.dateUpdated = ctx.clock.now();
  ctx.feed.publish("message", message);
}
