import { useInViewport } from "@mantine/hooks";
import { kindWord } from "../kind-labels.ts";
import { DocumentCard } from "./document-card.tsx";
import { FileProblem } from "./file-problem.tsx";
import type { FileOfMessage } from "./file-words.ts";
import css from "./files.module.css";
import { useFile } from "./use-file.ts";

export function VideoPlayer({ file }: { file: FileOfMessage }) {
  const loaded = useFile(file.url);
  const { ref: nearRef, inViewport } = useInViewport<HTMLDivElement>();
  if (loaded.word === "failed") return <FileProblem {...loaded} />;
  if (loaded.word === "unshowable")
    return <DocumentCard box={loaded.box} file={file} note="This browser cannot play it." />;
  return (
    <div ref={loaded.box}>
      <div ref={nearRef} className={css.video}>
        {/* biome-ignore lint/a11y/useMediaCaption: what customers film has no captions */}
        <video
          key={loaded.attempt}
          src={file.url}
          aria-label={kindWord("video")}
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
