import type { ReactNode } from "react";
import { SANDBOX_SENDER } from "./sender-step.tsx";
import css from "./wizard.module.css";

const Out = ({ href, children }: { href: string; children: ReactNode }) => (
  <a href={href} target="_blank" rel="noreferrer">
    {children}
  </a>
);

/** Where in Twilio's console the values of a step are found. */
export function WizardHelp({ step, sender }: { step: number; sender: string | undefined }) {
  return (
    <aside className={css.help} aria-label="Help">
      {step === 1 ? <CredentialsHelp /> : null}
      {step === 2 ? <SenderHelp /> : null}
      {step === 3 ? <WebhookHelp sender={sender} /> : null}
      {step > 1 ? <SandboxHelp /> : null}
    </aside>
  );
}

const CredentialsHelp = () => (
  <>
    <section>
      <h2>Where to find them</h2>
      <ol>
        <li>Open the account in Twilio's console. For a subaccount, switch to it first.</li>
        <li>Scroll to Account Info on the dashboard.</li>
        <li>Copy the Account SID, which starts with AC, and the Auth Token.</li>
      </ol>
      <Out href="https://console.twilio.com/">Open Twilio's dashboard</Out>
    </section>
    <section>
      <h2>Why the Auth Token?</h2>
      <p>
        Twilio signs every webhook with the account's primary Auth Token. Without it nobody can tell a real
        message from a forged one. An API key signs nothing.
      </p>
      <Out href="https://console.twilio.com/us1/account/keys-credentials/api-keys">
        Open API keys and tokens
      </Out>
    </section>
    <section>
      <h2>What happens to it</h2>
      <p>
        It is sealed with this server's key before it is stored, and never shown again but for its last four
        characters. Disconnecting erases it.
      </p>
    </section>
  </>
);

const SenderHelp = () => (
  <>
    <section>
      <h2>Which one?</h2>
      <p>
        Take the number that customers write to. If it sits in a Messaging Service, take the service: its
        settings win over the number's.
      </p>
      <Out href="https://console.twilio.com/us1/develop/sms/senders/whatsapp-senders">
        Open WhatsApp senders
      </Out>
      <Out href="https://console.twilio.com/us1/develop/sms/services">Open Messaging Services</Out>
    </section>
    <section>
      <h2>A sender is offline?</h2>
      <p>
        Twilio gives the reason in its row. When the row there says online, check the credentials here again.
      </p>
    </section>
  </>
);

function WebhookHelp({ sender }: { sender: string | undefined }) {
  if (sender === SANDBOX_SENDER) return null;
  return (
    <section>
      <h2>Pasting it yourself</h2>
      {sender?.startsWith("MG") ? (
        <>
          <ol>
            <li>Open the service, then Integration.</li>
            <li>Choose “Send a webhook” and paste the address as Request URL, with POST.</li>
            <li>Paste it as Delivery Status Callback too, and save.</li>
          </ol>
          <Out href="https://console.twilio.com/us1/develop/sms/services">Open Messaging Services</Out>
        </>
      ) : (
        <>
          <ol>
            <li>Open the sender, then its messaging endpoint settings.</li>
            <li>Paste the address as webhook URL for incoming messages, with POST.</li>
            <li>Paste it as status callback URL too, and save.</li>
          </ol>
          <Out href="https://console.twilio.com/us1/develop/sms/senders/whatsapp-senders">
            Open WhatsApp senders
          </Out>
        </>
      )}
      <p>The end of the address (#rc=…) asks Twilio to try again when we are away. Keep it.</p>
    </section>
  );
}

const SandboxHelp = () => (
  <section>
    <h2>The sandbox</h2>
    <p>For a first try without a sender of your own:</p>
    <ol>
      <li>Open the sandbox page and note your join code, two words like “join bright-otter”.</li>
      <li>Send that text on WhatsApp to +1 415 523 8886 from each phone that should take part.</li>
      <li>Under Sandbox settings, paste the webhook URL and save.</li>
    </ol>
    <Out href="https://console.twilio.com/us1/develop/sms/try-it-out/whatsapp-learn">Open the sandbox</Out>
  </section>
);
