import { Drawer } from "@mantine/core";
import { useOpenAfterMount } from "../../../../ui/controls/use-open-after-mount.ts";
import type { ConversationDetail } from "../queries.ts";
import { ContactFacts } from "./contact-details.tsx";

interface ContactDrawerProps {
  conversation: ConversationDetail;
  opened: boolean;
  onClose: () => void;
}

/** The third pane where there is no room for one. */
export default function ContactDrawer({ conversation, opened, onClose }: ContactDrawerProps) {
  return (
    <Drawer
      opened={useOpenAfterMount(opened)}
      onClose={onClose}
      position="right"
      size={340}
      title="Contact"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <ContactFacts conversation={conversation} />
    </Drawer>
  );
}
