import { Skeleton } from "@mantine/core";
import { IconArrowRight } from "@tabler/icons-react";
import type { WebhookEvent } from "../trpc.ts";
import { formatAddress } from "../ui/format.ts";
import { Clock } from "../ui/time.tsx";
import { Tag } from "../ui/tone.tsx";
import { isFailure, kindWord, outcomeTone, outcomeWord, whatHappened } from "./event-labels.ts";
import css from "./events.module.css";

interface EventListProps {
  events: WebhookEvent[];
  label: string;
  openId?: string;
  onOpen: (event: WebhookEvent) => void;
  compact?: boolean;
}

export function EventList({ events, label, openId, onOpen, compact }: EventListProps) {
  return (
    <ul className={compact ? `${css.list} ${css.compact}` : css.list} aria-label={label}>
      {events.map((event) => (
        <li key={event.id}>
          <button
            type="button"
            className={css.event}
            onClick={() => onOpen(event)}
            aria-haspopup="dialog"
            aria-expanded={openId === event.id}
          >
            <Clock at={event.receivedAt} />
            <span className={css.kind}>
              <Tag tone={event.kind === "message" && event.outcome === "stored" ? "accent" : "muted"}>
                {kindWord[event.kind]}
              </Tag>
            </span>
            <span className={css.who}>
              {formatAddress(event.from)} <IconArrowRight size={12} className={css.arrow} aria-label="to" />{" "}
              {formatAddress(event.to)}
            </span>
            <span className={css.what} style={isFailure(event) ? { color: "var(--bad)" } : undefined}>
              {whatHappened(event)}
            </span>
            <span className={css.outcome}>
              <Tag tone={outcomeTone[event.outcome]}>{outcomeWord[event.outcome]}</Tag>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

export function EventListSkeleton({ rows }: { rows: number }) {
  return (
    <div aria-busy="true">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className={css.skeleton}>
          <Skeleton height={12} width={60} />
          <Skeleton height={16} width={44} />
          <Skeleton height={12} width="30%" />
          <Skeleton height={12} style={{ flex: 1 }} />
        </div>
      ))}
    </div>
  );
}
