import { z } from "zod";
import { nameInput } from "../team/inputs.ts";

export const updateProfileInput = z.strictObject({ name: nameInput });
export type UpdateProfileInput = z.infer<typeof updateProfileInput>;
