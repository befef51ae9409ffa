import { VisuallyHidden } from "@mantine/core";
import { IconAt } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { contactDisplayName } from "../../../../components/contact-name.ts";
import { HighlightedText } from "../../../../ui/highlighted-text.tsx";
import { CompactTime } from "../../../../ui/time.tsx";
import { visibleName } from "../../../../ui/visible-text.ts";
import css from "../inbox.module.css";
import type { ConversationListItem } from "../queries.ts";
import { DeliveryTick } from "../thread/delivery-tick.tsx";
import { lastMessagePreview } from "../thread/kind-labels.ts";

/** So many letters before what was found are seen in a row, with what was found. */
const ROOM = 16;

export function ConversationRow({
  conversation,
  isOpened,
}: {
  conversation: ConversationListItem;
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
            <HighlightedText text={contact.name} ranges={nameRanges} lead={ROOM} />
          ) : (
            contactDisplayName(contact)
          )}
        </span>
        <span className={css.when}>
          <CompactTime at={conversation.matchedAt ?? lastMessage.at} />
        </span>
        <span className={css.line}>
          {matchedText === null && lastMessage.direction === "out" && lastMessage.status ? (
            <DeliveryTick status={lastMessage.status} />
          ) : null}
          <span className={css.words} dir="auto">
            {matchedText === null ? (
              lastMessagePreview(lastMessage)
            ) : (
              <HighlightedText text={matchedText} ranges={matchedRanges} lead={ROOM} />
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
