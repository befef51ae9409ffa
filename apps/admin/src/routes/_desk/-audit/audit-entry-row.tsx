import type { RouterOutputs } from "../../../trpc.ts";
import { formatAddress, truncateText } from "../../../ui/format.ts";
import { RelativeTime } from "../../../ui/time.tsx";
import { auditLabels, systemActorLabel } from "./audit-labels.ts";

type Entry = RouterOutputs["audit"]["list"]["items"][number];

const named = (subject: string) => (subject.startsWith("whatsapp:") ? formatAddress(subject) : subject);

/** `accountSid: "AC…"` → `account sid AC12ab…9f`; what is false or an id of ours says nothing to a person. */
function inWords([name, value]: [string, unknown]): string[] {
  if (/Id$/.test(name) || value === null || value === false || typeof value === "object") return [];
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  if (value === true) return [words];
  const text = String(value);
  return [`${words}: ${/^[A-Z]{2}[0-9a-f]{32}$/i.test(text) ? truncateText(text) : text}`];
}

export function AuditEntryRow({ entry }: { entry: Entry }) {
  const detail = Object.entries(entry.detail ?? {})
    .flatMap(inWords)
    .join(", ");
  return (
    <tr>
      <th scope="row">
        <span className="strong" title={entry.actor?.email}>
          {entry.actor?.name || entry.actor?.email || systemActorLabel(entry.action)}
        </span>{" "}
        {auditLabels[entry.action] ?? entry.action}{" "}
        <span className="strong" style={{ display: "inline-block", overflowWrap: "anywhere" }}>
          {named(entry.subject)}
        </span>
      </th>
      <td className="dim" style={{ overflowWrap: "anywhere" }}>
        {detail}
      </td>
      <td className="mono dim">{entry.ip ?? ""}</td>
      <td className="dim" style={{ whiteSpace: "nowrap" }}>
        <RelativeTime at={entry.at} />
      </td>
    </tr>
  );
}
