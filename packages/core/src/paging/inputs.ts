import { z } from "zod";

/** Where a page of a list begins: the `nextCursor` of the page before. */
export const cursorInput = z.string().max(200, "This is not a cursor. Pass `nextCursor` of the page before.");
