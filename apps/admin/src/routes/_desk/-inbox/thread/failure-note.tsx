import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ActionButton } from "../../../../ui/controls/action-button.tsx";
import { conversationQuery } from "../queries.ts";
import { type FailureLabel, twilioErrorUrl, whatsappChatUrl } from "./failure-labels.ts";
import css from "./message.module.css";

interface FailureNoteProps {
  conversationId: string;
  failure: FailureLabel;
  code: number | null;
  /** Why nothing can be sent now. */
  whyNotSend: string | null;
  onAgain: () => void;
}

/** Under a message that was not sent or not delivered: why, and the one thing to do about it. */
export function FailureNote({ conversationId, failure, code, whyNotSend, onAgain }: FailureNoteProps) {
  const { words, remedy, thenAgain } = failure;
  return (
    <div className={css.failure}>
      <span>
        {words}{" "}
        {code ? (
          <a href={twilioErrorUrl(code)} target="_blank" rel="noreferrer">
            Error {code}
          </a>
        ) : null}
      </span>
      {remedy === "connection" || remedy === "number" ? (
        <OfConversation conversationId={conversationId} remedy={remedy} />
      ) : null}
      {remedy !== null && typeof remedy === "object" ? <Elsewhere {...remedy} /> : null}
      {remedy === "again" || thenAgain ? (
        <ActionButton
          size="compact-xs"
          variant={thenAgain ? "subtle" : "default"}
          why={whyNotSend}
          onClick={onAgain}
        >
          Send again
        </ActionButton>
      ) : null}
    </div>
  );
}

function OfConversation({
  conversationId,
  remedy,
}: {
  conversationId: string;
  remedy: "connection" | "number";
}) {
  const { data } = useQuery(conversationQuery(conversationId));
  if (!data) return null;
  if (remedy === "connection")
    return (
      <Button
        size="compact-xs"
        variant="default"
        renderRoot={(props) => (
          <Link {...props} to="/connections/$connectionId" params={{ connectionId: data.connectionId }} />
        )}
      >
        Check the connection
      </Button>
    );
  const href = whatsappChatUrl(data.contact.address);
  return href ? <Elsewhere label="Try the number in WhatsApp" href={href} /> : null;
}

function Elsewhere({ label, href }: { label: string; href: string }) {
  return (
    <Button size="compact-xs" variant="default" component="a" href={href} target="_blank" rel="noreferrer">
      {label}
    </Button>
  );
}
