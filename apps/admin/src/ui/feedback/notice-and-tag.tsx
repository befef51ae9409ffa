import { CloseButton } from "@mantine/core";
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconExclamationCircle,
  IconInfoCircle,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import css from "./notice-and-tag.module.css";

export type StatusColor = "good" | "warn" | "bad" | "muted" | "accent";

export function StatusDot({ tone, label, pulse }: { tone: StatusColor; label?: string; pulse?: boolean }) {
  const name = label ? { role: "img", "aria-label": label } : { "aria-hidden": true };
  return <span className={css.dot} data-tone={tone} data-pulse={pulse || undefined} {...name} />;
}

export function StatusTag({
  tone = "muted",
  children,
  title,
}: {
  tone?: StatusColor;
  children: ReactNode;
  title?: string;
}) {
  return (
    <span className={css.tag} data-tone={tone} title={title}>
      {children}
    </span>
  );
}

const icons = {
  good: IconCircleCheck,
  warn: IconAlertTriangle,
  bad: IconExclamationCircle,
  muted: IconInfoCircle,
  accent: IconInfoCircle,
};

interface NoticeProps {
  tone?: StatusColor;
  title?: ReactNode;
  children?: ReactNode;
  /** `alert` interrupts a screen reader, `status` waits its turn; leave it out for standing text. */
  role?: "alert" | "status";
  onClose?: () => void;
}

export function Notice({ tone = "muted", title, children, role, onClose }: NoticeProps) {
  const Icon = icons[tone];
  return (
    <div className={css.notice} data-tone={tone} role={role}>
      <Icon size={18} stroke={1.8} aria-hidden />
      <div className={css.noticeBody}>
        {title ? <div className={css.noticeTitle}>{title}</div> : null}
        {children}
      </div>
      {onClose ? <CloseButton size="sm" aria-label="Dismiss this note" onClick={onClose} /> : null}
    </div>
  );
}
