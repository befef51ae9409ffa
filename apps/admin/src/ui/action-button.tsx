import { Button, type ButtonProps, Tooltip, VisuallyHidden } from "@mantine/core";
import { type ComponentPropsWithoutRef, useId } from "react";

type ActionButtonProps = ButtonProps &
  Omit<ComponentPropsWithoutRef<"button">, keyof ButtonProps> & {
    /** Why it cannot be used now. It stays focusable, so that the reason can be read. */
    why?: string | null;
  };

export function ActionButton({ why, onClick, ...props }: ActionButtonProps) {
  const id = useId();
  if (!why) return <Button onClick={onClick} {...props} />;
  return (
    <>
      <Tooltip label={why} events={{ hover: true, focus: true, touch: true }}>
        <Button {...props} type="button" data-disabled aria-disabled aria-describedby={id} />
      </Tooltip>
      <VisuallyHidden id={id}>{why}</VisuallyHidden>
    </>
  );
}
