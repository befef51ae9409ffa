import { Skeleton } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ConnectionStatus } from "../../trpc.ts";
import { StatusDot, StatusTag } from "../../ui/feedback/notice-and-tag.tsx";
import { formatAddress } from "../../ui/format.ts";
import { RelativeTime } from "../../ui/time.tsx";
import css from "./connection-list.module.css";
import { connectionName } from "./connection-name.ts";
import { verdictColor, verdictLabel, verdictSentence } from "./connection-verdict.ts";

export function ConnectionList({ connections, label }: { connections: ConnectionStatus[]; label: string }) {
  return (
    <ul className={css.list} aria-label={label}>
      {connections.map((connection) => (
        <li key={connection.id}>
          <Link
            to="/connections/$connectionId"
            params={{ connectionId: connection.id }}
            className={css.item}
            preload="intent"
          >
            <div className={css.name}>
              <StatusDot tone={verdictColor(connection.verdict)} />
              <div>
                <strong>{connectionName(connection)}</strong>
                <span className="dim small">{formatAddress(connection.sender)}</span>
              </div>
            </div>
            <div className={`${css.verdict} small`}>
              <span className="strong">{verdictLabel(connection.verdict)}.</span>{" "}
              <span className="dim">
                {verdictSentence(connection)}{" "}
                {connection.lastWebhookAt ? (
                  <>
                    Last webhook <RelativeTime at={connection.lastWebhookAt} />.
                  </>
                ) : null}
              </span>
            </div>
            <div className="row" style={{ flexWrap: "nowrap" }}>
              {connection.mode === "test" ? <StatusTag tone="warn">test</StatusTag> : null}
              <IconChevronRight size={16} className="dim" aria-hidden />
            </div>
          </Link>
        </li>
      ))}
    </ul>
  );
}

export function ConnectionListSkeleton() {
  return (
    <div className={css.item} aria-busy="true">
      <div>
        <Skeleton height={14} width={120} mb={8} />
        <Skeleton height={12} width={100} />
      </div>
      <Skeleton height={12} width="70%" />
      <Skeleton height={16} width={16} />
    </div>
  );
}
