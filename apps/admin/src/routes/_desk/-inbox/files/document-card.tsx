import { Loader } from "@mantine/core";
import { IconDownload, IconFile, IconFileText, IconFileTypePdf } from "@tabler/icons-react";
import { type RefObject, useState } from "react";
import { queryClient, trpc } from "../../../../trpc.ts";
import { visibleName } from "../../../../ui/visible-text.ts";
import { type AttachedFile, fileTypeLabel, formatBytes } from "./file-labels.ts";
import css from "./files.module.css";
import { saveFile } from "./use-message-file.ts";

interface DocumentCardProps {
  file: AttachedFile;
  /** Why it is offered as a file and not shown. */
  note?: string;
  box?: RefObject<HTMLDivElement | null>;
}

/** A file to keep: it goes through the page, so that a failure stands where it was asked for. */
export function DocumentCard({ file: { url, type, name, size }, note, box }: DocumentCardProps) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const word = fileTypeLabel(type);
  const Icon = word === "PDF" ? IconFileTypePdf : word === "File" ? IconFile : IconFileText;
  const title = visibleName(name ?? "") || (word === "File" ? "Document" : word);
  const facts = [name ? word : null, size === null ? null : formatBytes(size), note].filter(Boolean);
  const save = async () => {
    if (isBusy) return;
    setBusy(true);
    setProblem(null);
    const failure = await saveFile(url);
    setProblem(failure);
    setBusy(false);
    // Now that it is stored, its name and size are known.
    if (failure === null && size === null) queryClient.invalidateQueries(trpc.messages.list.pathFilter());
  };
  return (
    <div ref={box}>
      <button type="button" className={css.document} aria-busy={isBusy} onClick={save}>
        <Icon size={26} stroke={1.5} aria-hidden />
        <span className={css.facts}>
          <span className={css.name}>{title}</span>
          <span className={css.faint}>{facts.length > 0 ? facts.join(" · ") : "Click to download"}</span>
        </span>
        {isBusy ? (
          <Loader size={16} aria-label="It is being fetched" />
        ) : (
          <IconDownload size={17} stroke={1.8} aria-label="Download" />
        )}
      </button>
      {problem ? (
        <div className={css.note} role="alert">
          <span className="strong">This file could not be fetched.</span> {problem}
        </div>
      ) : null}
    </div>
  );
}
