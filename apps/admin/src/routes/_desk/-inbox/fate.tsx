import {
  IconAlertCircle,
  IconCheck,
  IconChecks,
  IconClock,
  IconHelpCircle,
  type TablerIcon,
} from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import css from "./message.module.css";
import type { Message } from "./queries.ts";

const FateTimeline = lazy(() => import("./fate-timeline.tsx"));

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

export const fateOf = (status: string): Fate => fates[status] ?? { word: status, Icon: IconHelpCircle };

/** How a message that we sent has fared, as one picture. */
export function Tick({ status }: { status: string }) {
  const { word, Icon, tone } = fateOf(status);
  return (
    <span className={css.tick} data-tone={tone} role="img" aria-label={word} title={word}>
      <Icon size={15} stroke={2} aria-hidden />
    </span>
  );
}

/** The same in a thread, where it opens everything that is known of it. */
export function FateButton({ conversationId, message }: { conversationId: string; message: Message }) {
  const [used, setUsed] = useState(false);
  const { word, Icon, tone } = fateOf(message.status);
  const face = <Icon size={15} stroke={2} aria-hidden />;
  const closed = (
    <button
      type="button"
      className={css.tick}
      data-tone={tone}
      aria-label={word}
      title={word}
      aria-haspopup="dialog"
      aria-expanded="false"
      onClick={() => setUsed(true)}
    >
      {face}
    </button>
  );
  if (!used) return closed;
  return (
    <Suspense fallback={closed}>
      <FateTimeline conversationId={conversationId} message={message} word={word} tone={tone}>
        {face}
      </FateTimeline>
    </Suspense>
  );
}
