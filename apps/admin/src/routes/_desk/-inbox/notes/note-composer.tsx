import { Button } from "@mantine/core";
import { IconLock, IconNote } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { type Ref, useId } from "react";
import { explainError } from "../../../../components/explain-error.ts";
import { queryClient, trpc } from "../../../../trpc.ts";
import { newClientKey } from "../composer/client-key.ts";
import { useDraft } from "../composer/use-draft.ts";
import { mentionedUserIds } from "./mentions.ts";
import css from "./note.module.css";
import { NoteField, useMentionableMembers } from "./note-field.tsx";

interface NoteComposerProps {
  conversationId: string;
  fieldRef: Ref<HTMLTextAreaElement>;
  onAdded: () => void;
}

/** For the team alone. It has a draft of its own beside the answer's. */
export function NoteComposer({ conversationId, fieldRef, onAdded }: NoteComposerProps) {
  const [text, setText] = useDraft(`${conversationId}.note`);
  // Kept with the draft: whoever tries again, even after a reload, adds nothing twice.
  const [key, setKey] = useDraft(`${conversationId}.note.key`);
  const team = useMentionableMembers();
  const hint = useId();
  const add = useMutation(
    trpc.notes.add.mutationOptions({
      onSuccess: async () => {
        setText("");
        setKey("");
        await queryClient.invalidateQueries(trpc.notes.list.pathFilter());
        onAdded();
      },
    }),
  );
  const submit = () => {
    if (text.trim() === "" || add.isPending) return;
    const clientKey = key || newClientKey();
    setKey(clientKey);
    add.mutate({ conversationId, clientKey, body: text.trim(), mentions: mentionedUserIds(text, team) });
  };
  return (
    <form
      className={css.composer}
      aria-label="Note"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className={css.edge}>
        <IconLock size={14} stroke={1.8} aria-hidden />
        Only your team sees this
      </div>
      <NoteField
        label="Note for your team"
        value={text}
        fieldRef={fieldRef}
        describedBy={hint}
        onChange={(next) => {
          setText(next);
          setKey("");
        }}
        onSubmit={submit}
        onLeave={() => (document.activeElement as HTMLElement | null)?.blur()}
      />
      <div className={css.foot}>
        <div id={hint} className={css.hint}>
          {add.error ? (
            <span className={css.problem} role="alert">
              {explainError(add.error)}
            </span>
          ) : (
            <span className={css.keys}>Enter adds it, Shift+Enter starts a new line</span>
          )}
        </div>
        <Button
          type="submit"
          size="xs"
          flex="none"
          className={css.add}
          loading={add.isPending}
          leftSection={<IconNote size={15} aria-hidden />}
        >
          Add note
        </Button>
      </div>
    </form>
  );
}
