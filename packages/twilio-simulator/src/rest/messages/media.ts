import express, { type Request, type Router } from "express";
import type { SimulatorContext } from "../../state/context.ts";
import type { SimulatorMedia } from "../../state/types.ts";
import { accountOf, requirePermission } from "../authenticate.ts";
import { notFoundError, resourcePathOf, TwilioError, tooManyRequestsError } from "../errors.ts";
import { slicePage, toApi2010List } from "../paging.ts";
import { respond2010, rfc2822 } from "../respond.ts";

const fourHours = 4 * 60 * 60 * 1000;

export function routeMedia(ctx: SimulatorContext): Router {
  const router = express.Router();
  const collection = "/2010-04-01/Accounts/:accountSid/Messages/:messageSid/Media";

  router.get(collection, (req, res) => {
    requirePermission(req, "/twilio/messaging/media/read");
    const { sid } = accountOf(ctx, req);
    const all = [...ctx.state.media.values()].filter(
      (media) => media.accountSid === sid && media.messageSid === req.params.messageSid,
    );
    const page = slicePage(req, all, (media) => media.sid, { size: 50, most: 1000 });
    respond2010(res, "MediaList", toApi2010List(page, "media_list", page.items.map(showMedia)));
  });

  // With .json: the metadata. Without: the file itself.
  router.get(`${collection}/:sid`, (req, res) => {
    requirePermission(req, "/twilio/messaging/media/read");
    const media = findMedia(ctx, req);
    if (res.locals.format === "json") return respond2010(res, "Media", showMedia(media));
    ctx.state.mediaRequests++;
    const fault = ctx.chaos.mediaFault;
    if (fault === "silent") return;
    if (fault === "throttled") throw tooManyRequestsError();
    if (fault === "down") throw new TwilioError(503, 20503, "Service is temporarily unavailable");
    if (fault === "astray") return res.redirect(307, "https://media.invalid/elsewhere");
    const isNotYetThere = media.requestsNotFound > 0 || ctx.clock.now() < media.availableAt;
    if (media.requestsNotFound > 0) media.requestsNotFound--;
    if (fault === "deleted" || isNotYetThere) throw notFoundError(resourcePathOf(req.originalUrl));
    const token = ctx.random.hex();
    ctx.state.mediaLinks.set(token, { mediaSid: media.sid, expires: ctx.clock.now() + fourHours });
    res.redirect(307, `${ctx.url()}/media-cdn/${token}`);
  });

  router.delete(`${collection}/:sid`, (req, res) => {
    requirePermission(req, "/twilio/messaging/media/delete");
    const { sid } = findMedia(ctx, req);
    ctx.state.media.delete(sid);
    ctx.feed.publish("media", { sid });
    res.status(204).end();
  });

  return router;
}

function findMedia(ctx: SimulatorContext, req: Request): SimulatorMedia {
  const media = ctx.state.media.get(String(req.params.sid));
  if (!media || media.accountSid !== accountOf(ctx, req).sid || media.messageSid !== req.params.messageSid)
    throw notFoundError(resourcePathOf(req.originalUrl));
  return media;
}

function showMedia(media: SimulatorMedia): Record<string, unknown> {
  return {
    account_sid: media.accountSid,
    content_type: media.contentType,
    date_created: rfc2822(media.dateCreated),
    date_updated: rfc2822(media.dateCreated),
    parent_sid: media.messageSid,
    sid: media.sid,
    uri: `/2010-04-01/Accounts/${media.accountSid}/Messages/${media.messageSid}/Media/${media.sid}.json`,
  };
}
