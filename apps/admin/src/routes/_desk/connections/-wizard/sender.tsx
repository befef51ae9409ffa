import { Button, Radio, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import { Choice } from "../../../../ui/choice.tsx";
import { formatAddress, shorten, words } from "../../../../ui/format.ts";
import { Notice, Tag } from "../../../../ui/tone.tsx";
import type { Verified } from "./credentials.tsx";
import css from "./wizard.module.css";

export const sandbox = "whatsapp:+14155238886";

type Sender = Verified["senders"][number];

function whyNot(sender: Sender): string | null {
  if (sender.connected) return "Already connected in this organisation.";
  if (sender.status.startsWith("ONLINE")) return null;
  const [first] = sender.offlineReasons;
  return `${capitalStatus(sender.status)} at Twilio${first ? `: ${first.message}` : ". It can be connected when Twilio shows it as online."}`;
}
function whyNotService(service: Verified["services"][number]): string | null {
  if (service.connected) return "Already connected in this organisation.";
  return service.senders.length === 0
    ? "It has no WhatsApp sender in its pool. Add one in Twilio's console."
    : null;
}
const capitalStatus = (status: string) => words(status).replace(/^./, (letter) => letter.toUpperCase());

interface SenderStepProps {
  verified: Verified;
  sender: string | undefined;
  onSender: (sender: string) => void;
  displayName: string;
  onDisplayName: (name: string) => void;
  error: ReactNode;
  onContinue: () => void;
}

export function SenderStep(props: SenderStepProps) {
  const { verified, sender, onSender, displayName, onDisplayName, error, onContinue } = props;
  const ownsSandbox = verified.senders.some((each) => each.address === sandbox);
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onContinue();
      }}
    >
      {verified.senders.length === 0 && verified.permissions.senders ? (
        <Notice>
          This account has no WhatsApp sender yet. Register one in Twilio's console, or start with the sandbox
          below.
        </Notice>
      ) : null}
      {verified.permissions.senders ? null : (
        <Notice tone="warn">
          These credentials may not list senders. Go back and use the Auth Token alone, or a key that may.
        </Notice>
      )}
      <Radio.Group label="WhatsApp sender" value={sender ?? ""} onChange={onSender} error={error}>
        <div className="stack" style={{ gap: 8, padding: "6px 0" }}>
          {verified.senders.map((each) => (
            <Choice
              key={each.sid}
              value={each.address}
              title={formatAddress(each.address)}
              why={whyNot(each)}
              tag={<Tag tone={each.status.startsWith("ONLINE") ? "good" : "warn"}>{words(each.status)}</Tag>}
            >
              {[
                each.displayName,
                each.qualityRating ? `quality ${words(each.qualityRating)}` : null,
                each.messagingLimit ? `limit ${each.messagingLimit}` : null,
              ]
                .filter(Boolean)
                .join(" · ")}
            </Choice>
          ))}
          {verified.services.length > 0 ? <div className={css.group}>Messaging Services</div> : null}
          {verified.services.map((each) => (
            <Choice
              key={each.sid}
              value={each.sid}
              title={each.name}
              why={whyNotService(each)}
              tag={<Tag>service</Tag>}
            >
              {shorten(each.sid)}
              {each.senders.length > 0 ? ` · ${each.senders.map(formatAddress).join(", ")}` : null}
            </Choice>
          ))}
          {ownsSandbox ? null : (
            <>
              <div className={css.group}>For trying</div>
              <Choice value={sandbox} title="Twilio's sandbox" tag={<Tag>sandbox</Tag>}>
                +1 415 523 8886, shared by everybody. Only phones that have sent your join code can write to
                it.
              </Choice>
            </>
          )}
        </div>
      </Radio.Group>
      <TextInput
        label="Display name"
        description="How your team tells this connection from others. May stay empty."
        maxLength={80}
        value={displayName}
        onChange={({ currentTarget: { value } }) => onDisplayName(value)}
      />
      <div className="row">
        <Button type="submit">Continue</Button>
      </div>
    </form>
  );
}
