import { ActionIcon, Button, Drawer } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { useState } from "react";
import type { WebhookEvent } from "../../trpc.ts";
import { FactList } from "../../ui/card.tsx";
import { CopyableSid, CopyIcon } from "../../ui/controls/copy.tsx";
import { useOpenAfterMount } from "../../ui/controls/use-open-after-mount.ts";
import { Notice } from "../../ui/feedback/notice-and-tag.tsx";
import { formatAddress } from "../../ui/format.ts";
import { exactTime } from "../../ui/time.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import { eventTitle, eventVerdict, isFailedEvent } from "./event-labels.ts";
import css from "./events.module.css";

interface EventDrawerProps {
  event: WebhookEvent | null;
  onClose: () => void;
  onNewer?: () => void;
  onOlder?: () => void;
  onFindMessage: (messageSid: string) => void;
}

export default function EventDrawer({
  event: current,
  onClose,
  onNewer,
  onOlder,
  onFindMessage,
}: EventDrawerProps) {
  // While the drawer slides away it keeps what it showed.
  const [event, setEvent] = useState(current);
  if (current && current !== event) setEvent(current);
  useHotkeys([
    ["ArrowUp", () => current && onNewer?.()],
    ["ArrowDown", () => current && onOlder?.()],
  ]);
  return (
    <Drawer
      opened={useOpenAfterMount(current !== null)}
      onClose={onClose}
      position="right"
      size={520}
      title={event ? eventTitle(event) : ""}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {event ? (
        <div className="stack">
          <Verdict event={event} />
          <div className="row spread">
            <div className="row">
              <ActionIcon
                variant="default"
                aria-label="Newer event"
                title={onNewer ? undefined : "This is the newest one"}
                onClick={onNewer}
                disabled={!onNewer}
              >
                <IconChevronUp size={16} aria-hidden />
              </ActionIcon>
              <ActionIcon
                variant="default"
                aria-label="Older event"
                title={onOlder ? undefined : "This is the oldest one loaded"}
                onClick={onOlder}
                disabled={!onOlder}
              >
                <IconChevronDown size={16} aria-hidden />
              </ActionIcon>
            </div>
            {event.messageSid ? (
              <Button
                size="xs"
                variant="default"
                onClick={() => event.messageSid && onFindMessage(event.messageSid)}
              >
                All events of this message
              </Button>
            ) : null}
          </div>
          <FactList
            rows={[
              ["Received", exactTime(event.receivedAt)],
              ["From", formatAddress(event.from)],
              ["To", formatAddress(event.to)],
              [
                "Message",
                event.messageSid ? <CopyableSid value={event.messageSid} label="message SID" /> : "none",
              ],
            ]}
          />
          <Parameters params={event.params} />
        </div>
      ) : null}
    </Drawer>
  );
}

function Verdict({ event }: { event: WebhookEvent }) {
  const tone =
    event.outcome === "rejected"
      ? "bad"
      : event.outcome !== "stored" || isFailedEvent(event)
        ? "warn"
        : "good";
  return (
    <Notice tone={tone} role="status">
      {eventVerdict(event)}
    </Notice>
  );
}

function Parameters({ params }: { params: WebhookEvent["params"] }) {
  const rows = Object.entries(params).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((each) => [name, each] as const),
  );
  if (rows.length === 0) return <p className="dim small">No parameters were kept.</p>;
  return (
    <section aria-label="Parameters">
      <div className="row spread">
        <h2 style={{ fontSize: "0.875rem" }}>Parameters</h2>
        <CopyIcon value={JSON.stringify(params, null, 2)} label="all parameters as JSON" />
      </div>
      <table className={css.params}>
        <colgroup>
          <col style={{ width: "34%" }} />
          <col />
          <col className={css.copy} />
        </colgroup>
        <tbody>
          {rows.map(([name, value], row) => (
            <tr key={row}>
              <th scope="row">{name}</th>
              <td className="mono">
                {value === "" ? <span className="dim">empty</span> : visibleText(value)}
              </td>
              <td>
                <CopyIcon value={value} label={name} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
