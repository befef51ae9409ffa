import express, { type Response, type Router } from "express";
import type { SimulatorContext } from "../../state/context.ts";

/**
 * Stands in for the host that Twilio redirects media requests to. The link alone grants access, for four hours. Like a signed
 * CDN URL, it rejects credentials, which exposes clients that forward them.
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

/** Writes without end, at the reader's pace, until the connection closes. */
function pour(res: Response): void {
  const piece = Buffer.alloc(64 * 1024);
  while (!res.destroyed && res.write(piece));
  if (!res.destroyed) res.once("drain", () => pour(res));
}
