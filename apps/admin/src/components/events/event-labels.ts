import type { WebhookEvent } from "../../trpc.ts";
import type { StatusColor } from "../../ui/feedback/notice-and-tag.tsx";
import { capitalize, formatAddress, truncateText } from "../../ui/format.ts";
import { isInvisible, visibleText } from "../../ui/visible-text.ts";

const one = (event: WebhookEvent, name: string): string | undefined => {
  const value = event.params[name];
  return Array.isArray(value) ? value[0] : value;
};

export const eventKindLabel = { message: "in", status: "status", unknown: "other" } as const;

export const outcomeColor: Record<WebhookEvent["outcome"], StatusColor> = {
  stored: "muted",
  unrouted: "warn",
  unprojected: "warn",
  rejected: "bad",
};
export const outcomeLabel: Record<WebhookEvent["outcome"], string> = {
  stored: "stored",
  unrouted: "no connection",
  unprojected: "kept for later",
  rejected: "refused",
};

const failures = new Set(["failed", "undelivered", "canceled"]);
export const isFailedEvent = (event: WebhookEvent) => event.status !== null && failures.has(event.status);

const mediaWords: [RegExp, string][] = [
  [/^image\//, "an image"],
  [/^video\//, "a video"],
  [/^audio\//, "an audio message"],
  [/vcard/, "a contact card"],
];

function attachment(event: WebhookEvent): string | null {
  const count = Number(one(event, "NumMedia") ?? "0");
  if (count > 1) return `${count} attachments`;
  const type = one(event, "MediaContentType0") ?? "";
  if (count === 1) return mediaWords.find(([kind]) => kind.test(type))?.[1] ?? "a file";
  const label = one(event, "Label");
  if (one(event, "Latitude")) return label ? `a location, ${label}` : "a location";
  return null;
}

/** What a row says happened, in a few words. */
export function eventSummary(event: WebhookEvent): string {
  if (event.outcome === "rejected") return event.reason ?? "Refused.";
  if (event.kind === "status") {
    const code = event.errorCode;
    const sid = event.messageSid ? ` · ${truncateText(event.messageSid)}` : "";
    return `${event.status ?? "unknown status"}${code ? ` · error ${code}` : ""}${sid}`;
  }
  const button = one(event, "ButtonText");
  if (button && one(event, "ButtonPayload") !== undefined && event.summary && event.summary !== event.body)
    return visibleText(event.summary);
  if (button) return `Pressed “${visibleText(button)}”`;
  const body = isInvisible(event.body) ? null : visibleText(event.body ?? "");
  const extra = attachment(event);
  if (extra && body) return `${capitalize(extra)}: “${body}”`;
  if (extra) return `Sent ${extra}`;
  if (body) return `“${body}”`;
  return event.summary ?? "A message without text";
}

const isWhatsApp = ({ from, to }: WebhookEvent) =>
  [from, to].some((address) => address?.startsWith("whatsapp:"));

/** The verdict on top of the drawer. */
export function eventVerdict(event: WebhookEvent): string {
  if (event.outcome === "rejected")
    return event.reason ?? "Rejected: its signature was missing or wrong. Nothing was stored but this note.";
  if (event.outcome === "unrouted")
    return isWhatsApp(event)
      ? "The signature is valid and it was stored, but no connection of yours has this sender. Connect the sender to see its messages."
      : "The signature is valid and it was stored, but it is no WhatsApp message, so the inbox does not show it. In Twilio, point this number's messaging webhook at the system that answers it.";
  if (event.outcome === "unprojected")
    return "The signature is valid and it was stored. What the desk takes from it could not be stored yet; that is tried again by itself.";
  if (event.kind === "unknown")
    return "The signature is valid and it was stored as it came. Its kind is not known here yet.";
  if (isFailedEvent(event)) {
    const code = event.errorCode;
    return `Twilio reports that this message was not delivered${code ? ` (error ${code})` : ""}. The report itself is stored.`;
  }
  return "The signature is valid, and it was stored before Twilio got its answer.";
}

export function eventTitle(event: WebhookEvent): string {
  if (event.outcome === "rejected") return "Refused webhook";
  if (event.kind === "message") return `Message from ${formatAddress(event.from)}`;
  if (event.kind === "status") return `Status: ${event.status ?? "unknown"}`;
  return "Webhook of another kind";
}
