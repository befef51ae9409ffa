import { z } from "zod";

/**
 * Parsers for fields of Twilio's responses. The OpenAPI files require no field and allow null in nearly all, enums grow, and
 * other servers with this API write numbers as text. An unreadable field becomes null and never throws.
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

/** Any other value is parsed as an object without fields. */
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
