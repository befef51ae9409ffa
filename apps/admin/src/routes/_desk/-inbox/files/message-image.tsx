import { lazy, Suspense, useState } from "react";
import { useOnceOpened } from "../../../../ui/controls/use-once-opened.ts";
import type { ThreadMessage } from "../queries.ts";
import { DocumentCard } from "./document-card.tsx";
import { FileError } from "./file-error.tsx";
import { type AttachedFile, imageAltText } from "./file-labels.ts";
import css from "./files.module.css";
import { useMessageFile } from "./use-message-file.ts";

const Lightbox = lazy(() => import("./lightbox.tsx"));

interface PictureProps {
  conversationId: string;
  message: ThreadMessage;
  file: AttachedFile;
}

/** Its place has its size before it comes. */
export function MessageImage({ conversationId, message, file }: PictureProps) {
  const loaded = useMessageFile(file.url);
  const [isOpen, setOpen] = useState(false);
  const isKept = useOnceOpened(isOpen);
  if (loaded.word === "failed") return <FileError {...loaded} />;
  if (loaded.word === "unshowable")
    return <DocumentCard box={loaded.box} file={file} note="This browser cannot show it." />;
  return (
    <div ref={loaded.box}>
      <button
        type="button"
        className={css.picture}
        data-sticker={message.kind === "sticker" || undefined}
        data-loading={loaded.word === "loading" || undefined}
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        <img
          key={loaded.attempt}
          src={file.url}
          alt={imageAltText(message)}
          loading="lazy"
          decoding="async"
          onLoad={loaded.onReady}
          onError={loaded.onError}
        />
      </button>
      {isKept ? (
        <Suspense>
          <Lightbox
            conversationId={conversationId}
            fileId={file.id}
            opened={isOpen}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      ) : null}
    </div>
  );
}
