import { PasswordInput, type PasswordInputProps, Progress } from "@mantine/core";

/** Said as a hint only; the server decides. */
const minPassword = 12;

/** A rough measure, only to nudge: length counts most, variety a little. The server has the last word. */
function strengthOf(password: string) {
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((kind) => kind.test(password)).length;
  const distinct = new Set(password).size;
  if (password.length < minPassword)
    return {
      value: Math.min(20, password.length * 2),
      color: "red.7",
      word: `At least ${minPassword} characters`,
    };
  if (distinct < 6)
    return { value: 30, color: "orange.7", word: "Easy to guess: too few different characters" };
  const score = password.length + kinds * 2;
  if (score < 20) return { value: 55, color: "yellow.7", word: "Fair. A few more words make it strong" };
  return { value: 100, color: "teal.7", word: "Strong" };
}

export function NewPasswordForm({ value, ...props }: PasswordInputProps & { value?: string }) {
  const strength = strengthOf(value ?? "");
  return (
    <div>
      <PasswordInput
        value={value}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ "aria-label": "Show the password" }}
        {...props}
      />
      <Progress value={value ? strength.value : 0} color={strength.color} size={4} mt={8} aria-hidden />
      <p className="dim small" style={{ marginTop: 4 }} aria-live="polite">
        {value ? strength.word : `At least ${minPassword} characters. A few words in a row are easy to keep.`}
      </p>
    </div>
  );
}
