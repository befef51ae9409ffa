import { Button } from "@mantine/core";
import { IconClock } from "@tabler/icons-react";
import { exactTime, timeOfDay } from "../../../ui/time.tsx";
import { FateButton } from "./delivery-status-button.tsx";
import { failureOf } from "./failure-labels.ts";
import { FailureNote } from "./failure-note.tsx";
import { UnsentFile } from "./files/unsent-file.tsx";
import { FormattedText } from "./formatted-text.tsx";
import css from "./message.module.css";
import { MessageContent } from "./message-content.tsx";
import type { Message } from "./queries.ts";
import { discard, send, tryAgain, type Unsent } from "./send-queue.ts";

interface MessageBubbleProps {
  conversationId: string;
  message: Message;
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
  const failure = failureOf(message);
  return (
    <>
      <div className={css.bubble} data-failed={failure ? true : undefined}>
        <MessageContent conversationId={conversationId} message={message} />
      </div>
      {isLast || failure || isOurs ? (
        <div className={css.meta}>
          {isLast ? <Time at={message.createdAt} /> : null}
          {isOurs ? <FateButton conversationId={conversationId} message={message} /> : null}
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
          onAgain={() => send(conversationId, [{ body: message.body ?? "", file: message.files[0] }])}
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

export function UnsentBubble({ conversationId, unsent }: { conversationId: string; unsent: Unsent }) {
  const { body, file, problem, clientKey, at } = unsent;
  return (
    <>
      <div className={css.bubble} data-unsent data-failed={problem ? true : undefined}>
        {file ? <UnsentFile file={file} /> : null}
        {body ? <FormattedText text={body} /> : null}
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
          <Button size="compact-xs" variant="default" onClick={() => tryAgain(conversationId)}>
            Try again
          </Button>
          <Button size="compact-xs" variant="subtle" onClick={() => discard(conversationId, clientKey)}>
            Discard
          </Button>
        </div>
      ) : null}
    </>
  );
}
