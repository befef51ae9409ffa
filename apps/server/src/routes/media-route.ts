import { httpStatusOf, trpcCodeOf } from "@waystation/api/error-codes";
import type { AuthenticatedViewer } from "@waystation/api/trpc";
import type { Context, Installation } from "@waystation/core/context";
import { createContext } from "@waystation/core/create-context";
import { DomainError } from "@waystation/core/errors";
import { MAX_FILE_BYTES, tooLargeMessage } from "@waystation/whatsapp/media/inputs";
import { openMediaFile } from "@waystation/whatsapp/media/open-file";
import { openSignedFile } from "@waystation/whatsapp/media/open-signed-file";
import { readMediaFile } from "@waystation/whatsapp/media/read-file";
import { fileNotFound, type MediaFile } from "@waystation/whatsapp/media/require-file";
import { contentDispositionOf, generatedFileName } from "@waystation/whatsapp/media/types/file-name";
import { isSafeInline } from "@waystation/whatsapp/media/types/sniff";
import { discardUpload } from "@waystation/whatsapp/media/uploads/discard-upload";
import { limitUploads, storeUpload } from "@waystation/whatsapp/media/uploads/store-upload";
import { type ErrorRequestHandler, type Request, type Response, Router } from "express";
import { allowMethods } from "../http/allow-methods.ts";
import { awaitDrain } from "../http/await-drain.ts";
import { isSameOrigin } from "../http/csrf-guard.ts";

interface MediaRouteDependencies {
  platform: Installation;
  viewerOf: (req: Request) => Promise<AuthenticatedViewer | null>;
}

/** Files of messages, for signed-in members of their organisation; to everybody else there are none. */
export function mediaRoute(deps: MediaRouteDependencies): Router {
  const router = Router({ caseSensitive: true });
  const isFromUs = isSameOrigin(new URL(deps.platform.publicUrl).origin);
  router.delete("/:id", isFromUs, async (req, res) => {
    await discardUpload(contextOf(deps.platform, await deps.viewerOf(req), req), String(req.params.id));
    res.status(204).end();
  });
  router.post("/", isFromUs, async (req, res) => {
    const viewer = await deps.viewerOf(req);
    if (!viewer) throw new DomainError("not_signed_in", "Sign in first.");
    // A form of another page cannot send this type without asking first.
    if (!req.is("application/octet-stream"))
      throw new DomainError("media_type", "Send the file as application/octet-stream.");
    const ctx = contextOf(deps.platform, viewer, req);
    await limitUploads(ctx);
    const { name } = req.query;
    const file = await storeUpload(ctx, typeof name === "string" ? name : "", await readBody(req, res));
    res.status(201).json(file);
  });
  router.get("/:id", async (req, res) => {
    const { expires, signature } = req.query;
    if (signature !== undefined) {
      const file = await openSignedFile(deps.platform, req.params.id, String(expires), String(signature));
      return sendFile(deps.platform, file, req, res);
    }
    const ctx = contextOf(deps.platform, await deps.viewerOf(req), req);
    await sendFile(ctx, await openMediaFile(ctx, req.params.id), req, res);
  });
  router.all("/", allowMethods(["POST"]));
  router.all("/:id", allowMethods(["GET", "DELETE"]));
  router.use(answerRefusals);
  return router;
}

/** The whole body, as long as it can be sent at all; the rest of a longer one is not waited for. */
async function readBody(req: Request, res: Response): Promise<Buffer> {
  const refuse = () => {
    res.set("Connection", "close");
    return new DomainError("media_too_large", tooLargeMessage(MAX_FILE_BYTES));
  };
  if (Number(req.get("content-length") ?? 0) > MAX_FILE_BYTES) throw refuse();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_FILE_BYTES) throw refuse();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function contextOf(platform: Installation, viewer: AuthenticatedViewer | null, req: Request): Context {
  if (!viewer?.organizationId || !viewer.role) throw fileNotFound();
  const { userId, name, email, role, organizationId } = viewer;
  const by = "keyId" in viewer ? { keyId: viewer.keyId } : {};
  return createContext(platform, organizationId, { userId, name, email, role, ...by }, req.ip ?? null);
}

/**
 * Never kept by a browser or a proxy: a machine that is shared, or whose person was removed, keeps nothing. What a file is
 * was decided by its bytes; only what cannot carry a script is shown in place, and not even that may run one.
 */
async function sendFile(platform: Installation, file: MediaFile, req: Request, res: Response): Promise<void> {
  const kind = isSafeInline(file.type) ? "inline" : "attachment";
  res.set({
    "Content-Type": file.type === "text/vcard" ? "text/vcard; charset=utf-8" : file.type,
    "Content-Disposition": contentDispositionOf(kind, file.name ?? generatedFileName(file)),
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
    "Accept-Ranges": "bytes",
  });
  const ranges = req.range(file.size);
  if (ranges === -1) {
    res.set("Content-Range", `bytes */${file.size}`).status(416).end();
    return;
  }
  // Several ranges at once may be answered with all of it.
  const [range] = Array.isArray(ranges) && ranges.type === "bytes" && ranges.length === 1 ? ranges : [];
  const { start, end } = range ?? { start: 0, end: file.size - 1 };
  if (range) res.status(206).set("Content-Range", `bytes ${start}-${end}/${file.size}`);
  res.set("Content-Length", String(end - start + 1));
  if (req.method === "HEAD") {
    res.end();
    return;
  }
  for await (const slice of readMediaFile(platform.db, file.id, start, end)) {
    if (res.destroyed) return;
    if (!res.write(slice)) await awaitDrain(res);
  }
  res.end();
}

const answerRefusals: ErrorRequestHandler = (error, _req, res, next) => {
  if (!(error instanceof DomainError) || res.headersSent) return next(error);
  const { reason, message, field, detail } = error;
  const { requestId = "" } = res.locals as { requestId?: string };
  const { retryAfter } = detail as { retryAfter?: unknown };
  const status = httpStatusOf(reason);
  if (status === 429) res.set("Retry-After", String(typeof retryAfter === "number" ? retryAfter : 60));
  res.status(status).json({ code: trpcCodeOf(reason), message, reason, field, detail, requestId });
};
