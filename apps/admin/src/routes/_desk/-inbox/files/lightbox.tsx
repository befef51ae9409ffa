import { ActionIcon, Button, Modal } from "@mantine/core";
import { useWindowEvent } from "@mantine/hooks";
import { IconChevronLeft, IconChevronRight, IconDownload } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { type ReactNode, useEffect, useState } from "react";
import { useOpenAfterMount } from "../../../../ui/controls/use-open-after-mount.ts";
import { DateAndTime } from "../../../../ui/time.tsx";
import { messagesQuery } from "../queries.ts";
import { FileError } from "./file-error.tsx";
import { imageAltText, isImageFile } from "./file-labels.ts";
import css from "./lightbox.module.css";
import { saveFile, useMessageFile } from "./use-message-file.ts";

/** Pictures look as they are before the dark, whatever the console's own colours. */
const dark = { width: "100%", background: "#0a0d0e" };

interface LightboxProps {
  conversationId: string;
  fileId: string;
  opened: boolean;
  onClose: () => void;
}

/** One picture, large, and from there to the others of the conversation. */
export default function Lightbox({ conversationId, fileId, opened, onClose }: LightboxProps) {
  const { message } = useSearch({ from: "/_desk/inbox/$conversationId" });
  const { data } = useInfiniteQuery({ ...messagesQuery(conversationId, message), enabled: false });
  const [shown, setShown] = useState(fileId);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    if (opened) setShown(fileId);
  }, [opened, fileId]);
  const pictures = (data?.pages.flatMap((page) => page.items) ?? [])
    .toReversed()
    .flatMap((message) => message.files.filter(isImageFile).map((file) => ({ message, file })));
  const at = pictures.findIndex(({ file }) => file.id === shown);
  const picture = pictures[at];
  const go = (step: number) => {
    const next = pictures[at + step];
    if (next) setShown(next.file.id);
    setProblem(null);
  };
  useWindowEvent("keydown", ({ key }) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
    if (opened && step) go(step);
  });
  return (
    <Modal.Root opened={useOpenAfterMount(opened)} onClose={onClose} fullScreen styles={{ content: dark }}>
      <Modal.Content
        className={css.content}
        aria-label={picture ? `${imageAltText(picture.message)}, ${at + 1} of ${pictures.length}` : "Picture"}
      >
        <div className={css.bar}>
          <div className={css.caption}>
            {picture ? (
              <>
                <span className="strong">
                  {picture.message.direction === "in" ? "From the customer" : "Sent"}
                </span>
                <span className={css.faint}>
                  <DateAndTime at={picture.message.createdAt} />
                  {pictures.length > 1 ? ` · ${at + 1} of ${pictures.length}` : null}
                </span>
              </>
            ) : null}
          </div>
          {problem ? <span role="alert">{problem}</span> : null}
          {picture ? (
            <Button
              size="xs"
              variant="default"
              leftSection={<IconDownload size={15} aria-hidden />}
              onClick={async () => setProblem(await saveFile(picture.file.url))}
            >
              Download
            </Button>
          ) : null}
          <Modal.CloseButton aria-label="Close" size="lg" className={css.close} />
        </div>
        <div className={css.stage}>
          <Step label="Earlier picture" isOff={at <= 0} onClick={() => go(-1)}>
            <IconChevronLeft size={24} aria-hidden />
          </Step>
          {picture ? (
            <Large key={picture.file.id} url={picture.file.url} alt={imageAltText(picture.message)} />
          ) : (
            <p>This picture is no longer in the conversation.</p>
          )}
          <Step label="Later picture" isOff={at < 0 || at >= pictures.length - 1} onClick={() => go(1)}>
            <IconChevronRight size={24} aria-hidden />
          </Step>
        </div>
        {picture?.message.body ? <p className={css.words}>{picture.message.body}</p> : null}
      </Modal.Content>
    </Modal.Root>
  );
}

interface StepProps {
  label: string;
  isOff: boolean;
  onClick: () => void;
  children: ReactNode;
}

/** Stays where it is at the ends, so that the focus does, too. */
function Step({ label, isOff, onClick, children }: StepProps) {
  return (
    <ActionIcon
      className={css.step}
      size={40}
      radius="xl"
      variant="default"
      aria-label={label}
      aria-disabled={isOff}
      data-off={isOff || undefined}
      onClick={onClick}
    >
      {children}
    </ActionIcon>
  );
}

function Large({ url, alt }: { url: string; alt: string }) {
  const loaded = useMessageFile(url);
  if (loaded.word === "failed") return <FileError {...loaded} />;
  return (
    <div ref={loaded.box} className={css.large} data-loading={loaded.word === "loading" || undefined}>
      {loaded.word === "unshowable" ? (
        <p>This browser cannot show it.</p>
      ) : (
        <img key={loaded.attempt} src={url} alt={alt} onLoad={loaded.onReady} onError={loaded.onError} />
      )}
    </div>
  );
}
