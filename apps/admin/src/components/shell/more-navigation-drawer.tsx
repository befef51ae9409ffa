import { Drawer } from "@mantine/core";
import type { ReactNode } from "react";
import { useOpenAfterMount } from "../../ui/controls/use-open-after-mount.ts";

interface MoreDrawerProps {
  title: string;
  opened: boolean;
  onClose: () => void;
  children: ReactNode;
}

export default function MoreNavigationDrawer({ title, opened, onClose, children }: MoreDrawerProps) {
  return (
    <Drawer
      opened={useOpenAfterMount(opened)}
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
