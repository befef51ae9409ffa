import type { Platform } from "../context.ts";
import { hasOwner } from "./token.ts";

/** Whether this installation still waits for its first owner, and can mail who forgot a password. */
export async function setupStatus(ctx: Platform) {
  return { needed: !(await hasOwner(ctx.db)), mail: ctx.sendMail !== null };
}
