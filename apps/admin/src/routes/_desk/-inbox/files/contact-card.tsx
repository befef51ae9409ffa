import { Button } from "@mantine/core";
import { useInViewport } from "@mantine/hooks";
import { IconUser } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { DocumentCard } from "./document-card.tsx";
import { FileError } from "./file-error.tsx";
import { type AttachedFile, fileTypeLabel } from "./file-labels.ts";
import css from "./files.module.css";
import { readVCards } from "./read-vcard.ts";
import { fetchText, saveFile } from "./use-message-file.ts";

/** Who is on it, and the card itself to keep. */
export function ContactCard({ file }: { file: AttachedFile }) {
  const box = useRef<HTMLDivElement>(null);
  const { ref, inViewport } = useInViewport<HTMLDivElement>();
  const query = useQuery({
    queryKey: ["file", file.url],
    queryFn: () => fetchText(file.url),
    enabled: inViewport,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (query.isError)
    return (
      <FileError
        box={box}
        problem={query.error.message}
        isRetrying={query.isFetching}
        tryAgain={async () => void (await query.refetch())}
      />
    );
  const cards = query.data ? readVCards(query.data) : [];
  return (
    <div ref={ref} className={css.contacts}>
      {query.isPending ? <div className={css.waiting}>{fileTypeLabel("text/vcard")}</div> : null}
      {cards.map((card, no) => (
        <div key={`${card.name} ${card.phones[0]}`} className={css.contact}>
          <IconUser size={20} stroke={1.6} aria-hidden />
          <div>
            <div className="strong">{card.name}</div>
            {card.organization ? <div className="dim small">{card.organization}</div> : null}
            {card.phones.map((phone) => (
              <div key={phone} className="small">
                {phone}
              </div>
            ))}
            {card.emails.map((email) => (
              <div key={email} className="small">
                {email}
              </div>
            ))}
          </div>
          {no === 0 ? (
            <Button
              className={css.save}
              size="compact-xs"
              variant="default"
              onClick={() => saveFile(file.url)}
            >
              Save
            </Button>
          ) : null}
        </div>
      ))}
      {query.data !== undefined && cards.length === 0 ? <DocumentCard file={file} /> : null}
    </div>
  );
}
