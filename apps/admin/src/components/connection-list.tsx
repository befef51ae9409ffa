import { Skeleton } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { Connection } from "../trpc.ts";
import { formatAddress } from "../ui/format.ts";
import { Ago } from "../ui/time.tsx";
import { Dot, Tag } from "../ui/tone.tsx";
import css from "./connection-list.module.css";
import { nameOf } from "./connection-name.ts";
import { verdictSentence, verdictTone, verdictWord } from "./verdict.ts";

export function ConnectionList({ connections, label }: { connections: Connection[]; label: string }) {
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
              <Dot tone={verdictTone(connection.verdict)} />
              <div>
                <strong>{nameOf(connection)}</strong>
                <span className="dim small">{formatAddress(connection.sender)}</span>
              </div>
            </div>
            <div className={`${css.verdict} small`}>
              <span className="strong">{verdictWord(connection.verdict)}.</span>{" "}
              <span className="dim">
                {verdictSentence(connection)}{" "}
                {connection.lastWebhookAt ? (
                  <>
                    Last webhook <Ago at={connection.lastWebhookAt} />.
                  </>
                ) : null}
              </span>
            </div>
            <div className="row" style={{ flexWrap: "nowrap" }}>
              {connection.mode === "test" ? <Tag tone="warn">test</Tag> : null}
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
