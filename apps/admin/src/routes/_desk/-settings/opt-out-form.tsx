import { Button, Checkbox, Group, Skeleton, Textarea } from "@mantine/core";
import { schemaResolver, useForm } from "@mantine/form";
import { useMutation, useQuery } from "@tanstack/react-query";
import {
  type UpdateOptOutSettingsInput,
  updateOptOutSettingsInput,
} from "@waystation/whatsapp/opt-out/inputs";
import { useAdminRequiredReason } from "../../../components/account/session.ts";
import { explainError } from "../../../components/explain-error.ts";
import { FormError, setFormError } from "../../../components/form-error.tsx";
import { queryClient, type RouterOutputs, trpc, trpcClient } from "../../../trpc.ts";
import { Card } from "../../../ui/card.tsx";
import { ActionButton } from "../../../ui/controls/action-button.tsx";
import { Notice } from "../../../ui/feedback/notice-and-tag.tsx";
import { toast } from "../../../ui/feedback/toast.tsx";
import css from "./opt-out-form.module.css";

type Settings = RouterOutputs["optOut"]["settings"];

export function OptOutCard() {
  const { data: settings, error, refetch } = useQuery(trpc.optOut.settings.queryOptions());
  return (
    <div id="opt-out">
      <Card title="Opt-out words">
        {settings ? (
          // New settings from the server replace what is shown.
          <OptOutForm key={JSON.stringify(settings)} settings={settings} />
        ) : error ? (
          <Notice tone="bad" role="alert">
            <p>{explainError(error)}</p>
            <div>
              <Button size="xs" variant="default" onClick={() => refetch()}>
                Try again
              </Button>
            </div>
          </Notice>
        ) : (
          [1, 2, 3].map((row) => <Skeleton key={row} height={34} />)
        )}
      </Card>
    </div>
  );
}

const linesOf = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

interface Values {
  languages: string[];
  stopWords: string;
  startWords: string;
}

function OptOutForm({ settings }: { settings: Settings }) {
  const why = useAdminRequiredReason("change the opt-out words");
  const inputOf = (values: Values) => ({
    languages: values.languages as UpdateOptOutSettingsInput["languages"],
    stopWords: linesOf(values.stopWords),
    startWords: linesOf(values.startWords),
  });
  const validate = schemaResolver(updateOptOutSettingsInput, { sync: true });
  const form = useForm<Values>({
    initialValues: {
      languages: settings.languages.filter(({ isOn }) => isOn).map(({ code }) => code),
      stopWords: settings.stopWords.join("\n"),
      startWords: settings.startWords.join("\n"),
    },
    // A problem with one word is shown at its list.
    validate: (values) =>
      Object.fromEntries(
        Object.entries(validate(inputOf(values))).map(([path, problem]) => [path.split(".")[0], problem]),
      ),
  });
  const save = useMutation({
    mutationFn: (values: Values) => trpcClient.optOut.updateSettings.mutate(inputOf(values)),
    onSuccess: async () => {
      await queryClient.invalidateQueries(trpc.optOut.settings.queryFilter());
      void toast("The opt-out words are saved.");
    },
    onError: (error) => setFormError(form, error),
  });
  return (
    <form
      className="stack"
      onSubmit={form.onSubmit((values) => (why ? undefined : save.mutate(values)))}
      noValidate
    >
      <p className="dim">
        A contact who writes one of these words, such as “{settings.languages[0]?.stopWords[0]}”, is opted
        out. Case, accents, punctuation and words such as “please” make no difference. Other sentences that
        contain the word do not count.
      </p>
      <Checkbox.Group
        label="Languages"
        description="Turn off a language if its words mean something else to your customers."
        {...form.getInputProps("languages")}
      >
        <div className={css.languages}>
          {settings.languages.map(({ code, name, stopWords }) => (
            <Checkbox
              key={code}
              value={code}
              label={name}
              disabled={why !== null}
              title={`Opt out: ${stopWords.join(", ")}`}
            />
          ))}
        </div>
      </Checkbox.Group>
      <div className={css.lists}>
        <Textarea
          label="Your words for opting out"
          description="One per line, such as a word that you announced."
          autosize
          minRows={3}
          maxRows={12}
          readOnly={why !== null}
          {...form.getInputProps("stopWords")}
        />
        <Textarea
          label="Your words for opting in again"
          description="One per line. Members see the first one as the word to write."
          autosize
          minRows={3}
          maxRows={12}
          readOnly={why !== null}
          {...form.getInputProps("startWords")}
        />
      </div>
      <FormError form={form} error={save.error} />
      <Group justify="flex-end">
        <ActionButton type="submit" why={why} loading={save.isPending}>
          Save opt-out words
        </ActionButton>
      </Group>
    </form>
  );
}
