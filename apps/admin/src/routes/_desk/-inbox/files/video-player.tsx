import { useInViewport } from "@mantine/hooks";
import { messageKindLabel } from "../thread/kind-labels.ts";
import { DocumentCard } from "./document-card.tsx";
import { FileError } from "./file-error.tsx";
import type { AttachedFile } from "./file-labels.ts";
import css from "./files.module.css";
import { useMessageFile } from "./use-message-file.ts";

export function VideoPlayer({ file }: { file: AttachedFile }) {
  const loaded = useMessageFile(file.url);
  const { ref: nearRef, inViewport } = useInViewport<HTMLDivElement>();
  if (loaded.word === "failed") return <FileError {...loaded} />;
  if (loaded.word === "unshowable")
    return <DocumentCard box={loaded.box} file={file} note="This browser cannot play it." />;
  return (
    <div ref={loaded.box}>
      <div ref={nearRef} className={css.video}>
        {/* biome-ignore lint/a11y/useMediaCaption: what customers film has no captions */}
        <video
          key={loaded.attempt}
          src={file.url}
          aria-label={messageKindLabel("video")}
          controls
          playsInline
          preload={inViewport || loaded.word === "ready" ? "metadata" : "none"}
          onLoadedMetadata={loaded.onReady}
          onError={loaded.onError}
        />
      </div>
    </div>
  );
}
