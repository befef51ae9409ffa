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
import { type Live, LiveProvider, useLiveChanges } from "../live.ts";
import { trpc } from "../trpc.ts";
import { DropMenu } from "../ui/drop-menu.tsx";
import { Dot } from "../ui/tone.tsx";
import { useOnceOpened } from "../ui/use-once-opened.ts";
import { connectionsQuery } from "./connections.ts";
import { Mark } from "./mark.tsx";
import { PaletteHost } from "./palette-host.tsx";
import { useMe } from "./session.ts";
import css from "./shell.module.css";
import { useUnread } from "./unread.ts";
import { verdictTone, verdictWord, worstVerdict } from "./verdict.ts";

const MoreDrawer = lazy(() => import("./more-drawer.tsx"));
const NewOrganization = lazy(() => import("./new-organization.tsx"));

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
  const me = useMe();
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
    <DropMenu
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
    </DropMenu>
  );
}

function Connectivity({ state, reopen }: Live) {
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

export function Shell({ children }: { children: ReactNode }) {
  const me = useMe();
  const live = useLiveChanges(me);
  const [more, moreDrawer] = useDisclosure(false);
  const [naming, namingModal] = useDisclosure(false);
  const { open, mayCreate } = useOrganizations();
  const { data } = useQuery(connectionsQuery());
  const active = data?.filter((each) => each.isActive) ?? [];
  const worst = worstVerdict(active);
  const dot = worst ? <Dot tone={verdictTone(worst)} label={`Connections: ${verdictWord(worst)}`} /> : null;
  const unread = <UnreadBadge count={useUnread().count} />;
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
              <Mark size={20} /> Waystation
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
      <PaletteHost />
      <Connectivity {...live} />
    </LiveProvider>
  );
}
