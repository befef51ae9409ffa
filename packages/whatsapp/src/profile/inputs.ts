import { z } from "zod";
import { nameInput } from "../team/inputs.ts";

export const updateProfileInput = z.strictObject({ name: nameInput });
export type UpdateProfile = z.infer<typeof updateProfileInput>;
