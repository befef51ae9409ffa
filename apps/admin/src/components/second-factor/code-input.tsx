import { TextInput, type TextInputProps } from "@mantine/core";

/** For the digits of an app, or a backup code. Phones offer the code, and password managers fill it in. */
export const CodeInput = (props: TextInputProps) => (
  <TextInput
    autoComplete="one-time-code"
    spellCheck={false}
    autoCapitalize="off"
    autoFocus
    data-autofocus
    maxLength={40}
    classNames={{ input: "mono" }}
    {...props}
  />
);
