import { Skeleton } from "@mantine/core";
import { IconArrowRight } from "@tabler/icons-react";
import type { WebhookEvent } from "../../trpc.ts";
import { StatusTag } from "../../ui/feedback/notice-and-tag.tsx";
import { formatAddress } from "../../ui/format.ts";
import { TimeOfDay } from "../../ui/time.tsx";
import { eventKindLabel, eventSummary, isFailedEvent, outcomeColor, outcomeLabel } from "./event-labels.ts";
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
            <TimeOfDay at={event.receivedAt} />
            <span className={css.kind}>
              <StatusTag tone={event.kind === "message" && event.outcome === "stored" ? "accent" : "muted"}>
                {eventKindLabel[event.kind]}
              </StatusTag>
            </span>
            <span className={css.who}>
              {formatAddress(event.from)} <IconArrowRight size={12} className={css.arrow} aria-label="to" />{" "}
              {formatAddress(event.to)}
            </span>
            <span className={css.what} style={isFailedEvent(event) ? { color: "var(--bad)" } : undefined}>
              {eventSummary(event)}
            </span>
            <span className={css.outcome}>
              <StatusTag tone={outcomeColor[event.outcome]}>{outcomeLabel[event.outcome]}</StatusTag>
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
