import { Link } from "@tanstack/react-router";
import { contactDisplayName } from "../../../../components/contact-name.ts";
import { CopyIcon } from "../../../../ui/controls/copy.tsx";
import { StatusTag } from "../../../../ui/feedback/notice-and-tag.tsx";
import { formatAddress } from "../../../../ui/format.ts";
import { dateOnly } from "../../../../ui/time.tsx";
import { visibleName } from "../../../../ui/visible-text.ts";
import css from "../inbox.module.css";
import type { ConversationDetail } from "../queries.ts";
import { ContactNotes } from "./contact-notes.tsx";

/** Who the customer is, under all addresses, and which sender they write to. */
export function ContactFacts({ conversation }: { conversation: ConversationDetail }) {
  const { contact, ours, connectionId, isOpen, assignee, isConnected } = conversation;
  return (
    <div className="stack">
      <div>
        <div className={css.who} dir="auto">
          {contactDisplayName(contact)}
        </div>
        {contact.username && contact.name ? (
          <div className="dim small">{visibleName(contact.username)}</div>
        ) : null}
        {contact.optOut ? <StatusTag tone="warn">does not want to be written to</StatusTag> : null}
      </div>
      <div className={css.facts}>
        <h3>Addresses</h3>
        <ul aria-label="Addresses">
          {contact.addresses.map((address) => (
            <li key={address} className={css.address}>
              <span title={address}>{formatAddress(address)}</span>
              <CopyIcon value={address.replace(/^whatsapp:/, "")} label={formatAddress(address)} />
              {contact.addresses.length > 1 && address === contact.address ? (
                <StatusTag tone="accent">answers go here</StatusTag>
              ) : null}
            </li>
          ))}
        </ul>
      </div>
      <div className={css.facts}>
        <h3>Writes to</h3>
        <div>
          <Link to="/connections/$connectionId" params={{ connectionId }}>
            {formatAddress(ours)}
          </Link>{" "}
          {isConnected ? null : <StatusTag>disconnected</StatusTag>}
        </div>
      </div>
      <div className={css.facts}>
        <h3>Conversation</h3>
        <div>
          {isOpen ? "Open" : "Resolved"}, {assignee ? `assigned to ${assignee.name}` : "assigned to nobody"}
        </div>
      </div>
      <div className={css.facts}>
        <h3>Known since</h3>
        <div>{dateOnly(contact.since)}</div>
      </div>
      <ContactNotes conversationId={conversation.id} />
    </div>
  );
}
