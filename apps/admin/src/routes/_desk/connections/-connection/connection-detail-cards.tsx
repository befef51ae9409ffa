import { Skeleton } from "@mantine/core";
import { DailyStatsTilesSkeleton } from "../../../../components/events/daily-stats-tiles.tsx";
import { EventListSkeleton } from "../../../../components/events/event-list.tsx";
import type { ConnectionStatus } from "../../../../trpc.ts";
import { Card, FactList } from "../../../../ui/card.tsx";
import { CopyableSid, CopyField } from "../../../../ui/controls/copy.tsx";
import { StatusTag } from "../../../../ui/feedback/notice-and-tag.tsx";
import { countWords, formatAddress, formatCount } from "../../../../ui/format.ts";
import { RelativeTime } from "../../../../ui/time.tsx";
import css from "./connection.module.css";
import { TypingSwitch } from "./typing-switch.tsx";

export function ConnectionDetailCards({ connection }: { connection: ConnectionStatus }) {
  return (
    <div className={css.cards}>
      <AccountFacts connection={connection} />
      <SenderFacts connection={connection} />
      <WebhookFacts connection={connection} />
    </div>
  );
}

const accountTone: Record<string, "good" | "bad" | "muted"> = {
  active: "good",
  suspended: "bad",
  closed: "bad",
  unknown: "muted",
};
const relationLabel = { parent: "parent account", subaccount: "subaccount", unknown: "" };

function AccountFacts({ connection: { account, token, apiKeySid, mode } }: { connection: ConnectionStatus }) {
  const primary =
    token.primary === true ? "primary" : token.primary === false ? "secondary" : "not known to be primary";
  return (
    <Card
      title="Twilio account"
      aside={<StatusTag tone={accountTone[account.status] ?? "warn"}>{account.status}</StatusTag>}
    >
      <FactList
        rows={[
          ["Name", account.name],
          ["SID", <CopyableSid key="sid" value={account.sid} label="Account SID" />],
          ["Type", [account.type, relationLabel[account.relation]].filter(Boolean).join(", ")],
          ["Mode", mode === "test" ? <StatusTag tone="warn">test</StatusTag> : "live"],
          [
            "Auth Token",
            token.lastFour ? (
              <span>
                <span className="mono">…{token.lastFour}</span> {primary}
              </span>
            ) : (
              "erased"
            ),
          ],
          ...(apiKeySid
            ? [
                ["API key", <CopyableSid key="key" value={apiKeySid} label="API key SID" />] as [
                  string,
                  React.ReactNode,
                ],
              ]
            : []),
        ]}
      />
    </Card>
  );
}

function SenderFacts({ connection }: { connection: ConnectionStatus }) {
  const { sender, senderStatus, messagingServiceSid, poolSenders } = connection;
  const online = senderStatus?.startsWith("ONLINE");
  const rows: [string, React.ReactNode][] = messagingServiceSid
    ? [
        ["Service", <CopyableSid key="sid" value={messagingServiceSid} label="Messaging Service SID" />],
        ["Senders", poolSenders.length > 0 ? poolSenders.map(formatAddress).join(", ") : "none in its pool"],
      ]
    : [
        [
          "Number",
          <span key="number" className="strong">
            {formatAddress(sender)}
          </span>,
        ],
        ["Quality", connection.qualityRating ? countWords(connection.qualityRating) : "not rated yet"],
        ["Limit", connection.messagingLimit ?? "not given"],
        ...(connection.senderSid
          ? [
              ["SID", <CopyableSid key="sid" value={connection.senderSid} label="sender SID" />] as [
                string,
                React.ReactNode,
              ],
            ]
          : []),
      ];
  return (
    <Card
      title="WhatsApp sender"
      aside={
        senderStatus ? (
          <StatusTag tone={online ? "good" : "warn"}>{countWords(senderStatus)}</StatusTag>
        ) : null
      }
    >
      <FactList rows={rows} />
      {connection.isActive ? <TypingSwitch connection={connection} /> : null}
      {connection.offlineReasons.map((reason) => (
        <p key={reason.code} className="small">
          {reason.message} <span className="dim">(Error {reason.code})</span>{" "}
          {reason.moreInfo ? (
            <a href={reason.moreInfo} target="_blank" rel="noreferrer">
              More at Twilio
            </a>
          ) : null}
        </p>
      ))}
    </Card>
  );
}

const webhookTag = {
  ours: ["good", "as expected"],
  elsewhere: ["bad", "another address"],
  unset: ["bad", "not set"],
  unknown: ["muted", "not readable"],
} as const;

function WebhookFacts({ connection }: { connection: ConnectionStatus }) {
  const { webhook, isActive } = connection;
  const [tone, word] = webhookTag[webhook.state];
  return (
    <Card title="Webhook" aside={isActive ? <StatusTag tone={tone}>{word}</StatusTag> : null}>
      <CopyField value={connection.webhookUrl} label="webhook URL" />
      <FactList
        rows={[
          ...(isActive && webhook.state === "elsewhere"
            ? [
                [
                  "At Twilio",
                  <span key="url" className="mono">
                    {webhook.actualUrl}
                  </span>,
                ] as [string, React.ReactNode],
              ]
            : []),
          ...(isActive && webhook.actualMethod
            ? [["Method", webhook.actualMethod] as [string, React.ReactNode]]
            : []),
          [
            "Valid signature",
            connection.lastValidSignatureAt ? (
              <RelativeTime key="at" at={connection.lastValidSignatureAt} />
            ) : (
              "none yet"
            ),
          ],
          ...(connection.unrouted.lastAt
            ? [
                ["Not shown", <NotShown key="unrouted" unrouted={connection.unrouted} />] as [
                  string,
                  React.ReactNode,
                ],
              ]
            : []),
          ["Checked", connection.checkedAt ? <RelativeTime key="at" at={connection.checkedAt} /> : "never"],
        ]}
      />
    </Card>
  );
}

const channelWords: Record<ConnectionStatus["unrouted"]["channels"][number], string> = {
  sms: "SMS",
  messenger: "Messenger",
  rcs: "RCS",
  whatsapp: "other senders",
  other: "other channels",
};

/** What came for no connection, such as SMS to the same number. */
function NotShown({ unrouted: { count, lastAt, channels } }: Pick<ConnectionStatus, "unrouted">) {
  return (
    <span>
      {formatCount(count)} in 24 hours
      {channels.length > 0 ? ` (${channels.map((channel) => channelWords[channel]).join(", ")})` : ""}, last{" "}
      {lastAt ? <RelativeTime at={lastAt} /> : null}
    </span>
  );
}

export function ConnectionSkeleton() {
  return (
    <div className="stack" aria-busy="true">
      <section className={css.verdict}>
        <div className={css.said}>
          <Skeleton height={16} width={96} mb={10} />
          <Skeleton height={14} width="60%" />
        </div>
      </section>
      <div className={css.cards}>
        {["Twilio account", "WhatsApp sender", "Webhook"].map((title) => (
          <Card key={title} title={title}>
            {[1, 2, 3, 4, 5].map((row) => (
              <Skeleton key={row} height={14} my={1} />
            ))}
          </Card>
        ))}
      </div>
      <Card title="Shared keys">
        <Skeleton height={14} width="80%" my={4} />
      </Card>
      <DailyStatsTilesSkeleton />
      <Card title="Live events" flush>
        <EventListSkeleton rows={8} />
      </Card>
    </div>
  );
}
