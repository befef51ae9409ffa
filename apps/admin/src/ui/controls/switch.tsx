import { useId } from "react";
import css from "./switch.module.css";

interface SwitchProps {
  label: string;
  description: string;
  isOn: boolean;
  /** Why it cannot be used now. It stays focusable, so that the reason can be read. */
  why?: string | null;
  onChange: (isOn: boolean) => void;
}

/** What takes effect at once, unlike a box to be ticked in a form. */
export function Switch({ label, description, isOn, why, onChange }: SwitchProps) {
  const id = useId();
  return (
    <label className={css.row}>
      <input
        type="checkbox"
        role="switch"
        className={css.switch}
        checked={isOn}
        aria-checked={isOn}
        aria-disabled={why ? true : undefined}
        aria-describedby={id}
        onChange={(event) => why || onChange(event.currentTarget.checked)}
      />
      <span>
        {label}
        <span id={id} className={css.why}>
          {why ?? description}
        </span>
      </span>
    </label>
  );
}
