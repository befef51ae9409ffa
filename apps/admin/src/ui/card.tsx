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

export function Facts({ rows }: { rows: [string, ReactNode][] }) {
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
  children: ReactNode;
  actions?: ReactNode;
}

export function Empty({ icon, title, children, actions }: EmptyProps) {
  return (
    <div className={css.empty}>
      {icon}
      <h3>{title}</h3>
      <p>{children}</p>
      {actions ? <div className={css.actions}>{actions}</div> : null}
    </div>
  );
}
