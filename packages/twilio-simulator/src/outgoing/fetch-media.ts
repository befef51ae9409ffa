import type { SimulatorContext } from "../state/context.ts";
import type { SimulatorMessage } from "../state/types.ts";

const MB = 1024 * 1024;
const PATIENCE_MS = 10_000;
const taken =
  /^(image\/(jpeg|png)|audio\/(ogg|amr|3gpp|aac|mpeg|mp4)|video\/(mp4|3gpp)|application\/(pdf|msword|vnd\.openxmlformats-.*)|text\/(x-)?vcard)$/;

type Problem = { code: number; message: string };

const notDownloaded: Problem = { code: 63019, message: "Media failed to download" };
const tooLarge: Problem = { code: 63034, message: "Media exceeds messaging channel limit" };
const notTaken: Problem = { code: 63005, message: "Channel did not accept given content" };

/** Downloads the media URLs of an outgoing message, as Twilio does. Returns the first problem, or null if all can be sent. */
export async function fetchMedia(ctx: SimulatorContext, message: SimulatorMessage): Promise<Problem | null> {
  for (let no = 0; no < message.numMedia; no++) {
    const problem = await fetchOne(ctx, message, no);
    if (problem) return problem;
  }
  ctx.feed.publish("message", message);
  return null;
}

async function fetchOne(
  ctx: SimulatorContext,
  message: SimulatorMessage,
  no: number,
): Promise<Problem | null> {
  const url = message.details[`MediaUrl${no}`] ?? "";
  const signal = AbortSignal.any([AbortSignal.timeout(PATIENCE_MS), ctx.outbound.stop.signal]);
  try {
    const answer = await fetch(url, { headers: { "user-agent": "TwilioProxy/1.1" }, signal });
    if (!answer.ok) return notDownloaded;
    const contentType = (answer.headers.get("content-type") ?? "").split(";")[0]?.trim() ?? "";
    if (!taken.test(contentType)) return notTaken;
    const bytes = Buffer.from(await answer.arrayBuffer());
    if (bytes.length > (contentType.startsWith("image/") ? 5 : 16) * MB) return tooLarge;
    const sid = ctx.random.sid("ME");
    ctx.state.media.set(sid, {
      sid,
      accountSid: message.accountSid,
      messageSid: message.sid,
      contentType,
      name: null,
      bytes,
      dateCreated: ctx.clock.now(),
      availableAt: ctx.clock.now(),
      requestsNotFound: 0,
    });
    ctx.feed.publish("media", { sid });
    const path = `/2010-04-01/Accounts/${message.accountSid}/Messages/${message.sid}/Media/${sid}`;
    message.details = {
      ...message.details,
      [`MediaUrl${no}`]: ctx.url() + path,
      [`MediaContentType${no}`]: contentType,
    };
    if (message.kind === "media") message.kind = kindOf(contentType);
    return null;
  } catch {
    return notDownloaded;
  }
}

function kindOf(contentType: string): string {
  const [group = ""] = contentType.split("/");
  if (group === "text") return "contacts";
  return ["image", "audio", "video"].includes(group) ? group : "document";
}
