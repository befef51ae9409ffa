import { Button, Skeleton } from "@mantine/core";
import { IconMessageBolt, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useAdminRequiredReason } from "../../components/account/session.ts";
import { explainError } from "../../components/explain-error.ts";
import { PageLayout } from "../../components/shell/page-layout.tsx";
import { queryClient, type RouterOutputs, trpc, trpcClient } from "../../trpc.ts";
import { Card, EmptyState } from "../../ui/card.tsx";
import { ActionButton } from "../../ui/controls/action-button.tsx";
import { useOnceOpened } from "../../ui/controls/use-once-opened.ts";
import { alignEndClass, DataTable } from "../../ui/data-table.tsx";
import { confirm } from "../../ui/feedback/confirm.tsx";
import { Notice } from "../../ui/feedback/notice-and-tag.tsx";
import css from "./-replies/replies.module.css";

const ReplyDialog = lazy(() => import("./-replies/reply-dialog.tsx"));

type Reply = RouterOutputs["replies"]["list"][number];

const title = "Canned replies";

export const Route = createFileRoute("/_desk/replies")({
  loader: () => void queryClient.prefetchQuery(trpc.replies.list.queryOptions()),
  component: Replies,
});

function Replies() {
  const { data: replies, error, refetch } = useQuery(trpc.replies.list.queryOptions());
  const why = useAdminRequiredReason("write canned replies");
  const [edited, setEdited] = useState<{ reply: Reply | null } | null>(null);
  const [last, setLast] = useState<Reply | null>(null);
  const edit = (reply: Reply | null) => {
    setLast(reply);
    setEdited({ reply });
  };
  const add = (
    <ActionButton
      size="xs"
      why={why}
      leftSection={<IconPlus size={14} aria-hidden />}
      onClick={() => edit(null)}
    >
      New reply
    </ActionButton>
  );
  return (
    <PageLayout title={title} actions={replies?.length ? add : undefined}>
      {error && !replies ? (
        <Notice tone="bad" role="alert">
          <p>{explainError(error)}</p>
          <div>
            <Button size="xs" variant="default" onClick={() => refetch()}>
              Try again
            </Button>
          </div>
        </Notice>
      ) : !replies ? (
        <Card title="Replies">
          {[1, 2, 3].map((row) => (
            <Skeleton key={row} height={34} />
          ))}
        </Card>
      ) : replies.length === 0 ? (
        <Card>
          <EmptyState
            level="h2"
            icon={<IconMessageBolt size={32} stroke={1.5} aria-hidden />}
            title="Write once what you answer every day"
            actions={add}
          >
            Give an answer a short word, such as hours. Whoever types /hours at the start of a message has it
            in front of them, with the customer's name filled in, and can change it before sending.
          </EmptyState>
        </Card>
      ) : (
        <>
          <Card title="Replies" aside={<span className="dim small">{replies.length}</span>} flush>
            <DataTable
              label={title}
              head={
                <>
                  <th scope="col">Shortcut</th>
                  <th scope="col">Text</th>
                  <th scope="col" className={alignEndClass}>
                    Actions
                  </th>
                </>
              }
            >
              {replies.map((reply) => (
                <ReplyRow key={reply.id} reply={reply} why={why} onEdit={() => edit(reply)} />
              ))}
            </DataTable>
          </Card>
          <p className="dim small">
            Type / at the start of a message to use one. {"{name}"} becomes the customer's name.
          </p>
        </>
      )}
      {useOnceOpened(edited !== null) ? (
        <Suspense>
          <ReplyDialog opened={edited !== null} reply={last} onClose={() => setEdited(null)} />
        </Suspense>
      ) : null}
    </PageLayout>
  );
}

function ReplyRow({ reply, why, onEdit }: { reply: Reply; why: string | null; onEdit: () => void }) {
  const remove = () =>
    confirm({
      title: `Delete /${reply.shortcut}?`,
      body: "Messages that were sent with it stay as they are.",
      action: "Delete",
      explain: explainError,
      run: async () => {
        await trpcClient.replies.delete.mutate({ replyId: reply.id });
        await queryClient.invalidateQueries(trpc.replies.list.queryFilter());
      },
    });
  return (
    <tr>
      <th scope="row">
        <span className={css.shortcut}>/{reply.shortcut}</span>
      </th>
      <td>
        <span className={css.text} dir="auto">
          {reply.body}
        </span>
      </td>
      <td className={alignEndClass}>
        {why ? null : (
          <div className={css.acts}>
            <Button size="xs" variant="default" aria-label={`Edit /${reply.shortcut}`} onClick={onEdit}>
              Edit
            </Button>
            <Button size="xs" variant="default" aria-label={`Delete /${reply.shortcut}`} onClick={remove}>
              Delete
            </Button>
          </div>
        )}
      </td>
    </tr>
  );
}
