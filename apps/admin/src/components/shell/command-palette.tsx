import "@mantine/spotlight/styles.layer.css";
import { useDebouncedValue } from "@mantine/hooks";
import { createSpotlight, Spotlight } from "@mantine/spotlight";
import {
  IconActivity,
  IconApi,
  IconHandStop,
  IconHistory,
  IconInbox,
  IconLayoutDashboard,
  IconMessage,
  IconMessageBolt,
  IconPlugConnected,
  IconSearch,
  IconSettings,
  IconUser,
  IconUsers,
} from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type LinkProps, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { trpc } from "../../trpc.ts";
import { formatAddress } from "../../ui/format.ts";
import { HighlightedText } from "../../ui/highlighted-text.tsx";
import { useSession } from "../account/session.ts";
import { contactDisplayName, contactOwnName } from "../contact-name.ts";
import { explainError } from "../explain-error.ts";
import { colorSchemes, useColorSchemeChoice } from "./color-scheme.tsx";
import css from "./command-palette.module.css";
import { type PaletteCommand, usePaletteCommands } from "./palette-commands.ts";

const [store, palette] = createSpotlight();

/** Fewer letters find too much to be of use. */
const ENOUGH = 2;

const screens: {
  label: string;
  to: LinkProps["to"];
  hash?: string;
  Icon: typeof IconInbox;
  admins?: true;
}[] = [
  { label: "Overview", to: "/", Icon: IconLayoutDashboard },
  { label: "Inbox", to: "/inbox", Icon: IconInbox },
  { label: "Webhooks", to: "/webhooks", Icon: IconActivity },
  { label: "Connections", to: "/connections", Icon: IconPlugConnected },
  { label: "Canned replies", to: "/replies", Icon: IconMessageBolt },
  { label: "Team", to: "/team", Icon: IconUsers },
  { label: "Audit log", to: "/audit", Icon: IconHistory, admins: true },
  { label: "Settings", to: "/settings", Icon: IconSettings },
  { label: "Opt-out words", to: "/settings", hash: "opt-out", Icon: IconHandStop },
  { label: "API reference", to: "/reference", Icon: IconApi },
  { label: "Profile", to: "/profile", Icon: IconUser },
];

const icon = { size: 17, stroke: 1.7, "aria-hidden": true };

interface PaletteProps {
  /** Opens it with each change. */
  asked: number;
  /** Closed with nothing chosen. */
  onClosed: () => void;
}

/** Everything that can be reached from here, by typing. */
export default function CommandPalette({ asked, onClosed }: PaletteProps) {
  const [query, setQuery] = useState("");
  // Done once the palette is gone, which till then holds the focus. Who chose something does not go back to where they were.
  const [chosen, choose] = useState<(() => void) | null>(null);
  useEffect(() => {
    if (asked === 0) return;
    choose(null);
    palette.open();
  }, [asked]);
  return (
    <Spotlight.Root
      store={store}
      shortcut={null}
      query={query}
      onQueryChange={setQuery}
      returnFocus={chosen === null}
      transitionProps={{ duration: 100, onExited: chosen ?? onClosed }}
      overlayProps={{ blur: 0, backgroundOpacity: 0.4 }}
      scrollable
      maxHeight={420}
      radius={10}
      attributes={{ content: { "aria-label": "Search and commands" } }}
      classNames={css}
    >
      <Spotlight.Search
        aria-label="Search and commands"
        placeholder="Find a conversation, a screen or a command"
        leftSection={<IconSearch {...icon} />}
        size="md"
      />
      <Results query={query.trim()} onChoose={(run) => choose(() => run)} />
    </Spotlight.Root>
  );
}

function Results({ query, onChoose }: { query: string; onChoose: (run: () => void) => void }) {
  const navigate = useNavigate();
  const { organization } = useSession();
  const { setColorScheme } = useColorSchemeChoice();
  const here = usePaletteCommands();
  const conversations = useConversations(query);
  const fits = ({ label }: { label: string }) => label.toLowerCase().includes(query.toLowerCase());
  const groups: [label: string, commands: PaletteCommand[]][] = [
    ["This page", here.filter(fits)],
    [
      "Conversations",
      conversations.items.map(({ id, contact, matchedText, matchedRanges, matchedMessageId }) => ({
        key: id,
        label: contactDisplayName(contact),
        description:
          matchedText !== null ? (
            <HighlightedText text={matchedText} ranges={matchedRanges} lead={40} />
          ) : contactOwnName(contact) ? (
            formatAddress(contact.address)
          ) : undefined,
        icon: <IconMessage {...icon} />,
        run: () =>
          navigate({
            to: "/inbox/$conversationId",
            params: { conversationId: id },
            search: { message: matchedMessageId ?? undefined },
          }),
      })),
    ],
    [
      "Go to",
      screens
        .filter(({ admins }) => !admins || organization.role !== "member")
        .map(({ label, to, hash, Icon }) => ({
          label,
          icon: <Icon {...icon} />,
          run: () => navigate({ to, hash }),
        }))
        .filter(fits),
    ],
    [
      "Theme",
      colorSchemes
        .map(({ value, label, Icon }) => ({
          label: `Theme: ${label}`,
          icon: <Icon {...icon} />,
          run: () => setColorScheme(value),
        }))
        .filter(fits),
    ],
  ];
  useEffect(selectFirst);
  const shown = groups.filter(([, commands]) => commands.length > 0);
  return (
    <Spotlight.ActionsList>
      {shown.map(([label, commands]) => (
        <Spotlight.ActionsGroup key={label} label={label}>
          {commands.map((command) => (
            <Spotlight.Action
              key={"key" in command ? String(command.key) : command.label}
              label={command.label}
              // The library shows whatever it is given, though its type says text alone.
              description={command.description as string | undefined}
              leftSection={command.icon}
              rightSection={command.keys ? <kbd className={css.keys}>{command.keys}</kbd> : undefined}
              onClick={() => onChoose(command.run)}
            />
          ))}
        </Spotlight.ActionsGroup>
      ))}
      {conversations.problem ? (
        <Spotlight.Empty role="alert">{conversations.problem}</Spotlight.Empty>
      ) : shown.length === 0 ? (
        <Spotlight.Empty>
          {conversations.isBusy ? "Searching…" : "Nothing is called that, and nobody wrote it."}
        </Spotlight.Empty>
      ) : null}
    </Spotlight.ActionsList>
  );
}

/** The library selects when somebody types, before the server has answered; without a selection Enter does nothing. */
function selectFirst() {
  const list = document.getElementById(store.getState().listId);
  const first = list?.querySelector("[data-action]");
  if (!first || list?.querySelector("[data-selected]")) return;
  first.setAttribute("data-selected", "true");
  store.updateState((state) => ({ ...state, selected: 0 }));
}

/** By names, numbers and words of messages, as the inbox finds them. */
function useConversations(query: string) {
  const [search] = useDebouncedValue(query, 200);
  const isAsked = search.length >= ENOUGH;
  const { data, error, isFetching } = useQuery({
    ...trpc.conversations.list.queryOptions({ filter: "all", search, limit: 8 }),
    enabled: isAsked,
    placeholderData: keepPreviousData,
  });
  return {
    items: query.length >= ENOUGH ? (data?.items ?? []) : [],
    isBusy: query.length >= ENOUGH && (isFetching || search !== query),
    problem: isAsked && error ? explainError(error) : null,
  };
}
