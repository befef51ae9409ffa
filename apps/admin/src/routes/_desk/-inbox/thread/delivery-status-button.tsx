import { lazy, Suspense, useState } from "react";
import type { ThreadMessage } from "../queries.ts";
import { deliveryStatusOf } from "./delivery-tick.tsx";
import css from "./message.module.css";

const FateTimeline = lazy(() => import("./delivery-status-timeline.tsx"));

/** How a message fared, as a tick in a thread: it opens everything that is known of it. */
export function DeliveryStatusButton({
  conversationId,
  message,
}: {
  conversationId: string;
  message: ThreadMessage;
}) {
  const [used, setUsed] = useState(false);
  const { word, Icon, tone } = deliveryStatusOf(message.status);
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
