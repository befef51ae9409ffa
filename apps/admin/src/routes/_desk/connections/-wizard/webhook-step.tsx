import { Button, Radio } from "@mantine/core";
import type { ReactNode } from "react";
import { CopyField } from "../../../../ui/controls/copy.tsx";
import { RadioCardGroup } from "../../../../ui/controls/radio-cards.tsx";
import { Notice } from "../../../../ui/feedback/notice-and-tag.tsx";
import type { VerifiedCredentials } from "./credentials-step.tsx";
import { SANDBOX_SENDER } from "./sender-step.tsx";
import css from "./wizard.module.css";

export type WebhookChoice = "set" | "paste";

interface Change {
  setting: string;
  /** Undefined where Twilio did not say. */
  before: string | null | undefined;
  after: string | null;
}

/** Twilio has no API for the sandbox, and needs a sender's SID, which only its list gives. */
export function canSetWebhook(verified: VerifiedCredentials, sender: string): boolean {
  return (
    sender.startsWith("MG") || verified.senders.some((each) => each.address === sender && each.sid !== null)
  );
}

/** What stands at Twilio now, beside what we would write there. */
function changesFor(verified: VerifiedCredentials, sender: string): Change[] {
  const proposed = verified.proposedWebhook;
  const service = verified.services.find((each) => each.sid === sender);
  const webhook = verified.senders.find((each) => each.address === sender)?.webhook;
  const rows: Change[] = [
    {
      setting: "Incoming messages",
      before: service ? service.inboundRequestUrl : webhook?.callbackUrl,
      after: proposed.callbackUrl,
    },
    {
      setting: "Method",
      before: service ? service.inboundMethod : webhook?.callbackMethod,
      after: proposed.callbackMethod,
    },
    {
      setting: "Status callbacks",
      before: service ? service.statusCallback : webhook?.statusCallbackUrl,
      after: proposed.statusCallbackUrl,
    },
  ];
  if (sender.startsWith("MG")) return rows;
  return [
    ...rows,
    { setting: "Status method", before: webhook?.statusCallbackMethod, after: proposed.statusCallbackMethod },
  ];
}

/** Settings at Twilio that would keep the sender's own webhook from being called. */
function cautionOf(verified: VerifiedCredentials, sender: string): string | null {
  const chosen = verified.services.find((each) => each.sid === sender);
  if (chosen?.useInboundWebhookOnNumber)
    return `The service “${chosen.name}” defers to each sender's own webhook, so its address is not called. Switch that off in Twilio's console, or connect the senders one by one.`;
  const owner = verified.services.find(
    (each) => !each.useInboundWebhookOnNumber && each.senders.includes(sender),
  );
  return owner
    ? `This sender belongs to the Messaging Service “${owner.name}”, and Twilio sends its messages to the service's address. Connect the service instead, or let it defer to the sender's webhook.`
    : null;
}

interface WebhookStepProps {
  verified: VerifiedCredentials;
  sender: string;
  choice: WebhookChoice;
  onChoice: (choice: WebhookChoice) => void;
  problem: ReactNode;
  busy: boolean;
  onConnect: () => void;
}

export function WebhookStep({
  verified,
  sender,
  choice,
  onChoice,
  problem,
  busy,
  onConnect,
}: WebhookStepProps) {
  const isSandbox = sender === SANDBOX_SENDER;
  const caution = cautionOf(verified, sender);
  const canSet = canSetWebhook(verified, sender);
  const paste = !canSet || choice === "paste";
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onConnect();
      }}
    >
      {verified.webhookUrlProblem ? (
        <Notice tone="warn" title="Twilio cannot reach this address">
          {verified.webhookUrlProblem}
        </Notice>
      ) : null}
      {caution ? <Notice tone="warn">{caution}</Notice> : null}
      {isSandbox ? (
        <Notice>
          Twilio offers no way to set the sandbox's webhook from here. Paste the address below in the console,
          under Sandbox settings, “When a message comes in”.
        </Notice>
      ) : canSet ? (
        <Radio.Group
          label="Webhook settings at Twilio"
          value={choice}
          onChange={(value) => onChoice(value === "paste" ? "paste" : "set")}
        >
          <div className="stack" style={{ gap: 8, padding: "6px 0" }}>
            <RadioCardGroup value="set" title="Set it for me">
              Waystation writes the settings below, and puts the present ones back when you disconnect.
            </RadioCardGroup>
            <RadioCardGroup value="paste" title="I will paste it">
              Nothing is changed at Twilio. You copy the address into its console.
            </RadioCardGroup>
          </div>
        </Radio.Group>
      ) : (
        <Notice>
          Twilio did not list this sender, so its webhook cannot be set from here. Paste the address below in
          Twilio's console.
        </Notice>
      )}
      {paste ? (
        <CopyField value={verified.proposedWebhook.callbackUrl ?? ""} label="webhook URL" />
      ) : (
        <Diff changes={changesFor(verified, sender)} />
      )}
      {problem}
      <div className="row">
        <Button type="submit" loading={busy}>
          Connect
        </Button>
        <span className="dim small">{busy ? "Asking Twilio and saving…" : "Takes effect at once."}</span>
      </div>
    </form>
  );
}

function Diff({ changes }: { changes: Change[] }) {
  return (
    <table className={css.diff} aria-label="Settings at Twilio, now and after">
      <thead>
        <tr>
          <th scope="col">Setting</th>
          <th scope="col">Now, and after</th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ setting, before, after }) => (
          <tr key={setting}>
            <th scope="row">{setting}</th>
            <td className="mono">
              {before === after ? (
                <span className="dim">{after} (stays)</span>
              ) : (
                <>
                  {before === undefined ? <span className="dim">not known</span> : null}
                  {before === null ? <span className="dim">not set</span> : null}
                  {before ? <del>{before}</del> : null}
                  <ins>{after}</ins>
                </>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
