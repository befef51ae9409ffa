import { Button } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import type { ReactNode } from "react";
import css from "./wizard.module.css";

interface StepProps {
  number: number;
  title: string;
  now: number;
  /** What was decided, shown once the step is done. */
  summary: ReactNode;
  onChange: () => void;
  children: ReactNode;
}

export function WizardStep({ number, title, now, summary, onChange, children }: StepProps) {
  const state = number === now ? "now" : number < now ? "done" : "later";
  return (
    <li className={css.step} data-state={state} aria-current={state === "now" ? "step" : undefined}>
      <span className={css.number} aria-hidden>
        {state === "done" ? <IconCheck size={15} stroke={2.4} /> : number}
      </span>
      <div className={state === "later" ? `${css.head} ${css.later}` : css.head}>
        <h2>{title}</h2>
        {state === "done" ? (
          <Button
            size="compact-xs"
            variant="subtle"
            onClick={onChange}
            aria-label={`Change ${title.toLowerCase()}`}
          >
            Change
          </Button>
        ) : null}
      </div>
      {state === "done" ? <div className={css.summary}>{summary}</div> : null}
      {state === "now" ? <div className={css.body}>{children}</div> : null}
    </li>
  );
}
