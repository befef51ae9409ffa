import { Button } from "@mantine/core";
import { IconHandStop } from "@tabler/icons-react";
import { type ReactNode, useSyncExternalStore } from "react";
import { contactDisplayName } from "../../../../components/contact-name.ts";
import { DateAndTime } from "../../../../ui/time.tsx";
import { visibleText } from "../../../../ui/visible-text.ts";
import type { ConversationDetail } from "../queries.ts";
import css from "./composer.module.css";
import { hasOverriddenOptOut, overrideOptOut, subscribeToConsent } from "./opt-out-consent.ts";

type OptOut = NonNullable<ConversationDetail["contact"]["optOut"]>;

/** What stands in the way of writing to this contact, and that nobody has said yet that they write all the same. */
export function useOptOut({ id, contact: { optOut } }: ConversationDetail) {
  const agreed = useSyncExternalStore(subscribeToConsent, () => hasOverriddenOptOut(id));
  return { optOut, isHeldBack: optOut !== null && agreed !== optOut.since };
}

function Why({ optOut: { why, words, since } }: { optOut: OptOut }) {
  const when = <DateAndTime at={since} />;
  if (why === "asked")
    return (
      <>
        They wrote “{visibleText(words ?? "")}” {when}.
      </>
    );
  return why === "refused" ? (
    <>Twilio says since {when} that they asked not to be written to.</>
  ) : (
    <>WhatsApp says since {when} that they blocked your number.</>
  );
}

/** In the place of the composer, until somebody writes all the same. */
export function OptedOutNotice({
  conversation,
  children,
}: {
  conversation: ConversationDetail;
  children: ReactNode;
}) {
  const { id, contact } = conversation;
  const { optOut } = contact;
  if (optOut === null) return null;
  return (
    <section className={css.locked} aria-label="Why you should not write now">
      <IconHandStop size={18} stroke={1.8} aria-hidden />
      <div>
        <h3>{contactDisplayName(contact)} does not want to be written to</h3>
        <p>
          <Why optOut={optOut} /> This ends by itself when they{" "}
          {optOut.why === "blocked" ? "write again" : `write ${visibleText(optOut.startWord)}`}. Write only
          what they need and expect, such as an answer they asked for.
        </p>
        {children}
        <p className={css.ways}>
          <Button size="compact-sm" variant="default" onClick={() => overrideOptOut(id, optOut.since)}>
            Write all the same
          </Button>
        </p>
      </div>
    </section>
  );
}

/** Above the field, once somebody writes all the same. */
export function OptOutBanner() {
  return (
    <div className={css.edge} data-tone="warn">
      <IconHandStop size={14} aria-hidden />
      They asked not to be written to
    </div>
  );
}
