import { Button } from "@mantine/core";
import { IconDots, IconLock, IconPencil, IconTrash } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { Fragment, useState } from "react";
import { explainError } from "../../../../components/explain-error.ts";
import { queryClient, trpc, trpcClient } from "../../../../trpc.ts";
import { DropdownMenu } from "../../../../ui/controls/dropdown-menu.tsx";
import { confirm } from "../../../../ui/feedback/confirm.tsx";
import { exactTime, timeOfDay } from "../../../../ui/time.tsx";
import type { ThreadNote } from "../queries.ts";
import message from "../thread/message.module.css";
import { renderWhatsAppFormatting } from "../thread/whatsapp-text.tsx";
import { mentionedUserIds, splitAtMentions } from "./mentions.ts";
import css from "./note.module.css";
import { NoteField, useMentionableMembers } from "./note-field.tsx";

const refresh = () => queryClient.invalidateQueries(trpc.notes.list.pathFilter());

export function NoteBubble({ conversationId, note }: { conversationId: string; note: ThreadNote }) {
  const [isEditing, setEditing] = useState(false);
  const remove = () =>
    confirm({
      title: "Delete this note?",
      body: "It is gone for everybody in the team.",
      action: "Delete",
      run: async () => {
        await trpcClient.notes.delete.mutate({ conversationId, noteId: note.id });
        await refresh();
      },
      explain: explainError,
    });
  return (
    <article className={css.note} aria-label={`Note by ${note.author ?? "somebody who left"}`}>
      <div className={css.head}>
        <IconLock size={13} stroke={2} aria-hidden />
        <span className={css.author}>{note.author ?? "Somebody who left"}</span>
        <span className={css.when}>
          <time dateTime={note.createdAt} title={exactTime(note.createdAt)}>
            {timeOfDay(note.createdAt)}
          </time>
          {note.editedAt ? <span title={exactTime(note.editedAt)}> · edited</span> : null}
        </span>
        {note.isYours && !isEditing ? (
          <DropdownMenu
            label="What to do with this note"
            className={css.more}
            items={[
              { label: "Edit", icon: <IconPencil size={16} aria-hidden />, onSelect: () => setEditing(true) },
              {
                label: "Delete",
                icon: <IconTrash size={16} aria-hidden />,
                danger: true,
                onSelect: remove,
              },
            ]}
          >
            <IconDots size={15} aria-hidden />
          </DropdownMenu>
        ) : null}
      </div>
      {isEditing ? (
        <Editing conversationId={conversationId} note={note} onDone={() => setEditing(false)} />
      ) : (
        <p className={message.text} dir="auto">
          {splitAtMentions(note.body, note.mentions).map((piece, no) =>
            no % 2 === 1 ? (
              <span key={no} className={css.mention}>
                {piece}
              </span>
            ) : (
              <Fragment key={no}>{renderWhatsAppFormatting(piece)}</Fragment>
            ),
          )}
        </p>
      )}
      <div className={css.seen}>Only your team sees this</div>
    </article>
  );
}

interface EditingProps {
  conversationId: string;
  note: ThreadNote;
  onDone: () => void;
}

function Editing({ conversationId, note, onDone }: EditingProps) {
  const [text, setText] = useState(note.body);
  const team = useMentionableMembers();
  const edit = useMutation(
    trpc.notes.edit.mutationOptions({
      onSuccess: async () => {
        await refresh();
        onDone();
      },
    }),
  );
  const save = () => {
    if (text.trim() === "" || edit.isPending) return;
    const mentions = mentionedUserIds(text, [...team, ...note.mentions]);
    edit.mutate({ conversationId, noteId: note.id, body: text.trim(), mentions: [...new Set(mentions)] });
  };
  return (
    <div className={css.editing}>
      <NoteField
        label="Edit the note"
        value={text}
        fieldRef={(field) => field?.focus()}
        onChange={setText}
        onSubmit={save}
        onLeave={onDone}
      />
      {edit.error ? (
        <p className={css.problem} role="alert">
          {explainError(edit.error)}
        </p>
      ) : null}
      <div className={css.acts}>
        <Button size="compact-xs" variant="subtle" color="gray" onClick={onDone}>
          Cancel
        </Button>
        <Button size="compact-xs" className={css.add} loading={edit.isPending} onClick={save}>
          Save
        </Button>
      </div>
    </div>
  );
}
