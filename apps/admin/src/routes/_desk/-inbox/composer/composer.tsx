import { Button } from "@mantine/core";
import { IconLock, IconPlugConnectedX, IconSend2 } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { MAX_MESSAGE_LENGTH } from "@waystation/whatsapp/inbox/inputs";
import { type KeyboardEvent, type ReactNode, type Ref, useId } from "react";
import { useSession } from "../../../../components/account/session.ts";
import { contactDisplayName } from "../../../../components/contact-name.ts";
import { formatAddress, formatCount } from "../../../../ui/format.ts";
import { DateAndTime } from "../../../../ui/time.tsx";
import { arrangeBubbleParts } from "../files/bubble-parts.ts";
import { useFileAttaching } from "../files/use-file-attaching.tsx";
import type { ConversationDetail } from "../queries.ts";
import { TWILIO_TEMPLATES_URL } from "../thread/failure-labels.ts";
import css from "./composer.module.css";
import { OptedOutNotice, OptOutBanner, useOptOut } from "./opt-out.tsx";
import { enqueueMessage } from "./send-queue.ts";
import { sendTyping } from "./send-typing.ts";
import { ServiceWindowBanner, useServiceWindow } from "./service-window-banner.tsx";
import { splitTextIntoMessages } from "./split-text.ts";
import { useCannedReplies } from "./use-canned-replies.tsx";
import { useDraft } from "./use-draft.ts";

interface ComposerProps {
  conversation: ConversationDetail;
  fieldRef: Ref<HTMLTextAreaElement>;
  onSent: () => void;
}

export function Composer({ conversation, fieldRef, onSent }: ComposerProps) {
  const { id, windowClosesAt, isConnected } = conversation;
  const [text, setText] = useDraft(id);
  const { left, isOpen } = useServiceWindow(windowClosesAt);
  const { optOut, isHeldBack } = useOptOut(conversation);
  const canned = useCannedReplies(conversation.contact, text, setText);
  const attaching = useFileAttaching(conversation);
  const hint = useId();
  const kept = text.trim() === "" ? null : <p className="dim">Your draft is kept.</p>;
  if (!isConnected) return <Disconnected conversation={conversation}>{kept}</Disconnected>;
  if (!isOpen || windowClosesAt === null) return <Closed conversation={conversation}>{kept}</Closed>;
  if (isHeldBack) return <OptedOutNotice conversation={conversation}>{kept}</OptedOutNotice>;
  const parts = splitTextIntoMessages(text);
  const submit = () => {
    if (attaching.whyNot || (parts.length === 0 && attaching.attached.length === 0)) return;
    const files = attaching.take().map(({ id: fileId, type, name }) => ({ id: fileId ?? "", type, name }));
    enqueueMessage(id, arrangeBubbleParts(files, parts));
    setText("");
    onSent();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (canned.onKeyDown(event)) return;
    if (event.key === "Escape") event.currentTarget.blur();
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    // On a phone's keyboard Enter is the only way to a new line; there one sends by the button.
    if (matchMedia("(pointer: coarse)").matches) return;
    event.preventDefault();
    submit();
  };
  return (
    <form
      className={css.composer}
      ref={attaching.dropRef}
      aria-label="Answer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {optOut ? <OptOutBanner /> : <ServiceWindowBanner closesAt={windowClosesAt} left={left} />}
      {canned.list}
      <textarea
        ref={fieldRef}
        className={css.field}
        rows={2}
        value={text}
        dir="auto"
        aria-label={`Message to ${contactDisplayName(conversation.contact)}`}
        aria-describedby={hint}
        placeholder="Write an answer; / offers canned replies"
        {...canned.fieldProps}
        onChange={(event) => {
          setText(event.currentTarget.value);
          sendTyping(conversation, event.currentTarget.value);
        }}
        onKeyDown={onKeyDown}
        onPaste={attaching.onPaste}
      />
      {attaching.chips}
      <div className={css.foot}>
        {attaching.button}
        <div id={hint} className={css.hint}>
          {attaching.whyNot ? (
            <span role="status">{attaching.whyNot}</span>
          ) : parts.length > 1 ? (
            <span className={css.long} role="status">
              {formatCount(text.length)} characters: WhatsApp takes {formatCount(MAX_MESSAGE_LENGTH)} at once.
              It goes out as {parts.length} messages, in order.
            </span>
          ) : (
            <span className={css.keys}>Enter sends, Shift+Enter starts a new line</span>
          )}
        </div>
        <Button type="submit" size="xs" flex="none" leftSection={<IconSend2 size={15} aria-hidden />}>
          Send
        </Button>
      </div>
    </form>
  );
}

function Locked({ icon, title, children }: { icon: ReactNode; title: ReactNode; children: ReactNode }) {
  return (
    <section className={css.locked} aria-label="Why you cannot answer now">
      {icon}
      <div>
        <h3>{title}</h3>
        {children}
      </div>
    </section>
  );
}

function Closed({ conversation, children }: { conversation: ConversationDetail; children: ReactNode }) {
  const { instance } = useSession();
  const { windowClosesAt } = conversation;
  return (
    <Locked
      icon={<IconLock size={18} stroke={1.8} aria-hidden />}
      title={
        windowClosesAt ? (
          <>
            Free replies ended <DateAndTime at={windowClosesAt} />
          </>
        ) : (
          "This customer has not written yet"
        )
      }
    >
      <p>
        WhatsApp lets you answer freely for 24 hours after the customer's last message. Until they write
        again, only an approved template reaches them. This box opens by itself when they do.
      </p>
      {children}
      <p className={css.ways}>
        <a href={TWILIO_TEMPLATES_URL} target="_blank" rel="noreferrer">
          Open templates at Twilio
        </a>
        {instance.testMode ? (
          <a href={instance.testMode.simulatorUrl} target="_blank" rel="noreferrer">
            Open the simulator
          </a>
        ) : null}
      </p>
    </Locked>
  );
}

function Disconnected({ conversation, children }: { conversation: ConversationDetail; children: ReactNode }) {
  return (
    <Locked
      icon={<IconPlugConnectedX size={18} stroke={1.8} aria-hidden />}
      title={`${formatAddress(conversation.ours)} is disconnected`}
    >
      <p>Its history is kept. Connect the sender again to answer from it.</p>
      {children}
      <p className={css.ways}>
        <Link to="/connections/$connectionId" params={{ connectionId: conversation.connectionId }}>
          Go to the connection
        </Link>
      </p>
    </Locked>
  );
}
