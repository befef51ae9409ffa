import {
  MAX_FILE_BYTES,
  MAX_IMAGE_BYTES,
  SENDABLE_TYPES,
  tooLargeMessage,
  unsupportedTypeMessage,
} from "@waystation/whatsapp/media/inputs";
import { useSyncExternalStore } from "react";

/** A file on its way into a message. */
export interface Attachment {
  key: string;
  name: string;
  type: string;
  size: number;
  /** A picture as this page has it. */
  preview: string | null;
  /** From 0 to 1. */
  progress: number;
  /** The server's name for it, once it has all of it. */
  id: string | null;
  problem: string | null;
}

const MOST = 10;
const nothing: Attachment[] = [];
const lists = new Map<string, Attachment[]>();
const uploads = new Map<string, XMLHttpRequest>();
const listeners = new Set<() => void>();
let counter = 0;
const newKey = () => String(++counter);

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

const keyOf = (conversationId: string) => `waystation.attached.${conversationId}`;

function write(conversationId: string, list: Attachment[]) {
  lists.set(conversationId, list);
  // What the server has all of is still there after a reload.
  const there = list.filter((one) => one.id !== null).map((one) => ({ ...one, preview: null }));
  try {
    if (there.length === 0) sessionStorage.removeItem(keyOf(conversationId));
    else sessionStorage.setItem(keyOf(conversationId), JSON.stringify(there));
  } catch {
    // Storage is full or forbidden: then it only lives as long as the page.
  }
  for (const listener of listeners) listener();
}

function read(conversationId: string): Attachment[] {
  let list = lists.get(conversationId);
  if (!list) {
    list = stored(conversationId);
    lists.set(conversationId, list);
  }
  return list;
}

function stored(conversationId: string): Attachment[] {
  try {
    const list: Attachment[] = JSON.parse(sessionStorage.getItem(keyOf(conversationId)) ?? "[]");
    return list.map((one) => ({
      ...one,
      key: newKey(),
      preview: one.type.startsWith("image/") ? `/api/media/${one.id}` : null,
    }));
  } catch {
    return nothing;
  }
}

function change(conversationId: string, key: string, part: Partial<Attachment>) {
  write(
    conversationId,
    read(conversationId).map((one) => (one.key === key ? { ...one, ...part } : one)),
  );
}

/** What is attached to the next message; it stays while one looks at other conversations. */
export const useAttachments = (conversationId: string) =>
  useSyncExternalStore(subscribe, () => read(conversationId));

/** Why WhatsApp would not take it, as far as its name and size say. */
export function attachmentProblemOf({
  name,
  type,
  size,
}: Pick<File, "name" | "type" | "size">): string | null {
  const ending = name.split(".").at(-1)?.toLowerCase() ?? "";
  const known = Object.entries(SENDABLE_TYPES).find(
    ([sendable, endings]) => sendable === type || endings.some((one) => one === ending),
  );
  if (!known) return unsupportedTypeMessage;
  if (size === 0) return "This file is empty. Choose another one.";
  const most = known[0].startsWith("image/") ? MAX_IMAGE_BYTES : MAX_FILE_BYTES;
  return size > most ? tooLargeMessage(most) : null;
}

/** Begins to upload. Answers what there was no place for. */
export function addAttachments(conversationId: string, files: readonly File[]): string | null {
  const places = MOST - read(conversationId).length;
  for (const file of files.slice(0, places)) begin(conversationId, file);
  return files.length > places ? `At most ${MOST} files at once. Send these first.` : null;
}

function begin(conversationId: string, file: File) {
  const key = newKey();
  const problem = attachmentProblemOf(file);
  const isPicture = problem === null && file.type.startsWith("image/");
  const fresh: Attachment = {
    key,
    name: file.name || "file",
    type: file.type,
    size: file.size,
    preview: isPicture ? URL.createObjectURL(file) : null,
    progress: 0,
    id: null,
    problem,
  };
  write(conversationId, [...read(conversationId), fresh]);
  if (problem === null) upload(conversationId, key, file);
}

interface Answer {
  id?: string;
  type?: string;
  name?: string | null;
  message?: string;
  error?: { message?: string };
}

function upload(conversationId: string, key: string, file: File) {
  // Unlike `fetch` it says how far it is.
  const request = new XMLHttpRequest();
  uploads.set(key, request);
  request.upload.onprogress = ({ loaded, total }) =>
    change(conversationId, key, { progress: loaded / total });
  request.onload = () => {
    uploads.delete(key);
    const answer = readAnswer(request.responseText);
    if (request.status === 201 && answer.id)
      change(conversationId, key, {
        id: answer.id,
        type: answer.type ?? file.type,
        name: answer.name ?? file.name,
        progress: 1,
      });
    else
      change(conversationId, key, {
        problem: answer.message ?? answer.error?.message ?? "The server did not take it. Attach it again.",
      });
  };
  request.onerror = () => {
    uploads.delete(key);
    change(conversationId, key, {
      problem: "It could not be uploaded. Check your network, then attach it again.",
    });
  };
  request.open("POST", `/api/media?name=${encodeURIComponent(file.name.slice(0, 255))}`);
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.send(file);
}

function readAnswer(text: string): Answer {
  try {
    return JSON.parse(text) as Answer;
  } catch {
    return {};
  }
}

export function removeAttachment(conversationId: string, key: string) {
  uploads.get(key)?.abort();
  uploads.delete(key);
  const [gone] = read(conversationId).filter((one) => one.key === key);
  // What is left behind after all goes by itself after a day.
  if (gone?.id) fetch(`/api/media/${gone.id}`, { method: "DELETE" }).catch(() => {});
  if (gone?.preview) URL.revokeObjectURL(gone.preview);
  write(
    conversationId,
    read(conversationId).filter((one) => one.key !== key),
  );
}

/** Takes all of them, to be sent. */
export function takeAttachments(conversationId: string): Attachment[] {
  const taken = read(conversationId);
  for (const { preview } of taken) if (preview) URL.revokeObjectURL(preview);
  write(conversationId, nothing);
  return taken;
}
