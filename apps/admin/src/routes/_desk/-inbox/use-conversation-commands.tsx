import {
  IconCircleCheck,
  IconMessageBolt,
  IconMessageReply,
  IconNote,
  IconRotate,
  IconUserOff,
  IconUserPlus,
} from "@tabler/icons-react";
import { useEffect, useMemo, useRef } from "react";
import { useRegisterCommands } from "../../../components/shell/palette-commands.ts";
import { setComposerMode } from "./composer/composer-mode.ts";
import { readDraft, setDraft } from "./composer/use-draft.ts";
import type { ConversationDetail } from "./queries.ts";
import type { useConversationActions } from "./thread/thread-header.tsx";

const icon = { size: 17, stroke: 1.7, "aria-hidden": true };

/** Offers in the palette what can be done with the conversation that is open. */
export function useConversationCommands(
  { id, isOpen, assignee }: ConversationDetail,
  acts: ReturnType<typeof useConversationActions>,
) {
  const now = useRef(acts);
  useEffect(() => {
    now.current = acts;
  });
  const isAssigned = assignee !== null;
  useRegisterCommands(
    useMemo(
      () => [
        {
          label: "Write an answer",
          keys: "r",
          icon: <IconMessageReply {...icon} />,
          run: () => setComposerMode("reply"),
        },
        {
          label: "Write a note for the team",
          keys: "n",
          icon: <IconNote {...icon} />,
          run: () => setComposerMode("note"),
        },
        {
          label: "Answer with a canned reply",
          keys: "/",
          icon: <IconMessageBolt {...icon} />,
          run: () => {
            if (readDraft(id) === "") setDraft(id, "/");
            setComposerMode("reply");
          },
        },
        {
          label: "Assign to me",
          keys: "a",
          icon: <IconUserPlus {...icon} />,
          run: () => now.current.assignToMe(),
        },
        ...(isAssigned
          ? [
              {
                label: "Assign to nobody",
                icon: <IconUserOff {...icon} />,
                run: () => now.current.assignTo(null),
              },
            ]
          : []),
        {
          label: isOpen ? "Resolve" : "Reopen",
          keys: "e",
          icon: isOpen ? <IconCircleCheck {...icon} /> : <IconRotate {...icon} />,
          run: () => now.current.toggle(),
        },
      ],
      [id, isOpen, isAssigned],
    ),
  );
}
