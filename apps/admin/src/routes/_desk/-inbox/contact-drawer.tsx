import { Drawer } from "@mantine/core";
import { useOpening } from "../../../ui/use-opening.ts";
import { ContactFacts } from "./contact-facts.tsx";
import type { OpenConversation } from "./queries.ts";

interface ContactDrawerProps {
  conversation: OpenConversation;
  opened: boolean;
  onClose: () => void;
}

/** The third pane where there is no room for one. */
export default function ContactDrawer({ conversation, opened, onClose }: ContactDrawerProps) {
  return (
    <Drawer
      opened={useOpening(opened)}
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
