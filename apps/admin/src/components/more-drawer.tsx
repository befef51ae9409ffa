import { Drawer } from "@mantine/core";
import type { ReactNode } from "react";
import { useOpening } from "../ui/use-opening.ts";

interface MoreDrawerProps {
  title: string;
  opened: boolean;
  onClose: () => void;
  children: ReactNode;
}

export default function MoreDrawer({ title, opened, onClose, children }: MoreDrawerProps) {
  return (
    <Drawer
      opened={useOpening(opened)}
      onClose={onClose}
      position="bottom"
      size="auto"
      title={title}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {children}
    </Drawer>
  );
}
