import { type Keyring, unseal } from "@waystation/core/credentials";
import type { connections } from "@waystation/db/schema/schema";
import { isSenderOffline, SANDBOX_NUMBER } from "../choose-sender.ts";
import type { SharedKeyView } from "../shared-keys/list-shared-keys.ts";
import { isMisspeltWebhookUrl, isOurWebhookUrl } from "../webhook-url.ts";
import { type MisdirectedCounts, misdirectedReasons } from "./misdirected-health.ts";
import { awaitsFirstWebhook, sharedKeyReasons, type UnknownSharedKey } from "./shared-key-health.ts";
import { type UnroutedCounts, unroutedReasons } from "./unrouted-health.ts";

type ConnectionVerdict = "working" | "attention" | "broken" | "disconnected";

export interface VerdictReason {
  code: string;
  severity: "attention" | "broken";
  sentence: string;
  action: {
    kind:
      | "recheck"
      | "reconnect"
      | "copy_url"
      | "open_twilio"
      | "send_message"
      | "add_shared_key"
      | "show_unrouted";
    label: string;
    href?: string;
    /** The missing shared key. */
    keyId?: string;
  } | null;
}

interface Facts {
  row: typeof connections.$inferSelect;
  lastValidAt: Date | null;
  /** The time of the last request of any kind, including rejected webhooks. */
  lastAt: Date | null;
  /** Webhooks rejected in the last 24 hours. */
  rejected: number;
  sharedKeys: readonly SharedKeyView[];
  unknownKey: UnknownSharedKey | null;
  /** Signed webhooks of the last 24 hours that matched no connection. */
  unrouted: UnroutedCounts;
  misdirected: MisdirectedCounts | null;
  publicUrl: string;
  simulatorUrl: string | null;
  keyring: Keyring;
}

const QUIET_QUALITY = new Set(["LOW", "YELLOW", "RED", "MEDIUM"]);

/** A connection's verdict, with reasons and the actions to take. The worst reason comes first. */
export function connectionHealth(facts: Facts) {
  const { row } = facts;
  const webhookState = stateOfWebhook(facts);
  if (!row.isActive)
    return {
      verdict: "disconnected" as ConnectionVerdict,
      sentence: "Disconnected. Its history stays readable; connect the same sender again to go on with it.",
      reasons: [] as VerdictReason[],
      webhookState,
    };
  const keyReasons = sharedKeyReasons(facts);
  const reasons = [
    ...credentialReasons(facts),
    ...keyReasons,
    ...misdirectedReasons(facts.misdirected),
    ...senderReasons(facts),
    ...webhookReasons(facts, webhookState, keyReasons),
    ...unroutedReasons(facts.unrouted),
  ].sort((a, b) => Number(b.severity === "broken") - Number(a.severity === "broken"));
  const [worst] = reasons;
  if (!worst)
    return {
      verdict: "working" as ConnectionVerdict,
      sentence: "Working. Messages arrive, and their signatures are valid.",
      reasons,
      webhookState,
    };
  return { verdict: worst.severity as ConnectionVerdict, sentence: worst.sentence, reasons, webhookState };
}

/** A genuine webhook received after the last check proves more than the settings read at that check. */
function provenSince(facts: Facts): boolean {
  const { checkedAt } = facts.row;
  return facts.lastValidAt !== null && checkedAt !== null && facts.lastValidAt >= checkedAt;
}

function stateOfWebhook(facts: Facts): "ours" | "elsewhere" | "unset" | "unknown" {
  const { webhookActual } = facts.row;
  if (webhookActual === null) return "unknown";
  if (webhookActual.callbackUrl === null) return "unset";
  return isOurWebhookUrl(facts.publicUrl, webhookActual.callbackUrl) ? "ours" : "elsewhere";
}

function credentialReasons({ row, keyring, lastValidAt }: Facts): VerdictReason[] {
  const reasons: VerdictReason[] = [];
  if (!opens(row, keyring))
    reasons.push({
      code: "token_unreadable",
      severity: "broken",
      sentence:
        "The stored Auth Token cannot be opened with this server's encryption keys, so no webhook can be proven genuine.",
      action: { kind: "reconnect", label: "Disconnect and connect again" },
    });
  const failure = row.checkFailure;
  if (
    failure &&
    ["auth_failed", "account_suspended", "account_closed", "secondary_token"].includes(failure.reason)
  )
    reasons.push({
      code: failure.reason,
      severity: "broken",
      sentence:
        failure.reason === "auth_failed"
          ? "Twilio no longer accepts the stored Auth Token. Disconnect, then connect again with the current one: the history stays."
          : failure.message,
      action: { kind: "open_twilio", label: "Open Twilio's console", href: "https://console.twilio.com/" },
    });
  // The first genuine webhook proves what could not be checked.
  else if (failure && !(failure.reason === "sender_unchecked" && lastValidAt !== null))
    reasons.push({
      code: failure.reason,
      severity: "attention",
      sentence: failure.message,
      action: { kind: "recheck", label: "Check again" },
    });
  return reasons;
}

function senderReasons({ row }: Facts): VerdictReason[] {
  const reasons: VerdictReason[] = [];
  const twilio = {
    kind: "open_twilio" as const,
    label: "Open senders in Twilio",
    href: "https://console.twilio.com/us1/develop/sms/senders/whatsapp-senders",
  };
  if (row.senderStatus !== null && isSenderOffline(row.senderStatus))
    reasons.push({
      code: "sender_offline",
      severity: "broken",
      sentence: `The sender is ${row.senderStatus.toLowerCase().replaceAll("_", " ")} at Twilio: ${row.offlineReasons[0]?.message || "Twilio gives no reason"}.`,
      action: twilio,
    });
  if (row.qualityRating && QUIET_QUALITY.has(row.qualityRating.toUpperCase()))
    reasons.push({
      code: "quality",
      severity: "attention",
      sentence: `WhatsApp rates this sender's quality as ${row.qualityRating.toLowerCase()}: people block or report it. Send less, and only what is wanted.`,
      action: twilio,
    });
  return reasons;
}

function webhookReasons(
  facts: Facts,
  state: ReturnType<typeof stateOfWebhook>,
  keyReasons: VerdictReason[],
): VerdictReason[] {
  const reasons: VerdictReason[] = [];
  const { row } = facts;
  const proven = provenSince(facts);
  const paste = { kind: "copy_url" as const, label: "Copy the webhook URL" };
  if (!proven && state === "elsewhere")
    reasons.push({
      code: "webhook_elsewhere",
      severity: "attention",
      sentence:
        "Twilio sends this sender's messages to another address. Paste our webhook URL in Twilio's console.",
      action: paste,
    });
  if (!proven && state === "unset")
    reasons.push({
      code: "webhook_unset",
      severity: "attention",
      sentence:
        "Twilio has no webhook URL for this sender, so nothing can arrive. Paste ours in Twilio's console.",
      action: paste,
    });
  if (
    !proven &&
    row.webhookActual?.callbackMethod &&
    row.webhookActual.callbackMethod !== "POST" &&
    state === "ours"
  )
    reasons.push({
      code: "webhook_method",
      severity: "attention",
      sentence: `Twilio calls the webhook with ${row.webhookActual.callbackMethod}. Change the method to POST in Twilio's console.`,
      action: paste,
    });
  if (isMisspeltWebhookUrl(facts.publicUrl, row.webhookActual?.callbackUrl ?? null))
    reasons.push({
      code: "webhook_spelling",
      severity: "attention",
      sentence:
        "The webhook URL at Twilio differs from ours by a slash or a capital letter. Messages arrive; paste our URL in Twilio's console, because a proxy may not be as tolerant.",
      action: paste,
    });
  // Anyone can send unsigned requests. Rejections count only until a genuine webhook arrives after them.
  if (
    facts.rejected > 0 &&
    facts.misdirected === null &&
    !keyReasons.some(({ code }) => code === "signature_key_unknown") &&
    (facts.lastValidAt === null || (facts.lastAt !== null && facts.lastAt > facts.lastValidAt))
  )
    reasons.push({
      code: "rejected",
      severity: "attention",
      sentence:
        `${facts.rejected} webhook${facts.rejected === 1 ? " was" : "s were"} rejected in the last 24 hours` +
        (awaitsFirstWebhook(facts)
          ? ". The shared key that they name is stored now: the next message shows whether it fits."
          : " because the signature was missing or wrong."),
      action: { kind: "recheck", label: "Check the token" },
    });
  if (facts.lastValidAt === null && (state === "ours" || state === "unknown"))
    reasons.push({
      code: "not_proven",
      severity: "attention",
      sentence:
        row.sender === SANDBOX_NUMBER
          ? "Not proven yet: no message has arrived. Paste the webhook URL in Twilio's sandbox settings, then write to the sandbox from a phone that has joined it."
          : "Not proven yet: no message has arrived. Send one from a phone to this sender to see it work.",
      action: writeToSender(facts),
    });
  return reasons;
}

function writeToSender({ row, simulatorUrl }: Facts): VerdictReason["action"] {
  if (row.mode === "test")
    return simulatorUrl
      ? { kind: "send_message", label: "Open the simulator's phone", href: simulatorUrl }
      : null;
  if (!row.sender.startsWith("whatsapp:+")) return null;
  return {
    kind: "send_message",
    label: "Open WhatsApp",
    href: `https://wa.me/${row.sender.slice("whatsapp:+".length)}`,
  };
}

function opens(row: Facts["row"], keyring: Keyring): boolean {
  if (row.authTokenSealed === null) return false;
  try {
    unseal(
      keyring,
      { organizationId: row.organizationId, connectionId: row.id, field: "auth_token" },
      row.authTokenSealed,
    );
    return true;
  } catch {
    return false;
  }
}
