import { Button, Skeleton, VisuallyHidden } from "@mantine/core";
import { useDocumentVisibility } from "@mantine/hooks";
import { IconArrowDown } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useSession } from "../../../../components/account/session.ts";
import { contactDisplayName } from "../../../../components/contact-name.ts";
import { explainError } from "../../../../components/explain-error.ts";
import { markReadInCache } from "../../../../components/unread-count.ts";
import { usePages } from "../../../../components/use-pages.ts";
import { retryOutage, trpc } from "../../../../trpc.ts";
import { Notice } from "../../../../ui/feedback/notice-and-tag.tsx";
import { dayLabel, exactTime } from "../../../../ui/time.tsx";
import { isInvisible } from "../../../../ui/visible-text.ts";
import { useOptOut } from "../composer/opt-out.tsx";
import { type QueuedMessage, useSendQueue } from "../composer/send-queue.ts";
import { useServiceWindow } from "../composer/service-window-banner.tsx";
import { keepFirstPages } from "../list/first-pages.ts";
import { NoteBubble } from "../notes/note-bubble.tsx";
import { useNotes } from "../notes/use-notes.ts";
import { type ConversationDetail, messagesQuery } from "../queries.ts";
import { groupMessagesByDay } from "./group-messages.ts";
import { lastMessagePreview } from "./kind-labels.ts";
import { MessageBubble, QueuedMessageBubble } from "./message-bubble.tsx";
import css from "./thread.module.css";

interface ThreadProps {
  conversation: ConversationDetail;
  scrollRef: RefObject<HTMLDivElement | null>;
  /** The message that the thread opens at, when not at the newest one. */
  foundId: string | undefined;
  onNewest: () => void;
}

export function Thread({ conversation, scrollRef, foundId, onNewest }: ThreadProps) {
  const { id } = conversation;
  const { user } = useSession();
  const query = useInfiniteQuery(messagesQuery(id, foundId));
  const { next, previous } = usePages(query);
  useForgetPages(id, foundId);
  // Between the message that was found and the newest one some may not be loaded yet.
  const isAtNewest = !query.hasPreviousPage;
  const allUnsent = useSendQueue(id);
  const unsent = isAtNewest ? allUnsent : NONE;
  const messages = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const notes = useNotes(id, query.hasNextPage === false ? null : (messages.at(-1)?.createdAt ?? null));
  const days = useMemo(
    () => groupMessagesByDay(messages, notes, unsent, user.name),
    [messages, notes, unsent, user.name],
  );
  const newestIn = messages.find((message) => message.direction === "in");
  const { isOpen } = useServiceWindow(conversation.windowClosesAt);
  const { isHeldBack } = useOptOut(conversation);
  const mention = notes.findLast((note) => note.mentions.some(({ userId }) => userId === user.id));
  useSeen(id, isAtNewest ? newestIn?.id : undefined, isAtNewest ? mention?.id : undefined);
  const scroll = useThreadScroll(scrollRef, {
    oldest: messages.at(-1)?.id,
    newest: `${unsent.at(-1)?.clientKey ?? messages[0]?.id} ${notes.at(-1)?.id}`,
    canLoad: query.hasNextPage,
    load: next.load,
    canLoadNewer: query.hasPreviousPage,
    loadNewer: previous.load,
    foundId,
  });
  const whyNotSend = !conversation.isConnected
    ? "This sender is disconnected."
    : !isOpen
      ? "The 24 hours for free replies are over."
      : isHeldBack
        ? "This person does not want to be written to."
        : null;
  return (
    <div className={css.frame}>
      <section
        className={css.scroll}
        ref={scrollRef}
        onScroll={scroll.onScroll}
        aria-label="Messages"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
      >
        <div className={css.content} ref={scroll.contentRef}>
          {query.isPending ? <ThreadSkeleton /> : null}
          {query.isError ? (
            <Notice tone="bad" role="alert">
              <p>{explainError(query.error)}</p>
              <div>
                <Button size="xs" variant="default" onClick={() => query.refetch()}>
                  Try again
                </Button>
                {foundId !== undefined ? (
                  <Button size="xs" variant="subtle" onClick={onNewest}>
                    Show the newest messages
                  </Button>
                ) : null}
              </div>
            </Notice>
          ) : null}
          {query.hasNextPage ? (
            <div className={css.older}>
              <Button size="compact-xs" variant="subtle" loading={next.isLoading} onClick={next.load}>
                Load older messages
              </Button>
            </div>
          ) : null}
          {days.map((day) => (
            <section key={day.key} className={css.day} aria-label={dayLabel(day.at)}>
              <div className={css.date} title={exactTime(day.at)}>
                <span>{dayLabel(day.at)}</span>
              </div>
              <ul className={css.messages}>
                {day.rows.map((row) => (
                  <li
                    key={row.key}
                    className={css.message}
                    data-ours={row.isOurs || undefined}
                    data-last={row.isLast || undefined}
                    data-found={row.key === foundId || undefined}
                    aria-current={row.key === foundId || undefined}
                  >
                    {row.isFirst && row.isOurs && !("note" in row.item) ? (
                      <div className={css.author}>{row.author ?? "Sent from elsewhere"}</div>
                    ) : null}
                    {"note" in row.item ? (
                      <NoteBubble conversationId={id} note={row.item.note} />
                    ) : "unsent" in row.item ? (
                      <QueuedMessageBubble conversationId={id} unsent={row.item.unsent} />
                    ) : (
                      <MessageBubble
                        conversationId={id}
                        message={row.item.sent}
                        isLast={row.isLast}
                        whyNotSend={whyNotSend}
                      />
                    )}
                  </li>
                ))}
              </ul>
            </section>
          ))}
        </div>
      </section>
      {scroll.isAway || !isAtNewest ? (
        <Button
          className={css.down}
          size="compact-sm"
          variant="default"
          leftSection={<IconArrowDown size={14} aria-hidden />}
          onClick={isAtNewest ? scroll.toBottom : onNewest}
        >
          Newest
        </Button>
      ) : null}
      <VisuallyHidden role="status">
        {newestIn && isAtNewest
          ? `${contactDisplayName(conversation.contact)}: ${lastMessagePreview({
              at: newestIn.createdAt,
              preview: isInvisible(newestIn.body) ? newestIn.summary : (newestIn.body ?? ""),
              direction: "in",
              kind: newestIn.kind,
              status: null,
            })}`
          : ""}
      </VisuallyHidden>
    </div>
  );
}

/** Whoever has the newest message, or the note that mentions them, before their eyes has seen it. */
function useSeen(conversationId: string, newestIn: string | undefined, mention: string | undefined) {
  const isVisible = useDocumentVisibility() === "visible";
  const { mutate } = useMutation(
    trpc.conversations.markRead.mutationOptions({
      retry: retryOutage,
      onSuccess: () => markReadInCache([conversationId]),
    }),
  );
  useEffect(() => {
    if (isVisible && (newestIn || mention)) mutate({ conversationId });
  }, [isVisible, newestIn, mention, conversationId, mutate]);
}

const NONE: QueuedMessage[] = [];

/** What was loaded further down is not asked for anew with each change, once nobody looks at it. */
function useForgetPages(conversationId: string, foundId: string | undefined) {
  const queryClient = useQueryClient();
  useEffect(
    () => () => {
      const { queryKey } = messagesQuery(conversationId, foundId);
      if (foundId === undefined) keepFirstPages(queryClient, queryKey);
      else queryClient.removeQueries({ queryKey, exact: true });
    },
    [queryClient, conversationId, foundId],
  );
}

const NEAR_BOTTOM = 60;
const NEAR_TOP = 500;
const FAR = 400;

interface ScrollOf {
  oldest: string | undefined;
  newest: string | undefined;
  canLoad: boolean;
  load: () => void;
  canLoadNewer: boolean;
  loadNewer: () => void;
  foundId: string | undefined;
}

/**
 * Stays at the newest message unless somebody reads further up, or begins at one that was found; older ones come in above without
 * a jump, newer ones below.
 */
function useThreadScroll(
  scrollRef: RefObject<HTMLDivElement | null>,
  { oldest, newest, canLoad, load, canLoadNewer, loadNewer, foundId }: ScrollOf,
) {
  const contentRef = useRef<HTMLDivElement>(null);
  const before = useRef({ isStuck: foundId === undefined, height: 0, oldest, newest });
  const isFoundShown = useRef(false);
  const [isAway, setAway] = useState(false);
  const toBottom = () => {
    const box = scrollRef.current;
    if (box) box.scrollTop = box.scrollHeight;
  };
  useLayoutEffect(() => {
    const box = scrollRef.current;
    if (!box) return;
    const found = isFoundShown.current ? null : box.querySelector("[data-found]");
    if (found) {
      isFoundShown.current = true;
      // What lies above has its real height only once it was drawn.
      const show = () => found.scrollIntoView({ block: "center" });
      show();
      requestAnimationFrame(() => requestAnimationFrame(show));
    }
    const { isStuck, height, oldest: earlier } = before.current;
    const isOlderAbove = earlier !== undefined && earlier !== oldest;
    if (isStuck) box.scrollTop = box.scrollHeight;
    // Elsewhere the browser keeps the place by itself; at the very top it does not.
    else if (isOlderAbove && box.scrollTop < 1) box.scrollTop = box.scrollHeight - height;
    before.current = { isStuck, height: box.scrollHeight, oldest, newest };
  }, [scrollRef, oldest, newest]);
  useEffect(() => {
    const [box, content] = [scrollRef.current, contentRef.current];
    if (!box || !content) return;
    const observer = new ResizeObserver(() => {
      if (before.current.isStuck) box.scrollTop = box.scrollHeight;
      before.current.height = box.scrollHeight;
    });
    observer.observe(content);
    observer.observe(box);
    return () => observer.disconnect();
  }, [scrollRef]);
  const onScroll = () => {
    const box = scrollRef.current;
    if (!box) return;
    const below = box.scrollHeight - box.scrollTop - box.clientHeight;
    before.current.isStuck = below < NEAR_BOTTOM && !canLoadNewer;
    setAway(below > FAR);
    if (canLoad && box.scrollTop < NEAR_TOP) load();
    else if (canLoadNewer && below < NEAR_TOP) loadNewer();
  };
  return { contentRef, onScroll, isAway, toBottom };
}

export function ThreadSkeleton() {
  return (
    <div className={css.waiting} aria-busy="true">
      {[180, 240, 130, 210, 160].map((width, no) => (
        <Skeleton key={width} height={36} width={width} radius={10} ml={no % 2 ? "auto" : undefined} />
      ))}
    </div>
  );
}
