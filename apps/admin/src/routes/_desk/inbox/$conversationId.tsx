import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { IconMessageOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef } from "react";
import { explainError } from "../../../components/explain-error.ts";
import { queryClient } from "../../../trpc.ts";
import { EmptyState } from "../../../ui/card.tsx";
import { useOnceOpened } from "../../../ui/controls/use-once-opened.ts";
import { setComposerMode } from "../-inbox/composer/composer-mode.ts";
import { ReplyBox } from "../-inbox/composer/reply-box.tsx";
import { ContactFacts } from "../-inbox/contact/contact-details.tsx";
import css from "../-inbox/inbox.module.css";
import {
  type ConversationDetail,
  conversationQuery,
  messagesQuery,
  notesQuery,
  readThreadSearch,
} from "../-inbox/queries.ts";
import { Thread, ThreadSkeleton } from "../-inbox/thread/thread.tsx";
import { ThreadHeader, useConversationActions } from "../-inbox/thread/thread-header.tsx";
import { useConversationCommands } from "../-inbox/use-conversation-commands.tsx";

const ContactDrawer = lazy(() => import("../-inbox/contact/contact-drawer.tsx"));

export const Route = createFileRoute("/_desk/inbox/$conversationId")({
  validateSearch: readThreadSearch,
  loaderDeps: ({ search: { message } }) => ({ message }),
  loader: ({ params: { conversationId }, deps: { message } }) => {
    void queryClient.prefetchQuery(conversationQuery(conversationId));
    void queryClient.prefetchInfiniteQuery(messagesQuery(conversationId, message));
    void queryClient.prefetchInfiniteQuery(notesQuery(conversationId));
  },
  component: OpenOne,
});

function OpenOne() {
  const { conversationId } = Route.useParams();
  const { data, error } = useQuery(conversationQuery(conversationId));
  if (data) return <Opened key={data.id} conversation={data} />;
  return (
    <div className={css.open}>
      <div className={css.thread}>
        {error ? (
          <EmptyState
            level="h2"
            icon={<IconMessageOff size={32} stroke={1.5} aria-hidden />}
            title="This conversation cannot be shown"
            actions={<Link to="/inbox">Back to the conversations</Link>}
          >
            {explainError(error)}
          </EmptyState>
        ) : (
          <div style={{ padding: 16 }}>
            <ThreadSkeleton />
          </div>
        )}
      </div>
    </div>
  );
}

function Opened({ conversation }: { conversation: ConversationDetail }) {
  const { message } = Route.useSearch();
  const navigate = useNavigate();
  const showNewest = () =>
    navigate({
      to: ".",
      search: (before) => ({ ...before, message: undefined }),
      replace: true,
      resetScroll: false,
    });
  const acts = useConversationActions(conversation);
  useConversationCommands(conversation, acts);
  const [details, detailsDrawer] = useDisclosure(false);
  const scroll = useRef<HTMLDivElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useHotkeys([
    ["r", () => setComposerMode("reply")],
    ["n", () => setComposerMode("note")],
    ["e", acts.toggle],
    ["a", acts.assignToMe],
  ]);
  // Where the list gives way to the thread, the focus goes with it.
  useEffect(() => {
    if (matchMedia("(max-width: 48em)").matches) heading.current?.focus();
  }, []);
  return (
    <div className={css.open}>
      <div className={css.thread} data-drop-area>
        <ThreadHeader
          conversation={conversation}
          acts={acts}
          headingRef={heading}
          onDetails={detailsDrawer.open}
        />
        <Thread
          key={message ?? "newest"}
          conversation={conversation}
          scrollRef={scroll}
          foundId={message}
          onNewest={showNewest}
        />
        <ReplyBox
          conversation={conversation}
          onSent={() => {
            if (message !== undefined) void showNewest();
            else if (scroll.current) scroll.current.scrollTop = scroll.current.scrollHeight;
          }}
        />
      </div>
      <aside className={css.aside} aria-label="Contact">
        <h2>Contact</h2>
        <ContactFacts conversation={conversation} />
      </aside>
      {useOnceOpened(details) ? (
        <Suspense>
          <ContactDrawer conversation={conversation} opened={details} onClose={detailsDrawer.close} />
        </Suspense>
      ) : null}
    </div>
  );
}
