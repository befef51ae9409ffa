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
import { useOffer } from "../../../components/commands.ts";
import { beginWriting } from "./composer-mode.ts";
import type { OpenConversation } from "./queries.ts";
import type { useConversationActs } from "./thread-head.tsx";
import { readDraft, setDraft } from "./use-draft.ts";

const icon = { size: 17, stroke: 1.7, "aria-hidden": true };

/** Offers in the palette what can be done with the conversation that is open. */
export function useConversationCommands(
  { id, isOpen, assignee }: OpenConversation,
  acts: ReturnType<typeof useConversationActs>,
) {
  const now = useRef(acts);
  useEffect(() => {
    now.current = acts;
  });
  const isAssigned = assignee !== null;
  useOffer(
    useMemo(
      () => [
        {
          label: "Write an answer",
          keys: "r",
          icon: <IconMessageReply {...icon} />,
          run: () => beginWriting("reply"),
        },
        {
          label: "Write a note for the team",
          keys: "n",
          icon: <IconNote {...icon} />,
          run: () => beginWriting("note"),
        },
        {
          label: "Answer with a canned reply",
          keys: "/",
          icon: <IconMessageBolt {...icon} />,
          run: () => {
            if (readDraft(id) === "") setDraft(id, "/");
            beginWriting("reply");
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
