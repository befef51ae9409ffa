import type { UseFormReturnType } from "@mantine/form";
import { Notice } from "../ui/feedback/notice-and-tag.tsx";
import { parseProblem } from "./explain-error.ts";

// biome-ignore lint/suspicious/noExplicitAny: forms of every shape come here, and only their field names matter
type AnyForm = UseFormReturnType<any>;

const owns = (form: AnyForm, field: string | null): field is string =>
  field !== null && field in form.getInitialValues();

/** Puts a refusal next to the field that it is about. */
export function setFormError(form: AnyForm, error: unknown) {
  const { field, message } = parseProblem(error);
  if (owns(form, field)) form.setFieldError(field, message);
}

/** A refusal that belongs to no field of this form, above its button. */
export function FormError({ form, error }: { form: AnyForm; error: unknown }) {
  if (!error) return null;
  const { field, message } = parseProblem(error);
  if (owns(form, field)) return null;
  return (
    <Notice tone="bad" role="alert">
      {message}
    </Notice>
  );
}
