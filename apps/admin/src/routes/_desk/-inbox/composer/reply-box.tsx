import { SegmentedControl } from "@mantine/core";
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from "react";
import type { ConversationDetail } from "../queries.ts";
import { usePublishPresence } from "../thread/presence.ts";
import { TypingIndicator } from "../thread/present-users.tsx";
import { Composer } from "./composer.tsx";
import {
  type ComposerMode,
  readComposerMode,
  storeComposerMode,
  useSetComposerMode,
} from "./composer-mode.ts";
import css from "./reply-box.module.css";

const loadNotes = () => import("../notes/note-composer.tsx");
const NoteComposer = lazy(async () => ({ default: (await loadNotes()).NoteComposer }));

interface AnswerBoxProps {
  conversation: ConversationDetail;
  onSent: () => void;
}

/** Where one writes: to the customer, or about them. Which of both was begun is kept with the draft. */
export function ReplyBox({ conversation, onSent }: AnswerBoxProps) {
  const [writing, setWriting] = useState(() => readComposerMode(conversation.id));
  const field = useRef<HTMLTextAreaElement>(null);
  const wantsFocus = useRef(false);
  const change = useCallback(
    (next: ComposerMode) => {
      setWriting(next);
      storeComposerMode(conversation.id, next);
    },
    [conversation.id],
  );
  const begin = useCallback(
    (next: ComposerMode) => {
      wantsFocus.current = true;
      change(next);
      // Where it stands already, no new field takes the focus.
      field.current?.focus();
    },
    [change],
  );
  useSetComposerMode(begin);
  const presence = usePublishPresence(conversation.id);
  const sent = () => {
    presence.stop();
    onSent();
  };
  useEffect(() => void loadNotes().catch(() => {}), []);
  const take = useCallback((next: HTMLTextAreaElement | null) => {
    field.current = next;
    if (!next || !wantsFocus.current) return;
    wantsFocus.current = false;
    next.focus();
  }, []);
  return (
    <div className={css.box} onInput={presence.type}>
      <div className={css.top}>
        <SegmentedControl
          className={css.kinds}
          aria-label="What you write"
          size="xs"
          value={writing}
          data-writing={writing}
          onChange={(value) => change(value === "note" ? "note" : "reply")}
          data={[
            { value: "reply", label: "Reply" },
            { value: "note", label: "Note" },
          ]}
        />
        <TypingIndicator conversationId={conversation.id} />
      </div>
      {writing === "note" ? (
        <Suspense fallback={<div className={css.coming} />}>
          <NoteComposer conversationId={conversation.id} fieldRef={take} onAdded={sent} />
        </Suspense>
      ) : (
        <Composer conversation={conversation} fieldRef={take} onSent={sent} />
      )}
    </div>
  );
}
