import { Button } from "@mantine/core";
import { IconDots, IconPlugConnectedX, IconRefresh } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useAdminRequiredReason } from "../../../../components/account/session.ts";
import {
  verdictColor,
  verdictLabel,
  verdictSentence,
} from "../../../../components/connections/connection-verdict.ts";
import { explainError } from "../../../../components/explain-error.ts";
import { type ConnectionStatus, trpc, trpcClient } from "../../../../trpc.ts";
import { ActionButton } from "../../../../ui/controls/action-button.tsx";
import { CopyButton } from "../../../../ui/controls/copy.tsx";
import { DropdownMenu } from "../../../../ui/controls/dropdown-menu.tsx";
import { confirm } from "../../../../ui/feedback/confirm.tsx";
import { Notice, StatusDot } from "../../../../ui/feedback/notice-and-tag.tsx";
import { formatAddress } from "../../../../ui/format.ts";
import { RelativeTime } from "../../../../ui/time.tsx";
import css from "./connection.module.css";
import { useConnectionChangeResult } from "./connection-change.ts";

type Reason = ConnectionStatus["reasons"][number];

/** One sentence on top: what state it is in, why, and what to do. */
export function VerdictCard({
  connection,
  onAddSharedKey,
}: {
  connection: ConnectionStatus;
  /** With the ID of the key that is missing. */
  onAddSharedKey: (keyId: string) => void;
}) {
  const queryClient = useQueryClient();
  const why = useAdminRequiredReason("do this");
  const navigate = useNavigate();
  const check = useMutation(
    trpc.twilioWhatsApp.check.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.twilioWhatsApp.status.queryFilter()),
    }),
  );
  const recheck = () => check.mutate({ connectionId: connection.id });
  const reconnect = () =>
    navigate({ to: "/connections/new", search: connection.mode === "test" ? { mode: "test" } : {} });
  const tone = verdictColor(connection.verdict);
  // The worst reason is the sentence itself: its button goes beside it, the others get a line each.
  const [first, ...others] = connection.reasons;
  const repeated = first?.sentence === connection.verdictSentence;
  const rest = repeated ? others : connection.reasons;
  const act = (reason: Reason | undefined) =>
    reason ? (
      <Act
        reason={reason}
        connection={connection}
        why={why}
        onRecheck={recheck}
        onReconnect={reconnect}
        onAddSharedKey={onAddSharedKey}
        busy={check.isPending}
      />
    ) : null;
  return (
    <>
      <section className={css.verdict} data-tone={tone} aria-label="Verdict">
        <StatusDot tone={tone} />
        <div className={css.said}>
          <div aria-live="polite">
            <h2>{verdictLabel(connection.verdict)}</h2>
            <p>
              {verdictSentence(connection)}{" "}
              {connection.isActive && connection.lastWebhookAt ? (
                <span className="dim">
                  Last webhook <RelativeTime at={connection.lastWebhookAt} />.
                </span>
              ) : null}
            </p>
          </div>
          {repeated && first?.action ? <div style={{ marginTop: 10 }}>{act(first)}</div> : null}
          {rest.length > 0 ? (
            <ul className={css.reasons} aria-label="Reasons">
              {rest.map((reason) => (
                <li key={reason.code}>
                  <span>{reason.sentence}</span>
                  {act(reason)}
                </li>
              ))}
            </ul>
          ) : null}
        </div>
        <div className={css.acts}>
          {connection.isActive ? (
            <>
              <ActionButton
                size="xs"
                variant="default"
                why={why}
                loading={check.isPending}
                leftSection={<IconRefresh size={14} aria-hidden />}
                onClick={recheck}
              >
                Check now
              </ActionButton>
              <MoreMenu connection={connection} why={why} />
            </>
          ) : (
            <ActionButton size="xs" why={why} onClick={reconnect}>
              Connect again
            </ActionButton>
          )}
        </div>
      </section>
      {check.error ? (
        <Notice tone="bad" role="alert" onClose={() => check.reset()}>
          {explainError(check.error)}
        </Notice>
      ) : null}
    </>
  );
}

interface ActProps {
  reason: Reason;
  connection: ConnectionStatus;
  why: string | null;
  busy: boolean;
  onRecheck: () => void;
  onReconnect: () => void;
  onAddSharedKey: (keyId: string) => void;
}

function Act({ reason, connection, why, busy, onRecheck, onReconnect, onAddSharedKey }: ActProps) {
  const { action } = reason;
  if (!action) return null;
  if (action.kind === "copy_url") return <CopyButton value={connection.webhookUrl} label={action.label} />;
  if (action.kind === "recheck")
    return (
      <ActionButton size="xs" variant="default" why={why} loading={busy} onClick={onRecheck}>
        {action.label}
      </ActionButton>
    );
  if (action.kind === "add_shared_key")
    return (
      <ActionButton size="xs" variant="default" why={why} onClick={() => onAddSharedKey(action.keyId ?? "")}>
        {action.label}
      </ActionButton>
    );
  if (action.kind === "reconnect")
    return (
      <ActionButton size="xs" variant="default" why={why} onClick={onReconnect}>
        {action.label}
      </ActionButton>
    );
  if (action.kind === "show_unrouted")
    return (
      <Button
        size="xs"
        variant="default"
        renderRoot={(props) => (
          <Link
            {...props}
            to="/connections/$connectionId"
            params={{ connectionId: connection.id }}
            search={{ outcome: "unrouted" }}
          />
        )}
      >
        {action.label}
      </Button>
    );
  if (!action.href) return null;
  return (
    <Button size="xs" variant="default" component="a" href={action.href} target="_blank" rel="noreferrer">
      {action.label}
    </Button>
  );
}

function MoreMenu({ connection, why }: { connection: ConnectionStatus; why: string | null }) {
  const queryClient = useQueryClient();
  const { tell } = useConnectionChangeResult();
  const ask = () =>
    confirm({
      title: `Disconnect ${formatAddress(connection.sender)}?`,
      body: (
        <ul style={{ listStyle: "disc", paddingLeft: 18, display: "grid", gap: 6 }}>
          <li>New messages to this sender no longer arrive here.</li>
          <li>The webhook settings at Twilio are put back as they were, if they are still ours.</li>
          <li>The stored Auth Token and shared keys are erased.</li>
          <li>The history stays and can be read. Connecting the same sender again goes on with it.</li>
        </ul>
      ),
      action: "Disconnect",
      explain: explainError,
      run: async () => {
        const { restored } = await trpcClient.twilioWhatsApp.disconnect.mutate({
          connectionId: connection.id,
        });
        await queryClient.invalidateQueries(trpc.twilioWhatsApp.status.queryFilter());
        await tell({ deed: "disconnected", restored });
      },
    });
  return (
    <DropdownMenu
      label="More actions"
      className={css.more}
      head={why ? <p className={`${css.why} dim small`}>{why}</p> : null}
      items={[
        {
          label: "Disconnect",
          icon: <IconPlugConnectedX size={16} aria-hidden />,
          danger: true,
          disabled: why !== null,
          onSelect: ask,
        },
      ]}
    >
      <IconDots size={16} aria-hidden />
    </DropdownMenu>
  );
}
