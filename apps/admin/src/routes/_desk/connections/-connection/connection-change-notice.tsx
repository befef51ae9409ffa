import type { ConnectionStatus } from "../../../../trpc.ts";
import { CopyField } from "../../../../ui/controls/copy.tsx";
import { Notice, type StatusColor } from "../../../../ui/feedback/notice-and-tag.tsx";
import { useConnectionChangeResult } from "./connection-change.ts";

const restoredTone: Record<string, StatusColor> = { failed: "warn", restored: "good" };

/** What connecting or disconnecting just did at Twilio. */
export function ConnectionChangeNotice({ connection }: { connection: ConnectionStatus }) {
  const { outcome, tell } = useConnectionChangeResult();
  const dismiss = () => tell(undefined);
  // Going back in the browser must not say what no longer holds.
  if (!outcome || (outcome.deed === "connected") !== connection.isActive) return null;
  if (outcome.deed === "disconnected") {
    return (
      <Notice
        tone={restoredTone[outcome.restored.state] ?? "muted"}
        title="Disconnected"
        role="status"
        onClose={dismiss}
      >
        <p>{outcome.restored.message}</p>
        <p>The history below stays readable.</p>
      </Notice>
    );
  }
  const { changes, problem, applied } = outcome.configured;
  return (
    <>
      <Notice tone="good" title="Connected" role="status" onClose={dismiss}>
        {outcome.reattached ? (
          <p>This sender was connected here before: its history is attached again.</p>
        ) : null}
        {changes.length > 0 ? (
          <>
            <p>Changed at Twilio:</p>
            <ul style={{ display: "grid", gap: 4 }}>
              {changes.map((change) => (
                <li key={change.setting}>
                  {change.setting}: <span className="mono dim">{change.before ?? "not set"}</span> to{" "}
                  <span className="mono">{change.after ?? "not set"}</span>
                </li>
              ))}
            </ul>
          </>
        ) : applied ? (
          <p>Twilio had these settings already; nothing was changed there.</p>
        ) : problem ? null : (
          <p>Nothing was changed at Twilio. Paste this webhook URL there, then send a first message.</p>
        )}
        {!applied && !problem ? (
          <CopyField value={connection.webhookUrl} label="webhook URL to paste" />
        ) : null}
      </Notice>
      {problem ? (
        <Notice tone="warn" title="The connection stands, its webhook needs you" role="status">
          <p>{problem.message}</p>
          <CopyField value={connection.webhookUrl} label="webhook URL to paste" />
        </Notice>
      ) : null}
    </>
  );
}
