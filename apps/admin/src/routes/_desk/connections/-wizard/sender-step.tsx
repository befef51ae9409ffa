import { Button, Radio, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import { RadioCardGroup } from "../../../../ui/controls/radio-cards.tsx";
import { Notice, StatusTag } from "../../../../ui/feedback/notice-and-tag.tsx";
import { countWords, formatAddress, truncateText } from "../../../../ui/format.ts";
import type { VerifiedCredentials } from "./credentials-step.tsx";
import css from "./wizard.module.css";

export const SANDBOX_SENDER = "whatsapp:+14155238886";

type Sender = VerifiedCredentials["senders"][number];

function whyNot(sender: Sender): string | null {
  if (sender.connected) return "Already connected in this organisation.";
  if (!sender.offline) return null;
  const [first] = sender.offlineReasons;
  return `${capitalStatus(sender.status ?? "offline")} at Twilio${first ? `: ${first.message}` : ". It can be connected when Twilio shows it as online."}`;
}
function whyNotService(service: VerifiedCredentials["services"][number]): string | null {
  if (service.connected) return "Already connected in this organisation.";
  return service.senders.length === 0 && !service.sendersUnchecked
    ? "It has no WhatsApp sender in its pool. Add one in Twilio's console."
    : null;
}
const capitalStatus = (status: string) => countWords(status).replace(/^./, (letter) => letter.toUpperCase());

/** What somebody typed, as Twilio writes it; null for neither a WhatsApp number nor a Messaging Service. */
export function readTypedSender(typed: string): string | null {
  const text = typed.trim();
  if (/^MG[0-9a-f]{32}$/i.test(text)) return `MG${text.slice(2)}`;
  const number = text.replace(/^whatsapp:/i, "").replace(/[\s().-]/g, "");
  return /^\+[1-9]\d{6,14}$/.test(number) ? `whatsapp:${number}` : null;
}

export const typedSenderProblem =
  "Type a WhatsApp number with + and the country code, like +14155550100, or the SID of a Messaging Service: MG and 32 characters.";

interface SenderStepProps {
  verified: VerifiedCredentials;
  sender: string | undefined;
  onSender: (sender: string) => void;
  typed: string;
  onTyped: (typed: string) => void;
  displayName: string;
  onDisplayName: (name: string) => void;
  error: ReactNode;
  onContinue: () => void;
}

export function SenderStep(props: SenderStepProps) {
  const { verified, sender, onSender, typed, onTyped, displayName, onDisplayName, error, onContinue } = props;
  const unchecked = verified.unchecked.filter(({ what }) => /senders|services/.test(what));
  const mayType = unchecked.some(({ what }) => what !== "service_senders");
  const ownsSandbox = verified.senders.some((each) => each.address === SANDBOX_SENDER);
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onContinue();
      }}
    >
      {verified.senders.length === 0 && !mayType ? (
        <Notice>
          This account has no WhatsApp sender yet. Register one in Twilio's console, or start with the sandbox
          below.
        </Notice>
      ) : null}
      {unchecked.length > 0 ? (
        <Notice tone="warn" title="Could not be checked">
          {unchecked.map(({ message }) => (
            <p key={message}>{message}</p>
          ))}
        </Notice>
      ) : null}
      <Radio.Group
        label="WhatsApp sender"
        value={typed ? "" : (sender ?? "")}
        onChange={onSender}
        error={typed ? null : error}
      >
        <div className="stack" style={{ gap: 8, padding: "6px 0" }}>
          {verified.senders.map((each) => (
            <RadioCardGroup
              key={each.address}
              value={each.address}
              title={formatAddress(each.address)}
              why={whyNot(each)}
              tag={
                <StatusTag tone={each.status?.startsWith("ONLINE") ? "good" : "warn"}>
                  {countWords(each.status ?? "unknown")}
                </StatusTag>
              }
            >
              {[
                each.displayName,
                each.qualityRating ? `quality ${countWords(each.qualityRating)}` : null,
                each.messagingLimit ? `limit ${each.messagingLimit}` : null,
              ]
                .filter(Boolean)
                .join(" · ")}
            </RadioCardGroup>
          ))}
          {verified.services.length > 0 ? <div className={css.group}>Messaging Services</div> : null}
          {verified.services.map((each) => (
            <RadioCardGroup
              key={each.sid}
              value={each.sid}
              title={each.name}
              why={whyNotService(each)}
              tag={<StatusTag>service</StatusTag>}
            >
              {truncateText(each.sid)}
              {each.sendersUnchecked ? " · its senders could not be read" : null}
              {each.senders.length > 0 ? ` · ${each.senders.map(formatAddress).join(", ")}` : null}
            </RadioCardGroup>
          ))}
          {ownsSandbox ? null : (
            <>
              <div className={css.group}>For trying</div>
              <RadioCardGroup
                value={SANDBOX_SENDER}
                title="Twilio's sandbox"
                tag={<StatusTag>sandbox</StatusTag>}
              >
                +1 415 523 8886, shared by everybody. Only phones that have sent your join code can write to
                it.
              </RadioCardGroup>
            </>
          )}
        </div>
      </Radio.Group>
      {mayType ? (
        <TextInput
          label="Another sender"
          description="A WhatsApp number with + and the country code, or the SID of a Messaging Service (MG…)."
          placeholder="+14155550100"
          autoComplete="off"
          spellCheck={false}
          maxLength={60}
          classNames={{ input: "mono" }}
          value={typed}
          onChange={({ currentTarget: { value } }) => onTyped(value)}
          error={typed ? error : null}
        />
      ) : null}
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
