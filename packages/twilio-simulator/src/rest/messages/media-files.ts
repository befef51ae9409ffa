import express, { type Response, type Router } from "express";
import type { SimulatorContext } from "../../state/context.ts";

/**
 * Stands for the other host that Twilio redirects media to: the link alone opens the file, for four hours. As at a
 * signed CDN link, credentials are refused there: a client that forwards them finds out here.
 */
export function routeMediaFiles(ctx: SimulatorContext): Router {
  const router = express.Router();
  router.get("/media-cdn/:token", (req, res) => {
    if (req.get("authorization")) {
      res
        .status(400)
        .type("text/plain")
        .send("Only one auth mechanism allowed: do not forward Authorization to this host");
      return;
    }
    const link = ctx.state.mediaLinks.get(req.params.token);
    const media = link && ctx.state.media.get(link.mediaSid);
    if (!media || link.expires <= ctx.clock.now()) {
      res.status(403).type("text/plain").send("Link expired");
      return;
    }
    res.set("Content-Type", media.contentType).set("X-Content-Type-Options", "nosniff");
    if (media.name)
      res.set("Content-Disposition", `inline; filename*=UTF-8''${encodeURIComponent(media.name)}`);
    if (ctx.chaos.mediaFault === "endless") pour(res);
    else res.send(media.bytes);
  });
  return router;
}

/** As fast as it is taken, for as long as somebody takes it. */
function pour(res: Response): void {
  const piece = Buffer.alloc(64 * 1024);
  while (!res.destroyed && res.write(piece));
  if (!res.destroyed) res.once("drain", () => pour(res));
}
