import { cursorInput } from "@waystation/core/paging/inputs";
import { z } from "zod";
import { tabIdInput } from "../inbox/inputs.ts";

export const listEventsInput = z.strictObject({
  connectionId: z.uuid().optional(),
  outcome: z.enum(["stored", "unrouted", "unprojected", "rejected"]).optional(),
  kind: z.enum(["message", "status", "unknown"]).optional(),
  search: z.string().trim().max(200).optional(),
  cursor: cursorInput.optional(),
  limit: z.int().min(1).max(100).optional(),
});
export type ListEventsInput = z.infer<typeof listEventsInput>;

export const eventChangesInput = z.strictObject({
  connectionId: z.uuid().optional(),
  /** The browser tab. Its presence ends with this stream. */
  tab: tabIdInput.optional(),
  /**
   * The session and organisation that the browser displays. If the cookie belongs to another session by now, the stream fails
   * and the browser reloads.
   */
  shownFor: z.strictObject({ sessionId: z.uuid(), organizationId: z.uuid() }).optional(),
});
export type EventChangesInput = z.infer<typeof eventChangesInput>;
