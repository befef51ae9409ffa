import { IconPlus } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useAdminRequiredReason } from "../../../../components/account/session.ts";
import { explainError } from "../../../../components/explain-error.ts";
import { type ConnectionStatus, trpc, trpcClient } from "../../../../trpc.ts";
import { Card } from "../../../../ui/card.tsx";
import { ActionButton } from "../../../../ui/controls/action-button.tsx";
import { CopyIcon } from "../../../../ui/controls/copy.tsx";
import { alignEndClass, DataTable } from "../../../../ui/data-table.tsx";
import { confirm } from "../../../../ui/feedback/confirm.tsx";
import { StatusTag } from "../../../../ui/feedback/notice-and-tag.tsx";
import { toast } from "../../../../ui/feedback/toast.tsx";
import { RelativeTime } from "../../../../ui/time.tsx";
import { MAX_SHARED_KEYS, signatureAlgorithmLabels, TWILIO_SHARED_KEYS_URL } from "./shared-key-labels.ts";

type SharedKey = ConnectionStatus["sharedKeys"][number];

/** The keys that Twilio signs this connection's webhooks with, where a Webhook Rule of the account names one. */
export function SharedKeys({ connection, onAdd }: { connection: ConnectionStatus; onAdd: () => void }) {
  const whyNot = useAdminRequiredReason("manage shared keys");
  const { sharedKeys } = connection;
  const isFull = sharedKeys.length >= MAX_SHARED_KEYS;
  const why =
    whyNot ??
    (isFull ? `A connection has at most ${MAX_SHARED_KEYS} shared keys. Remove one that is not used.` : null);
  return (
    <Card
      title="Shared keys"
      aside={
        <ActionButton
          size="xs"
          variant="default"
          why={why}
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={onAdd}
        >
          Add a shared key
        </ActionButton>
      }
      flush={sharedKeys.length > 0}
    >
      {sharedKeys.length === 0 ? (
        <p className="dim">
          No shared keys: Twilio signs this connection's webhooks with the Auth Token. If a Webhook Rule of
          your Twilio account signs them with a <SharedKeysLink />, add the key here, or its webhooks are
          rejected.
        </p>
      ) : (
        <KeyTable connection={connection} why={whyNot} />
      )}
    </Card>
  );
}

const SharedKeysLink = () => (
  <a href={TWILIO_SHARED_KEYS_URL} target="_blank" rel="noreferrer">
    shared key
  </a>
);

function KeyTable({ connection, why }: { connection: ConnectionStatus; why: string | null }) {
  return (
    <DataTable
      label="Shared keys"
      head={
        <>
          <th scope="col">Key ID</th>
          <th scope="col">Algorithm</th>
          <th scope="col">Secret</th>
          <th scope="col">Added</th>
          <th scope="col" className={alignEndClass}>
            Actions
          </th>
        </>
      }
    >
      {connection.sharedKeys.map((sharedKey) => (
        <KeyRow key={sharedKey.keyId} connectionId={connection.id} sharedKey={sharedKey} why={why} />
      ))}
    </DataTable>
  );
}

interface KeyRowProps {
  connectionId: string;
  sharedKey: SharedKey;
  why: string | null;
}

function KeyRow({ connectionId, sharedKey, why }: KeyRowProps) {
  const queryClient = useQueryClient();
  const { keyId, algorithm, lastFour, addedAt, addedBy, isReadable } = sharedKey;
  const remove = () =>
    confirm({
      title: "Remove this shared key?",
      body: (
        <p style={{ overflowWrap: "anywhere" }}>
          Its secret is erased. Webhooks that Twilio signs with <span className="mono">{keyId}</span> are
          rejected from then on, and Twilio does not send their messages again. First remove the Webhook Rule
          that uses the key, or have it use another one.
        </p>
      ),
      action: "Remove the key",
      explain: explainError,
      run: async () => {
        await trpcClient.twilioWhatsApp.removeSharedKey.mutate({ connectionId, keyId });
        await queryClient.invalidateQueries(trpc.twilioWhatsApp.status.queryFilter());
        void toast("The shared key is removed.");
      },
    });
  return (
    <tr>
      <th scope="row">
        <span className="mono" style={{ overflowWrap: "anywhere" }}>
          {keyId}
        </span>
        <CopyIcon value={keyId} label="key ID" />
      </th>
      <td>{signatureAlgorithmLabels[algorithm]}</td>
      <td>
        <span className="mono">…{lastFour}</span>{" "}
        {isReadable ? null : <StatusTag tone="bad">cannot be opened</StatusTag>}
      </td>
      <td className="dim">
        <RelativeTime at={addedAt} />
        {addedBy ? ` by ${addedBy}` : ""}
      </td>
      <td className={alignEndClass}>
        <ActionButton
          size="xs"
          variant="default"
          why={why}
          onClick={remove}
          aria-label={`Remove the shared key ending in ${lastFour}`}
        >
          Remove
        </ActionButton>
      </td>
    </tr>
  );
}
