import { ActionIcon, CloseButton } from "@mantine/core";
import { IconFile, IconPaperclip } from "@tabler/icons-react";
import { SENDABLE_TYPES } from "@waystation/whatsapp/media/inputs";
import { type ClipboardEvent, useEffect, useEffectEvent, useRef, useState } from "react";
import type { ConversationDetail } from "../queries.ts";
import css from "./attaching.module.css";
import {
  type Attachment,
  addAttachments,
  removeAttachment,
  takeAttachments,
  useAttachments,
} from "./attachments.ts";
import { formatBytes } from "./file-labels.ts";

const accept = Object.entries(SENDABLE_TYPES)
  .flatMap(([type, endings]) => [type, ...endings.map((ending) => `.${ending}`)])
  .join(",");

/** Files for the next message: by button, by paste and by drop onto the conversation. */
export function useFileAttaching({ id, attachmentProblem }: ConversationDetail) {
  const attached = useAttachments(id);
  const [notice, setNotice] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const add = (files: readonly File[]) => setNotice(attachmentProblem ?? addAttachments(id, files));
  const remove = (key: string) => {
    removeAttachment(id, key);
    opener.current?.focus();
  };
  const isUploading = attached.some((one) => one.id === null && one.problem === null);
  const cannot = attached.some((one) => one.problem !== null);
  return {
    attached,
    /** Why nothing can be sent with these files yet. */
    whyNot: cannot
      ? "Remove the file that cannot be sent."
      : isUploading
        ? "A file is still on its way to the server."
        : null,
    take: () => {
      setNotice(null);
      return takeAttachments(id);
    },
    onPaste: (event: ClipboardEvent) => {
      const files = [...event.clipboardData.files];
      // Office copies a picture along with the words: then the words are meant.
      if (files.length === 0 || event.clipboardData.types.includes("text/plain")) return;
      event.preventDefault();
      add(files);
    },
    /** For the composer: what is dropped anywhere on the conversation around it is attached. */
    dropRef: useDrop(add),
    button: (
      <>
        <input
          ref={input}
          type="file"
          hidden
          multiple
          accept={accept}
          aria-label="Files to attach"
          onChange={(event) => {
            add([...(event.currentTarget.files ?? [])]);
            // The same file again is a change again.
            event.currentTarget.value = "";
          }}
        />
        <ActionIcon
          ref={opener}
          size={32}
          variant="subtle"
          color="gray"
          aria-label="Attach a file"
          title="Attach a file (or paste it, or drop it here)"
          onClick={() => (attachmentProblem ? setNotice(attachmentProblem) : input.current?.click())}
        >
          <IconPaperclip size={18} stroke={1.8} aria-hidden />
        </ActionIcon>
      </>
    ),
    chips: (
      <>
        {attached.length > 0 ? (
          <ul className={css.chips} aria-label="Attached files">
            {attached.map((one) => (
              <Chip key={one.key} attachment={one} onRemove={() => remove(one.key)} />
            ))}
          </ul>
        ) : null}
        {notice ? (
          <p className={css.notice} role="alert">
            {notice}
          </p>
        ) : null}
      </>
    ),
  };
}

function useDrop(add: (files: readonly File[]) => void) {
  const [composer, setComposer] = useState<HTMLElement | null>(null);
  const take = useEffectEvent(add);
  useEffect(() => {
    const pane = composer?.closest<HTMLElement>("[data-drop-area]");
    if (!pane) return;
    const over = new AbortController();
    const { signal } = over;
    const calm = () => pane.removeAttribute("data-dropping");
    pane.addEventListener(
      "dragover",
      (event) => {
        if (!event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        pane.setAttribute("data-dropping", "");
      },
      { signal },
    );
    pane.addEventListener(
      "dragleave",
      ({ relatedTarget }) => {
        if (!(relatedTarget instanceof Node && pane.contains(relatedTarget))) calm();
      },
      { signal },
    );
    pane.addEventListener(
      "drop",
      (event) => {
        calm();
        const files = [...(event.dataTransfer?.files ?? [])];
        if (files.length === 0) return;
        event.preventDefault();
        take(files);
      },
      { signal },
    );
    return () => {
      over.abort();
      calm();
    };
  }, [composer]);
  return setComposer;
}

interface ChipProps {
  attachment: Attachment;
  onRemove: () => void;
}

function Chip({ attachment: { name, size, preview, progress, id, problem }, onRemove }: ChipProps) {
  return (
    <li className={css.chip} data-failed={problem ? true : undefined}>
      {preview && problem === null ? (
        <img className={css.thumbnail} src={preview} alt="" />
      ) : (
        <IconFile className={css.icon} size={22} stroke={1.5} aria-hidden />
      )}
      <div className={css.facts}>
        <div className={css.name}>{name}</div>
        {problem ? (
          <div className={css.problem} role="alert">
            {problem}
          </div>
        ) : (
          <div className={css.size}>
            {formatBytes(size)}
            {id === null ? ` · ${Math.round(progress * 100)} %` : null}
          </div>
        )}
        {id === null && problem === null ? (
          <progress className={css.progress} value={progress} aria-label={`Upload of ${name}`} />
        ) : null}
      </div>
      <CloseButton
        size="sm"
        aria-label={id === null && problem === null ? `Cancel the upload of ${name}` : `Remove ${name}`}
        onClick={onRemove}
      />
    </li>
  );
}
