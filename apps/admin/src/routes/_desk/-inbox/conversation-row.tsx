import { VisuallyHidden } from "@mantine/core";
import { IconAt } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { formatAddress } from "../../../ui/format.ts";
import { ShortTime } from "../../../ui/time.tsx";
import css from "./inbox.module.css";
import { lastLine, nameOfContact } from "./kind-words.ts";
import type { Conversation } from "./queries.ts";
import { Tick } from "./tick.tsx";

export function ConversationRow({
  conversation,
  isOpened,
}: {
  conversation: Conversation;
  isOpened: boolean;
}) {
  const { contact, lastMessage, unread, isMentioned, id } = conversation;
  return (
    <li>
      <Link
        to="/inbox/$conversationId"
        params={{ conversationId: id }}
        search={true}
        className={css.row}
        aria-current={isOpened ? "page" : undefined}
        data-unread={unread > 0 || undefined}
      >
        <span className={css.name} dir="auto">
          {nameOfContact(contact, formatAddress(contact.address))}
        </span>
        <span className={css.when}>
          <ShortTime at={lastMessage.at} />
        </span>
        <span className={css.line}>
          {lastMessage.direction === "out" && lastMessage.status ? (
            <Tick status={lastMessage.status} />
          ) : null}
          <span className={css.words} dir="auto">
            {lastLine(lastMessage)}
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
