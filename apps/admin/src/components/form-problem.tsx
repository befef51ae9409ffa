import type { UseFormReturnType } from "@mantine/form";
import { AuthProblem } from "../auth.ts";
import { type Problem, problemOf } from "../trpc.ts";
import { Notice } from "../ui/tone.tsx";

// biome-ignore lint/suspicious/noExplicitAny: forms of every shape come here, and only their field names matter
type AnyForm = UseFormReturnType<any>;

function read(error: unknown): Problem {
  if (error instanceof AuthProblem)
    return { message: error.message, field: error.field, reason: null, requestId: null };
  return problemOf(error);
}

const owns = (form: AnyForm, field: string | null): field is string =>
  field !== null && field in form.getInitialValues();

/** Puts a refusal next to the field that it is about. */
export function showProblem(form: AnyForm, error: unknown) {
  const { field, message } = read(error);
  if (owns(form, field)) form.setFieldError(field, message);
}

/** A refusal that belongs to no field of this form, above its button. */
export function FormProblem({ form, error }: { form: AnyForm; error: unknown }) {
  if (!error) return null;
  const { field, message } = read(error);
  if (owns(form, field)) return null;
  return (
    <Notice tone="bad" role="alert">
      {message}
    </Notice>
  );
}

export const explain = (error: unknown) => read(error).message;
