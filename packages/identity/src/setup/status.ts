import type { Installation } from "@waystation/core/context";
import { hasOwner } from "./token.ts";

/** Whether this installation still waits for its first owner, and can mail who forgot a password. */
export async function setupStatus(ctx: Installation) {
  return { needed: !(await hasOwner(ctx.db)), mail: ctx.sendMail !== null };
}
