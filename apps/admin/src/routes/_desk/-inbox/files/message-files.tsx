import type { Message } from "../queries.ts";
import { AudioPlayer } from "./audio-player.tsx";
import { ContactCard } from "./contact-card.tsx";
import { DocumentCard } from "./document-card.tsx";
import { type FileOfMessage, isContactCard, isPicture } from "./file-words.ts";
import css from "./files.module.css";
import { Picture } from "./picture.tsx";
import { VideoPlayer } from "./video-player.tsx";

interface MessageFilesProps {
  conversationId: string;
  message: Message;
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

function File({ conversationId, message, file }: MessageFilesProps & { file: FileOfMessage }) {
  if (isPicture(file)) return <Picture conversationId={conversationId} message={message} file={file} />;
  if (message.kind === "audio" || file.type.startsWith("audio/")) return <AudioPlayer file={file} />;
  if (file.type.startsWith("video/")) return <VideoPlayer file={file} />;
  if (isContactCard(file)) return <ContactCard file={file} />;
  return <DocumentCard file={file} />;
}
