import { Radio } from "@mantine/core";
import { type ReactNode, useId } from "react";
import css from "./radio-cards.module.css";

interface ChoiceProps {
  value: string;
  title: string;
  children: ReactNode;
  tag?: ReactNode;
  /** Why it cannot be chosen. */
  why?: string | null;
}

/** A radio button with room to explain itself. Native, so that arrow keys pass over what cannot be chosen. */
export function RadioCardGroup({ value, title, children, tag, why = null }: ChoiceProps) {
  const id = useId();
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: Radio is the control
    <label className={css.choice}>
      <Radio value={value} aria-label={title} aria-describedby={id} disabled={why !== null} />
      <div>
        <div className="strong">{title}</div>
        <div id={id}>
          <div className="dim small">{children}</div>
          {why ? <div className={`${css.reason} small`}>{why}</div> : null}
        </div>
      </div>
      {tag}
    </label>
  );
}
