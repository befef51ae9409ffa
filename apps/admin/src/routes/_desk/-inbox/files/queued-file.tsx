import { IconFile } from "@tabler/icons-react";
import css from "./files.module.css";

/** A file of a message that the server has not confirmed yet. */
export interface QueuedFileDetails {
  id: string;
  type: string;
  name: string | null;
}

export function QueuedFile({ file: { id, type, name } }: { file: QueuedFileDetails }) {
  if (type.startsWith("image/"))
    return (
      <div className={css.picture}>
        <img src={`/api/media/${id}`} alt={name ?? "Photo"} />
      </div>
    );
  return (
    <div className={css.document}>
      <IconFile size={26} stroke={1.5} aria-hidden />
      <span className={css.facts}>
        <span className={css.name}>{name ?? "File"}</span>
      </span>
    </div>
  );
}
