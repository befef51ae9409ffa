import { Button, type ButtonProps, VisuallyHidden } from "@mantine/core";
import { type ComponentPropsWithoutRef, lazy, Suspense, useId, useState } from "react";

const ReasonTooltip = lazy(() => import("../feedback/disabled-reason-tooltip.tsx"));

type ActionButtonProps = ButtonProps &
  Omit<ComponentPropsWithoutRef<"button">, keyof ButtonProps> & {
    /** Why it cannot be used now. It stays focusable, so that the reason can be read. */
    why?: string | null;
  };

export function ActionButton({ why, onClick, ...props }: ActionButtonProps) {
  return why ? <HeldButton why={why} {...props} /> : <Button onClick={onClick} {...props} />;
}

/** The tooltip comes later than the button and stands beside it: around it, its coming would take the focus away. */
function HeldButton({ why, ...props }: Omit<ActionButtonProps, "onClick" | "why"> & { why: string }) {
  const id = useId();
  const [button, setButton] = useState<HTMLButtonElement | null>(null);
  const [isAsked, setAsked] = useState(false);
  const ask = () => setAsked(true);
  const leave = () => setAsked(false);
  return (
    <>
      <Button
        {...props}
        ref={setButton}
        type="button"
        data-disabled
        aria-disabled
        aria-describedby={id}
        onFocus={ask}
        onPointerEnter={ask}
        onBlur={leave}
        onPointerLeave={leave}
      />
      {button ? (
        <Suspense>
          <ReasonTooltip reason={why} opened={isAsked} target={button} />
        </Suspense>
      ) : null}
      <VisuallyHidden id={id}>{why}</VisuallyHidden>
    </>
  );
}
