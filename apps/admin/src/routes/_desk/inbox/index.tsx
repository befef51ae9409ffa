import { IconMessage } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { EmptyState } from "../../../ui/card.tsx";
import css from "../-inbox/inbox.module.css";
import { anyConversationQuery } from "../-inbox/queries.ts";

export const Route = createFileRoute("/_desk/inbox/")({ component: NoneChosen });

function NoneChosen() {
  const { data: any = true } = useQuery(anyConversationQuery());
  return (
    <div className={css.blank}>
      <EmptyState
        level="h2"
        icon={<IconMessage size={32} stroke={1.5} aria-hidden />}
        title={any ? "Choose a conversation" : "Conversations open here"}
      >
        {any
          ? "Or press j for the first one, and ? for all shortcuts."
          : "Everybody in your organisation sees them, and can answer."}
      </EmptyState>
    </div>
  );
}
