import { Link } from "@tanstack/react-router";
import { nameOfContact } from "../../../components/contact-name.ts";
import { CopyIcon } from "../../../ui/copy.tsx";
import { formatAddress } from "../../../ui/format.ts";
import { dateOnly } from "../../../ui/time.tsx";
import { Tag } from "../../../ui/tone.tsx";
import { visibleName } from "../../../ui/visible-text.ts";
import { ContactNotes } from "./contact-notes.tsx";
import css from "./inbox.module.css";
import type { OpenConversation } from "./queries.ts";

/** Who the customer is, under all addresses, and which sender they write to. */
export function ContactFacts({ conversation }: { conversation: OpenConversation }) {
  const { contact, ours, connectionId, isOpen, assignee, isConnected } = conversation;
  return (
    <div className="stack">
      <div>
        <div className={css.who} dir="auto">
          {nameOfContact(contact)}
        </div>
        {contact.username && contact.name ? (
          <div className="dim small">{visibleName(contact.username)}</div>
        ) : null}
        {contact.optOut ? <Tag tone="warn">does not want to be written to</Tag> : null}
      </div>
      <div className={css.facts}>
        <h3>Addresses</h3>
        <ul aria-label="Addresses">
          {contact.addresses.map((address) => (
            <li key={address} className={css.address}>
              <span title={address}>{formatAddress(address)}</span>
              <CopyIcon value={address.replace(/^whatsapp:/, "")} label={formatAddress(address)} />
              {contact.addresses.length > 1 && address === contact.address ? (
                <Tag tone="accent">answers go here</Tag>
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
          {isConnected ? null : <Tag>disconnected</Tag>}
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
