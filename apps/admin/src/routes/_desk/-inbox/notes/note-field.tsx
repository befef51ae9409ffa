import { useQuery } from "@tanstack/react-query";
import { MAX_NOTE_LENGTH } from "@waystation/whatsapp/notes/inputs";
import { type KeyboardEvent, type Ref, useEffect, useImperativeHandle, useRef, useState } from "react";
import { trpc } from "../../../../trpc.ts";
import { useSuggestionMenu } from "../composer/suggestions.tsx";
import { matchingMembers, mentionQueryAt } from "./mentions.ts";
import css from "./note.module.css";

interface NoteFieldProps {
  label: string;
  value: string;
  fieldRef?: Ref<HTMLTextAreaElement>;
  describedBy?: string;
  onChange: (text: string) => void;
  onSubmit: () => void;
  onLeave: () => void;
}

/** Everybody who can be mentioned. */
export const useMentionableMembers = () => useQuery(trpc.team.list.queryOptions()).data?.members ?? [];

/** A text field in which `@` offers the people of the team. */
export function NoteField(props: NoteFieldProps) {
  const { label, value, fieldRef, describedBy, onChange, onSubmit, onLeave } = props;
  const team = useMentionableMembers();
  const own = useRef<HTMLTextAreaElement>(null);
  const [caret, setCaret] = useState(0);
  const goTo = useRef<number | null>(null);
  useImperativeHandle(fieldRef, () => own.current as HTMLTextAreaElement);
  const begun = mentionQueryAt(value, caret);
  const found = begun === null ? [] : matchingMembers(team, begun).slice(0, 8);
  const suggestions = useSuggestionMenu({
    label: "People to mention",
    begun,
    items: found,
    keyOf: ({ userId }) => userId,
    show: ({ name, email }) => (
      <>
        <span className="strong">{name}</span>
        <span className="dim small">{email}</span>
      </>
    ),
    onChoose: ({ name }) => {
      const before = value.slice(0, caret - (begun?.length ?? 0));
      const after = value.slice(caret).replace(/^ /, "");
      goTo.current = before.length + name.length + 1;
      onChange(`${before}${name} ${after}`);
    },
  });
  useEffect(() => {
    if (goTo.current === null || value.length < goTo.current) return;
    own.current?.setSelectionRange(goTo.current, goTo.current);
    setCaret(goTo.current);
    goTo.current = null;
  }, [value]);
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (suggestions.onKeyDown(event)) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      onLeave();
    }
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    // On a phone's keyboard Enter is the only way to a new line.
    if (matchMedia("(pointer: coarse)").matches) return;
    event.preventDefault();
    onSubmit();
  };
  return (
    <>
      {suggestions.list}
      <textarea
        ref={own}
        className={css.field}
        rows={2}
        value={value}
        dir="auto"
        maxLength={MAX_NOTE_LENGTH}
        aria-label={label}
        aria-describedby={describedBy}
        placeholder="Write a note; @ mentions somebody"
        {...suggestions.fieldProps}
        onChange={(event) => {
          setCaret(event.currentTarget.selectionStart);
          onChange(event.currentTarget.value);
        }}
        onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
        onKeyDown={onKeyDown}
      />
    </>
  );
}
