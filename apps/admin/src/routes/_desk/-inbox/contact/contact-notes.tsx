import { Button, Skeleton, Textarea } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { MAX_CONTACT_NOTE_LENGTH } from "@waystation/whatsapp/contacts/inputs";
import { useState } from "react";
import { explainError } from "../../../../components/explain-error.ts";
import { queryClient, type RouterOutputs, trpc } from "../../../../trpc.ts";
import { StatusTag } from "../../../../ui/feedback/notice-and-tag.tsx";
import { formatAddress } from "../../../../ui/format.ts";
import { RelativeTime } from "../../../../ui/time.tsx";
import css from "./contact.module.css";

type Contact = RouterOutputs["contacts"]["get"];

/** What the team keeps about a contact, and where else they have talked. */
export function ContactNotes({ conversationId }: { conversationId: string }) {
  const { data, error } = useQuery(trpc.contacts.get.queryOptions({ conversationId }));
  if (error && !data) return <p className="dim small">{explainError(error)}</p>;
  if (!data) return <Skeleton height={84} />;
  return (
    <>
      <NoteForm key={conversationId} conversationId={conversationId} note={data.note} />
      {data.others.length > 0 ? <Others others={data.others} /> : null}
    </>
  );
}

function NoteForm({ conversationId, note }: { conversationId: string; note: Contact["note"] }) {
  /** Null while nobody here changes anything: then what others save shows at once. */
  const [draft, setDraft] = useState<{ body: string; since: string | null } | null>(null);
  const saved = note?.body ?? "";
  const save = useMutation(
    trpc.contacts.saveNote.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries(trpc.contacts.get.pathFilter());
        setDraft(null);
      },
    }),
  );
  const isOverwritten = draft !== null && draft.since !== (note?.editedAt ?? null);
  return (
    <form
      className={css.note}
      onSubmit={(event) => {
        event.preventDefault();
        // Whoever presses it has the other text before their eyes.
        const since = note?.editedAt ?? null;
        if (draft) save.mutate({ conversationId, body: draft.body, since });
      }}
    >
      <Textarea
        label="What we know"
        size="xs"
        autosize
        minRows={2}
        maxRows={10}
        maxLength={MAX_CONTACT_NOTE_LENGTH}
        placeholder="Likes, agreements, whom to ask: for the team alone"
        value={draft?.body ?? saved}
        error={save.error ? explainError(save.error) : undefined}
        onChange={({ currentTarget: { value } }) =>
          setDraft({ body: value, since: draft ? draft.since : (note?.editedAt ?? null) })
        }
      />
      {draft !== null && draft.body !== saved ? (
        <>
          {isOverwritten && saved !== "" ? (
            <p className={css.theirs} role="status">
              {note?.editedBy ?? "Somebody"} has saved meanwhile: “{saved}”
            </p>
          ) : null}
          <div className={css.acts}>
            <Button
              size="compact-xs"
              variant="subtle"
              color="gray"
              onClick={() => {
                save.reset();
                setDraft(null);
              }}
            >
              Discard
            </Button>
            <Button size="compact-xs" type="submit" loading={save.isPending}>
              {isOverwritten ? "Save mine instead" : "Save"}
            </Button>
          </div>
        </>
      ) : note ? (
        <p className={css.by}>
          {note.editedBy ?? "Somebody who left"}, <RelativeTime at={note.editedAt} />
        </p>
      ) : null}
    </form>
  );
}

function Others({ others }: { others: Contact["others"] }) {
  return (
    <div>
      <h3 className={css.heading}>Other conversations</h3>
      <ul aria-label="Other conversations" className={css.others}>
        {others.map(({ id, ours, lastAt, preview, isOpen, isConnected }) => (
          <li key={id}>
            <Link
              to="/inbox/$conversationId"
              params={{ conversationId: id }}
              search={({ message: _, ...before }) => before}
            >
              <span className={css.with}>
                with {formatAddress(ours)}
                {isConnected ? null : <StatusTag>disconnected</StatusTag>}
              </span>
              <span className={css.last} dir="auto">
                {preview || "Message"}
              </span>
              <span className={css.when}>
                <RelativeTime at={lastAt} />
                {isOpen ? ", open" : ", resolved"}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
