import { Drawer } from "@mantine/core";
import type { ReactNode } from "react";

interface MoreDrawerProps {
  title: string;
  opened: boolean;
  onClose: () => void;
  children: ReactNode;
}

export default function MoreDrawer({ title, opened, onClose, children }: MoreDrawerProps) {
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="bottom"
      size="auto"
      title={title}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <div onClickCapture={onClose}>{children}</div>
    </Drawer>
  );
}
