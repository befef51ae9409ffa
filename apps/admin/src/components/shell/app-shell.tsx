import { UnstyledButton, VisuallyHidden } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconActivity,
  IconBuilding,
  IconDots,
  IconHistory,
  IconInbox,
  IconLayoutDashboard,
  IconMessageBolt,
  IconPlayerPause,
  IconPlugConnected,
  IconPlus,
  IconSelector,
  IconSettings,
  IconUser,
  IconUsers,
  IconWifiOff,
} from "@tabler/icons-react";
import { onlineManager, useMutation, useQuery } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useSyncExternalStore } from "react";
import { type LiveChanges, LiveProvider, useLiveChanges } from "../../live/live-changes.ts";
import { trpc } from "../../trpc.ts";
import { DropdownMenu } from "../../ui/controls/dropdown-menu.tsx";
import { useOnceOpened } from "../../ui/controls/use-once-opened.ts";
import { StatusDot } from "../../ui/feedback/notice-and-tag.tsx";
import { useSession } from "../account/session.ts";
import { verdictColor, verdictLabel, worstVerdict } from "../connections/connection-verdict.ts";
import { connectionsQuery } from "../connections/connections.ts";
import { useUnreadCount } from "../unread-count.ts";
import css from "./app-shell.module.css";
import { CommandPaletteHost } from "./command-palette-host.tsx";
import { LogoMark } from "./logo-mark.tsx";

const MoreDrawer = lazy(() => import("./more-navigation-drawer.tsx"));
const NewOrganization = lazy(() => import("../account/new-organization-form.tsx"));

interface Place {
  to: LinkProps["to"];
  label: string;
  Icon: typeof IconActivity;
}
const overview: Place = { to: "/", label: "Overview", Icon: IconLayoutDashboard };
const inbox: Place = { to: "/inbox", label: "Inbox", Icon: IconInbox };
const webhooks: Place = { to: "/webhooks", label: "Webhooks", Icon: IconActivity };
const connections: Place = { to: "/connections", label: "Connections", Icon: IconPlugConnected };
const team: Place = { to: "/team", label: "Team", Icon: IconUsers };
const replies: Place = { to: "/replies", label: "Canned replies", Icon: IconMessageBolt };
const audit: Place = { to: "/audit", label: "Audit log", Icon: IconHistory };
const settings: Place = { to: "/settings", label: "Settings", Icon: IconSettings };
const profile: Place = { to: "/profile", label: "Profile", Icon: IconUser };

function RailLink({ place, dot, onClick }: { place: Place; dot?: ReactNode; onClick?: () => void }) {
  return (
    <Link to={place.to} className={css.link} activeOptions={{ exact: place.to === "/" }} onClick={onClick}>
      <place.Icon size={18} stroke={1.7} aria-hidden />
      <span>{place.label}</span>
      {dot}
    </Link>
  );
}

function TabLink({ place, dot }: { place: Place; dot?: ReactNode }) {
  return (
    <Link to={place.to} className={css.tab} activeOptions={{ exact: place.to === "/" }}>
      <place.Icon size={21} stroke={1.7} aria-hidden />
      <span>{place.label}</span>
      {dot}
    </Link>
  );
}

function UnreadBadge({ count }: { count: number }) {
  if (count === 0) return null;
  const shown = count > 99 ? "99+" : String(count);
  return (
    <span className={css.badge}>
      {shown}
      <VisuallyHidden> unread</VisuallyHidden>
    </span>
  );
}

function useOrganizations() {
  const me = useSession();
  const activate = useMutation(
    // Nothing of one organisation may stay in memory under the other: a fresh load is the honest switch.
    trpc.organizations.activate.mutationOptions({ onSuccess: () => window.location.assign("/") }),
  );
  return {
    me,
    open: (organizationId: string) => activate.mutate({ organizationId }),
    mayCreate: me.organizations.some((each) => each.role === "owner"),
  };
}

function OrganizationMenu({ onNew }: { onNew: () => void }) {
  const { me, open, mayCreate } = useOrganizations();
  return (
    <DropdownMenu
      label={`Organisation: ${me.organization.name}`}
      className={css.org}
      align="start"
      items={[
        ...me.organizations.map((each) => ({
          label: each.name,
          icon: <IconBuilding size={16} aria-hidden />,
          chosen: each.id === me.organization.id,
          onSelect: () => each.id !== me.organization.id && open(each.id),
        })),
        ...(mayCreate
          ? [
              {
                label: "New organisation",
                icon: <IconPlus size={16} aria-hidden />,
                rule: true,
                onSelect: onNew,
              },
            ]
          : []),
      ]}
    >
      <span>{me.organization.name}</span>
      <IconSelector size={16} aria-hidden />
    </DropdownMenu>
  );
}

function Connectivity({ state, reopen }: LiveChanges) {
  const online = useSyncExternalStore(
    (listener) => onlineManager.subscribe(listener),
    () => onlineManager.isOnline(),
  );
  if (online && state === "paused")
    return (
      <div className={css.offline} role="status">
        <IconPlayerPause size={16} aria-hidden />
        Live updates are paused: your account is open in too many places.
        <UnstyledButton className={css.resume} onClick={reopen}>
          Resume here
        </UnstyledButton>
      </div>
    );
  if (online && state !== "broken") return null;
  return (
    <div className={css.offline} role="status">
      <IconWifiOff size={16} aria-hidden />
      {online
        ? "The connection to Waystation was lost. Reconnecting…"
        : "You are offline. What you see may be old; it catches up by itself."}
    </div>
  );
}

export function AppShell({ children }: { children: ReactNode }) {
  const me = useSession();
  const live = useLiveChanges(me);
  const [more, moreDrawer] = useDisclosure(false);
  const [naming, namingModal] = useDisclosure(false);
  const { open, mayCreate } = useOrganizations();
  const { data } = useQuery(connectionsQuery());
  const active = data?.filter((each) => each.isActive) ?? [];
  const worst = worstVerdict(active);
  const dot = worst ? (
    <StatusDot tone={verdictColor(worst)} label={`Connections: ${verdictLabel(worst)}`} />
  ) : null;
  const unread = <UnreadBadge count={useUnreadCount().count} />;
  const seesAudit = me.organization.role !== "member";
  return (
    <LiveProvider value={live.state}>
      <a href="#content" className={css.skip}>
        Skip to the content
      </a>
      <div className={css.shell}>
        <nav className={css.rail} aria-label="Main">
          <div className={css.head}>
            <div className={css.brand}>
              <LogoMark size={20} /> Waystation
            </div>
          </div>
          <OrganizationMenu onNew={namingModal.open} />
          <div className={css.rule} />
          <RailLink place={overview} />
          <RailLink place={inbox} dot={unread} />
          <RailLink place={webhooks} />
          <div className={css.rule} />
          <RailLink place={connections} dot={dot} />
          <RailLink place={replies} />
          <RailLink place={team} />
          {seesAudit ? <RailLink place={audit} /> : null}
          <RailLink place={settings} />
        </nav>
        <main id="content" className={css.main} tabIndex={-1}>
          {active.some((each) => each.mode === "test") ? (
            <div className={css.stripe}>
              Test mode: the simulator stands in for Twilio. No real message is sent.
            </div>
          ) : null}
          {children}
        </main>
        <nav className={css.bottom} aria-label="Main, bottom">
          <TabLink place={overview} />
          <TabLink place={inbox} dot={unread} />
          <TabLink place={webhooks} />
          <UnstyledButton
            className={css.tab}
            onClick={moreDrawer.open}
            aria-expanded={more}
            aria-haspopup="dialog"
          >
            <IconDots size={21} stroke={1.7} aria-hidden />
            <span>More</span>
            {dot}
          </UnstyledButton>
        </nav>
      </div>
      {useOnceOpened(more) ? (
        <Suspense>
          <MoreDrawer title={me.organization.name} opened={more} onClose={moreDrawer.close}>
            <RailLink place={connections} dot={dot} onClick={moreDrawer.close} />
            {[replies, team, ...(seesAudit ? [audit] : []), settings, profile].map((place) => (
              <RailLink key={place.label} place={place} onClick={moreDrawer.close} />
            ))}
            <div className={css.rule} />
            {me.organizations
              .filter((each) => each.id !== me.organization.id)
              .map((each) => (
                <UnstyledButton key={each.id} className={css.link} w="100%" onClick={() => open(each.id)}>
                  <IconBuilding size={18} stroke={1.7} aria-hidden />
                  <span>Go to {each.name}</span>
                </UnstyledButton>
              ))}
            {mayCreate ? (
              <UnstyledButton
                className={css.link}
                w="100%"
                onClick={() => {
                  moreDrawer.close();
                  namingModal.open();
                }}
              >
                <IconPlus size={18} stroke={1.7} aria-hidden />
                <span>New organisation</span>
              </UnstyledButton>
            ) : null}
          </MoreDrawer>
        </Suspense>
      ) : null}
      {useOnceOpened(naming) ? (
        <Suspense>
          <NewOrganization opened={naming} onClose={namingModal.close} />
        </Suspense>
      ) : null}
      <CommandPaletteHost />
      <Connectivity {...live} />
    </LiveProvider>
  );
}
