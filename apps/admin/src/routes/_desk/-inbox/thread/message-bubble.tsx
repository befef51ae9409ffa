import { Button } from "@mantine/core";
import { IconClock } from "@tabler/icons-react";
import { exactTime, timeOfDay } from "../../../../ui/time.tsx";
import { discardMessage, enqueueMessage, type QueuedMessage, retryMessage } from "../composer/send-queue.ts";
import { QueuedFile } from "../files/queued-file.tsx";
import type { ThreadMessage } from "../queries.ts";
import { DeliveryStatusButton } from "./delivery-status-button.tsx";
import { failureLabelOf } from "./failure-labels.ts";
import { FailureNote } from "./failure-note.tsx";
import css from "./message.module.css";
import { MessageContent } from "./message-content.tsx";
import { WhatsAppText } from "./whatsapp-text.tsx";

interface MessageBubbleProps {
  conversationId: string;
  message: ThreadMessage;
  /** The last of its group says when. */
  isLast: boolean;
  /** Why nothing can be sent now. */
  whyNotSend: string | null;
}

const Time = ({ at }: { at: string }) => (
  <time dateTime={at} title={exactTime(at)}>
    {timeOfDay(at)}
  </time>
);

export function MessageBubble({ conversationId, message, isLast, whyNotSend }: MessageBubbleProps) {
  const isOurs = message.direction === "out";
  const failure = failureLabelOf(message);
  return (
    <>
      <div className={css.bubble} data-failed={failure ? true : undefined}>
        <MessageContent conversationId={conversationId} message={message} />
      </div>
      {isLast || failure || isOurs ? (
        <div className={css.meta}>
          {isLast ? <Time at={message.createdAt} /> : null}
          {isOurs ? <DeliveryStatusButton conversationId={conversationId} message={message} /> : null}
        </div>
      ) : null}
      {message.asks ? (
        <div className={css.asks}>
          {message.asks === "stop" ? "Asked not to be written to any more" : "May be written to again"}
        </div>
      ) : null}
      {failure ? (
        <FailureNote
          conversationId={conversationId}
          failure={failure}
          code={message.errorCode}
          whyNotSend={whyNotSend}
          onAgain={() =>
            enqueueMessage(conversationId, [{ body: message.body ?? "", file: message.files[0] }])
          }
        />
      ) : null}
      {message.status === "uncertain" ? (
        <div className={css.doubt}>
          It left for Twilio, and no answer came back. It is being looked up there, and never goes out twice.
        </div>
      ) : null}
    </>
  );
}

export function QueuedMessageBubble({
  conversationId,
  unsent,
}: {
  conversationId: string;
  unsent: QueuedMessage;
}) {
  const { body, file, problem, clientKey, at } = unsent;
  return (
    <>
      <div className={css.bubble} data-unsent data-failed={problem ? true : undefined}>
        {file ? <QueuedFile file={file} /> : null}
        {body ? <WhatsAppText text={body} /> : null}
      </div>
      <div className={css.meta}>
        <Time at={at} />
        <span className={css.tick} role="img" aria-label={problem ? "Not sent" : "Being sent"}>
          <IconClock size={15} stroke={2} aria-hidden />
        </span>
      </div>
      {problem ? (
        <div className={css.failure} role="alert">
          <span>{problem}</span>
          <Button size="compact-xs" variant="default" onClick={() => retryMessage(conversationId)}>
            Try again
          </Button>
          <Button
            size="compact-xs"
            variant="subtle"
            onClick={() => discardMessage(conversationId, clientKey)}
          >
            Discard
          </Button>
        </div>
      ) : null}
    </>
  );
}
