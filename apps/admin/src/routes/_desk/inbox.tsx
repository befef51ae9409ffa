import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { IconKeyboard } from "@tabler/icons-react";
import { createFileRoute, Outlet, useNavigate, useParams } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { PageLayout } from "../../components/shell/page-layout.tsx";
import { queryClient } from "../../trpc.ts";
import { useOnceOpened } from "../../ui/controls/use-once-opened.ts";
import css from "./-inbox/inbox.module.css";
import { ConversationList } from "./-inbox/list/conversation-list.tsx";
import { conversationsQuery, readInboxSearch } from "./-inbox/queries.ts";

const Shortcuts = lazy(() => import("./-inbox/list/keyboard-shortcuts.tsx"));

export const Route = createFileRoute("/_desk/inbox")({
  validateSearch: readInboxSearch,
  loaderDeps: ({ search: { filter, state, q } }) => ({ filter, state, q }),
  loader: ({ deps }) => void queryClient.prefetchInfiniteQuery(conversationsQuery(deps)),
  component: Inbox,
});

function Inbox() {
  const search = Route.useSearch();
  const { conversationId } = useParams({ strict: false });
  const navigate = useNavigate();
  const [opened, help] = useDisclosure(false);
  useHotkeys([
    ["?", help.open],
    ["shift+?", help.open],
  ]);
  return (
    <PageLayout
      title="Inbox"
      whole
      barless={conversationId !== undefined}
      actions={
        <button
          type="button"
          className={css.help}
          aria-label="Keyboard shortcuts"
          title="Keyboard shortcuts (?)"
          aria-haspopup="dialog"
          onClick={help.open}
        >
          <IconKeyboard size={18} stroke={1.7} aria-hidden />
        </button>
      }
    >
      <div className={css.inbox} data-open={conversationId ? true : undefined}>
        <ConversationList
          search={search}
          openId={conversationId}
          onSearch={(change) =>
            navigate({
              to: ".",
              search: (before) => ({ ...before, ...change }),
              replace: true,
              resetScroll: false,
            })
          }
        />
        <Outlet />
      </div>
      {useOnceOpened(opened) ? (
        <Suspense>
          <Shortcuts opened={opened} onClose={help.close} />
        </Suspense>
      ) : null}
    </PageLayout>
  );
}
