import { z } from "zod";

/**
 * How fields of Twilio's responses are read. The OpenAPI files require no field and allow null in nearly all of them, enums
 * grow, and other servers that speak this API write numbers as text: a field that cannot be read is null and fails nothing.
 */
export const textField = z
  .unknown()
  .optional()
  .transform((value) => {
    if (typeof value === "string") return value.trim() === "" ? null : value;
    return typeof value === "number" || typeof value === "bigint" ? String(value) : null;
  });

export const booleanField = z
  .unknown()
  .optional()
  .transform((value) => {
    if (typeof value === "boolean") return value;
    return value === "true" ? true : value === "false" ? false : null;
  });

/** Anything else than an object counts as one without fields. */
export function objectField<Shape extends z.ZodRawShape>(shape: Shape) {
  return z
    .unknown()
    .optional()
    .transform((value) => (isObject(value) ? value : {}))
    .pipe(z.object(shape));
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
