import { z } from "zod";

const MB = 1024 * 1024;
/** Twilio's size limits for files to and from WhatsApp. */
export const MAX_FILE_BYTES = 16 * MB;
export const MAX_IMAGE_BYTES = 5 * MB;

/** The types that WhatsApp accepts from a business, with their usual file extensions. */
export const SENDABLE_TYPES = {
  "image/jpeg": ["jpg", "jpeg"],
  "image/png": ["png"],
  "audio/ogg": ["ogg", "oga", "opus"],
  "audio/mpeg": ["mp3"],
  "audio/aac": ["aac"],
  "audio/amr": ["amr"],
  "video/mp4": ["mp4", "m4v", "m4a"],
  "video/3gpp": ["3gp", "3gpp"],
  "application/pdf": ["pdf"],
  "application/msword": ["doc"],
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ["docx"],
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": ["pptx"],
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ["xlsx"],
  "text/vcard": ["vcf", "vcard"],
} as const satisfies Record<string, readonly string[]>;

export const unsupportedTypeMessage =
  "WhatsApp does not take this kind of file. It takes JPEG and PNG pictures, MP3, OGG, AAC and AMR audio, MP4 and 3GP video, PDF, Word, Excel and PowerPoint files, and contact cards.";

/** Office types that WhatsApp does not accept although it accepts their successors. */
export const LEGACY_OFFICE_TYPES: Partial<Record<string, string>> = {
  "application/vnd.ms-excel":
    "WhatsApp does not take .xls files. Save the sheet as .xlsx in Excel, then attach that file.",
  "application/vnd.ms-powerpoint":
    "WhatsApp does not take .ppt files. Save the slides as .pptx in PowerPoint, then attach that file.",
};

export const tooLargeMessage = (most: number) =>
  `WhatsApp takes ${most === MAX_IMAGE_BYTES ? "pictures" : "files"} of up to ${most / MB} MB. Make it smaller, or send a link to it.`;

export const fileIdInput = z.uuid();

export const fileNameInput = z.string().max(255, "This file's name is too long. Give it a shorter one.");
