import { VisuallyHidden } from "@mantine/core";
import { IconAt } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { nameOfContact } from "../../../components/contact-name.ts";
import { Highlight } from "../../../ui/highlight.tsx";
import { ShortTime } from "../../../ui/time.tsx";
import { visibleName } from "../../../ui/visible-text.ts";
import css from "./inbox.module.css";
import { lastLine } from "./kind-labels.ts";
import type { Conversation } from "./queries.ts";
import { Tick } from "./tick.tsx";

/** So many letters before what was found are seen in a row, with what was found. */
const ROOM = 16;

export function ConversationRow({
  conversation,
  isOpened,
}: {
  conversation: Conversation;
  isOpened: boolean;
}) {
  const { contact, lastMessage, unread, isMentioned, id, matchedText, matchedRanges, nameRanges } =
    conversation;
  return (
    <li>
      <Link
        to="/inbox/$conversationId"
        params={{ conversationId: id }}
        search={(before) => ({ ...before, message: conversation.matchedMessageId ?? undefined })}
        className={css.row}
        aria-current={isOpened ? "page" : undefined}
        data-unread={unread > 0 || undefined}
      >
        <span className={css.name} dir="auto">
          {contact.name && contact.name === visibleName(contact.name) ? (
            <Highlight text={contact.name} ranges={nameRanges} lead={ROOM} />
          ) : (
            nameOfContact(contact)
          )}
        </span>
        <span className={css.when}>
          <ShortTime at={conversation.matchedAt ?? lastMessage.at} />
        </span>
        <span className={css.line}>
          {matchedText === null && lastMessage.direction === "out" && lastMessage.status ? (
            <Tick status={lastMessage.status} />
          ) : null}
          <span className={css.words} dir="auto">
            {matchedText === null ? (
              lastLine(lastMessage)
            ) : (
              <Highlight text={matchedText} ranges={matchedRanges} lead={ROOM} />
            )}
          </span>
        </span>
        {unread > 0 || isMentioned ? (
          <span className={css.marks}>
            {isMentioned ? (
              <span className={css.at} role="img" aria-label="Mentions you" title="A note mentions you">
                <IconAt size={14} stroke={2.2} aria-hidden />
              </span>
            ) : null}
            {unread > 0 ? (
              <span className={css.count}>
                {unread > 99 ? "99+" : unread}
                <VisuallyHidden> unread</VisuallyHidden>
              </span>
            ) : null}
          </span>
        ) : null}
      </Link>
    </li>
  );
}
