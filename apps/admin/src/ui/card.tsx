import { type ReactNode, useId } from "react";
import css from "./card.module.css";

interface CardProps {
  title?: ReactNode;
  aside?: ReactNode;
  flush?: boolean;
  children: ReactNode;
}

export function Card({ title, aside, flush, children }: CardProps) {
  const id = useId();
  return (
    <section className={css.card} aria-labelledby={title ? id : undefined}>
      {title ? (
        <div className={css.head}>
          <h2 id={id}>{title}</h2>
          {aside}
        </div>
      ) : null}
      <div className={flush ? `${css.body} ${css.flush}` : css.body}>{children}</div>
    </section>
  );
}

export function FactList({ rows }: { rows: [string, ReactNode][] }) {
  return (
    <dl className={css.facts}>
      {rows.map(([label, value]) => (
        <div key={label} style={{ display: "contents" }}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface EmptyProps {
  icon: ReactNode;
  title: string;
  /** Its rank among the headings of the page. */
  level?: "h2" | "h3";
  children: ReactNode;
  actions?: ReactNode;
}

export function EmptyState({ icon, title, level: Heading = "h3", children, actions }: EmptyProps) {
  return (
    <div className={css.empty}>
      {icon}
      <Heading>{title}</Heading>
      <p>{children}</p>
      {actions ? <div className={css.actions}>{actions}</div> : null}
    </div>
  );
}
