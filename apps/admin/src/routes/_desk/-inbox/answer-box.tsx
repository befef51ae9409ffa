import { SegmentedControl } from "@mantine/core";
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from "react";
import css from "./answer-box.module.css";
import { Composer } from "./composer.tsx";
import { keepWriting, readWriting, useBeginWriting, type Writing } from "./composer-mode.ts";
import { useTellPresence } from "./presence.ts";
import { Typing } from "./present.tsx";
import type { OpenConversation } from "./queries.ts";

const loadNotes = () => import("./note-composer.tsx");
const NoteComposer = lazy(async () => ({ default: (await loadNotes()).NoteComposer }));

interface AnswerBoxProps {
  conversation: OpenConversation;
  onSent: () => void;
}

/** Where one writes: to the customer, or about them. Which of both was begun is kept with the draft. */
export function AnswerBox({ conversation, onSent }: AnswerBoxProps) {
  const [writing, setWriting] = useState(() => readWriting(conversation.id));
  const field = useRef<HTMLTextAreaElement>(null);
  const wantsFocus = useRef(false);
  const change = useCallback(
    (next: Writing) => {
      setWriting(next);
      keepWriting(conversation.id, next);
    },
    [conversation.id],
  );
  const begin = useCallback(
    (next: Writing) => {
      wantsFocus.current = true;
      change(next);
      // Where it stands already, no new field takes the focus.
      field.current?.focus();
    },
    [change],
  );
  useBeginWriting(begin);
  const presence = useTellPresence(conversation.id);
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
        <Typing conversationId={conversation.id} />
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
