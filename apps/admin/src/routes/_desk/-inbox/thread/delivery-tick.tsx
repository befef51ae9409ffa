import {
  IconAlertCircle,
  IconCheck,
  IconChecks,
  IconClock,
  IconHelpCircle,
  type TablerIcon,
} from "@tabler/icons-react";
import css from "./message.module.css";

interface Fate {
  word: string;
  Icon: TablerIcon;
  tone?: "read" | "bad" | "warn";
}

const fates: Record<string, Fate> = {
  queued: { word: "Waiting to be sent", Icon: IconClock },
  accepted: { word: "Waiting to be sent", Icon: IconClock },
  scheduled: { word: "Scheduled", Icon: IconClock },
  sending: { word: "Being sent", Icon: IconClock },
  sent: { word: "Sent", Icon: IconCheck },
  delivered: { word: "Delivered", Icon: IconChecks },
  partially_delivered: { word: "Delivered in part", Icon: IconChecks },
  read: { word: "Read", Icon: IconChecks, tone: "read" },
  undelivered: { word: "Not delivered", Icon: IconAlertCircle, tone: "bad" },
  failed: { word: "Not sent", Icon: IconAlertCircle, tone: "bad" },
  canceled: { word: "Cancelled", Icon: IconAlertCircle, tone: "bad" },
  uncertain: { word: "Not known yet", Icon: IconHelpCircle, tone: "warn" },
};

export const deliveryStatusOf = (status: string): Fate =>
  fates[status] ?? { word: status, Icon: IconHelpCircle };

/** How a message that we sent has fared, as one picture. */
export function DeliveryTick({ status }: { status: string }) {
  const { word, Icon, tone } = deliveryStatusOf(status);
  return (
    <span className={css.tick} data-tone={tone} role="img" aria-label={word} title={word}>
      <Icon size={15} stroke={2} aria-hidden />
    </span>
  );
}
