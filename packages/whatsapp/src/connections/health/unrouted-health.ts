import type { MessagingChannel } from "../../webhooks/content/channel.ts";
import type { VerdictReason } from "./connection-health.ts";

export interface UnroutedCounts {
  count: number;
  lastAt: Date | null;
  channels: readonly MessagingChannel[];
}

const NAMES: Record<MessagingChannel, string> = {
  sms: "SMS",
  messenger: "Messenger",
  rcs: "RCS",
  whatsapp: "WhatsApp",
  other: "another channel",
};

/** Unrouted webhooks are kept in the event log but not shown in the inbox, so the connection's health reports them. */
export function unroutedReasons({ count, channels }: UnroutedCounts): VerdictReason[] {
  if (count === 0) return [];
  const others = channels.filter((channel) => channel !== "whatsapp");
  const howMany = count === 1 ? "1 webhook" : `${count} webhooks`;
  const isOnlyWhatsApp = others.length === 0 && channels.length > 0;
  const sentence = isOnlyWhatsApp
    ? `In the last 24 hours ${howMany} came for WhatsApp senders of this account that are not connected here, so nobody saw them in the inbox. Connect those senders, or point their webhooks at the system that answers them.`
    : `In the last 24 hours ${howMany} came by ${listOf(others)}, which the inbox does not show, so nobody has answered. In Twilio, point the messaging webhook of that number or Messaging Service at the system that answers them.`;
  return [
    {
      code: "unrouted",
      severity: "attention",
      sentence,
      action: { kind: "show_unrouted", label: "Show them" },
    },
  ];
}

function listOf(channels: readonly MessagingChannel[]): string {
  const names = channels.map((channel) => NAMES[channel]);
  if (names.length === 0) return NAMES.other;
  return names.length === 1 ? (names[0] ?? "") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
