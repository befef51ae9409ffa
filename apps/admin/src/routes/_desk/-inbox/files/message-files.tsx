import type { ThreadMessage } from "../queries.ts";
import { AudioPlayer } from "./audio-player.tsx";
import { ContactCard } from "./contact-card.tsx";
import { DocumentCard } from "./document-card.tsx";
import { type AttachedFile, isContactCardFile, isImageFile } from "./file-labels.ts";
import css from "./files.module.css";
import { MessageImage } from "./message-image.tsx";
import { VideoPlayer } from "./video-player.tsx";

interface MessageFilesProps {
  conversationId: string;
  message: ThreadMessage;
}

/** The files of a message, each as what it is. */
export function MessageFiles({ conversationId, message }: MessageFilesProps) {
  return (
    <div className={css.files}>
      {message.files.map((file) => (
        <File key={file.id} conversationId={conversationId} message={message} file={file} />
      ))}
    </div>
  );
}

function File({ conversationId, message, file }: MessageFilesProps & { file: AttachedFile }) {
  if (isImageFile(file))
    return <MessageImage conversationId={conversationId} message={message} file={file} />;
  if (message.kind === "audio" || file.type.startsWith("audio/")) return <AudioPlayer file={file} />;
  if (file.type.startsWith("video/")) return <VideoPlayer file={file} />;
  if (isContactCardFile(file)) return <ContactCard file={file} />;
  return <DocumentCard file={file} />;
}
