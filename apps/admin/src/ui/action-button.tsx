import { Button, type ButtonProps, VisuallyHidden } from "@mantine/core";
import { type ComponentPropsWithoutRef, lazy, Suspense, useId } from "react";

const ReasonTooltip = lazy(() => import("./reason-tooltip.tsx"));

type ActionButtonProps = ButtonProps &
  Omit<ComponentPropsWithoutRef<"button">, keyof ButtonProps> & {
    /** Why it cannot be used now. It stays focusable, so that the reason can be read. */
    why?: string | null;
  };

export function ActionButton({ why, onClick, ...props }: ActionButtonProps) {
  const id = useId();
  if (!why) return <Button onClick={onClick} {...props} />;
  const button = <Button {...props} type="button" data-disabled aria-disabled aria-describedby={id} />;
  return (
    <>
      <Suspense fallback={button}>
        <ReasonTooltip reason={why}>{button}</ReasonTooltip>
      </Suspense>
      <VisuallyHidden id={id}>{why}</VisuallyHidden>
    </>
  );
}
