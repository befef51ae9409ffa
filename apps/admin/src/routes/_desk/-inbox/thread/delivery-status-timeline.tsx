import { Popover, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { explainError } from "../../../../components/explain-error.ts";
import { trpc } from "../../../../trpc.ts";
import { CopyableSid } from "../../../../ui/controls/copy.tsx";
import { useOpenAfterMount } from "../../../../ui/controls/use-open-after-mount.ts";
import { TimeOfDay } from "../../../../ui/time.tsx";
import type { ThreadMessage } from "../queries.ts";
import { deliveryStatusOf } from "./delivery-tick.tsx";
import { twilioErrorUrl } from "./failure-labels.ts";
import css from "./message.module.css";

interface FateTimelineProps {
  conversationId: string;
  message: ThreadMessage;
  word: string;
  tone?: string;
  children: ReactNode;
}

/** Everything that is known of one message's way, with times and Twilio's own words. */
export default function DeliveryStatusTimeline({
  conversationId,
  message,
  word,
  tone,
  children,
}: FateTimelineProps) {
  const [opened, setOpened] = useState(true);
  const { data, error } = useQuery({
    ...trpc.messages.timeline.queryOptions({ conversationId, messageId: message.id }),
    enabled: opened,
  });
  return (
    <Popover
      opened={useOpenAfterMount(opened)}
      onChange={setOpened}
      position="top-end"
      width={264}
      trapFocus
      returnFocus
      shadow="md"
    >
      <Popover.Target>
        <button
          type="button"
          className={css.tick}
          data-tone={tone}
          aria-label={word}
          title={word}
          onClick={() => setOpened((open) => !open)}
        >
          {children}
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label="What became of this message" className={css.timeline}>
        <ol>
          <li>
            <span>Written here</span>
            <TimeOfDay at={message.createdAt} />
          </li>
          {data?.map((each) => (
            <li key={`${each.status} ${each.at}`}>
              <span>
                {deliveryStatusOf(each.status).word}
                {each.errorCode ? (
                  <>
                    {" · "}
                    <a href={twilioErrorUrl(each.errorCode)} target="_blank" rel="noreferrer">
                      Error {each.errorCode}
                    </a>
                  </>
                ) : null}
              </span>
              <TimeOfDay at={each.at} />
            </li>
          ))}
        </ol>
        {data === undefined && !error ? <Skeleton height={14} aria-busy="true" /> : null}
        {error ? <p role="alert">{explainError(error)}</p> : null}
        {message.status === "uncertain" ? (
          <p className="dim">
            It left for Twilio, and no answer came back. It is looked up at Twilio, and never sent a second
            time by itself.
          </p>
        ) : null}
        {data?.length === 0 && message.status !== "uncertain" ? (
          <p className="dim">Twilio has said nothing of it yet.</p>
        ) : null}
        {message.twilioSid ? <CopyableSid value={message.twilioSid} label="message SID" /> : null}
      </Popover.Dropdown>
    </Popover>
  );
}
