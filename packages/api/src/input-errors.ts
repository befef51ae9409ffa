import { z } from "zod";

type Issue = z.core.$ZodRawIssue;

const TYPES: Record<string, string> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  null: "null",
};
const FORMATS: Record<string, string> = {
  uuid: "a UUID, such as 0190a5b0-0000-7000-8000-000000000000",
  email: "an e-mail address",
  url: "a URL",
  datetime: "a time, such as 2026-11-23T12:00:00Z",
};

/**
 * The sentence for what is wrong with an input, where the schema has none of its own: it names the field and says what is
 * expected. Set for the whole process, because some schemas are used without a procedure.
 */
z.config({ customError: describeZodIssue });

function describeZodIssue(issue: Issue): string {
  const field = (issue.path ?? []).map(String).join(".");
  const name = field === "" ? "The input" : `“${field}”`;
  switch (issue.code) {
    case "unrecognized_keys":
      return `${issue.keys
        .map((key) => `“${key.slice(0, 60)}”`)
        .slice(0, 5)
        .join(", ")} is not a field here. Leave it out.`;
    case "invalid_type":
      if (issue.input === undefined) return `${name} is missing. It must be ${typeName(issue.expected)}.`;
      return `${name} must be ${typeName(issue.expected)}.`;
    case "invalid_value":
      return `${name} must be ${issue.values.length === 1 ? "" : "one of "}${issue.values.map(String).join(", ")}.`;
    case "invalid_format":
      return `${name} must be ${FORMATS[issue.format] ?? `text of the form ${issue.pattern ?? issue.format}`}.`;
    case "too_small":
      return `${name} must ${size(issue.origin, "at least", issue.minimum)}.`;
    case "too_big":
      return `${name} must ${size(issue.origin, "at most", issue.maximum)}.`;
    default:
      return `${name} is not valid.`;
  }
}

/** The first thing that is wrong, as a sentence that names its field. */
export function describeFirstIssue(error: z.ZodError): { message: string; field: string | null } {
  const [issue] = error.issues;
  const field = issue?.path.map(String).join(".") || null;
  const message = issue?.message ?? "This input is not valid.";
  return { message, field };
}

/** For programs: a sentence that was written to stand beside a form's field does not name it. */
export function prefixFieldName(message: string, field: string | null): string {
  return field === null || message.includes(`“${field}”`) ? message : `“${field}”: ${message}`;
}

const typeName = (expected: string) => TYPES[expected] ?? expected;

function size(origin: string, bound: string, count: number | bigint): string {
  if (origin === "string") return `have ${bound} ${count} characters`;
  if (origin === "array" || origin === "set") return `have ${bound} ${count} items`;
  return `be ${bound} ${count}`;
}
