import { IconLogout, IconUser } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { DropMenu } from "../ui/drop-menu.tsx";
import { initialsOf } from "../ui/format.ts";
import { PaletteButton } from "./palette-host.tsx";
import { useMe } from "./session.ts";
import css from "./shell.module.css";
import { schemes, useScheme } from "./theme-choice.tsx";
import { useSignOut } from "./use-sign-out.ts";

export function ThemeMenu() {
  const { colorScheme, setColorScheme, Icon } = useScheme();
  return (
    <DropMenu
      label="Theme"
      className={css.tool}
      items={schemes.map((scheme) => ({
        label: scheme.label,
        icon: <scheme.Icon size={16} aria-hidden />,
        chosen: scheme.value === colorScheme,
        onSelect: () => setColorScheme(scheme.value),
      }))}
    >
      <Icon size={18} stroke={1.7} aria-hidden />
    </DropMenu>
  );
}

export function TopTools() {
  const { user } = useMe();
  const signOut = useSignOut();
  const navigate = useNavigate();
  return (
    <div className={css.tools}>
      <PaletteButton />
      <ThemeMenu />
      <DropMenu
        label={`Your account: ${user.name}`}
        className={css.me}
        head={
          <div className={css.whoami}>
            <div className="strong">{user.name}</div>
            <div className="dim small">{user.email}</div>
          </div>
        }
        items={[
          {
            label: "Profile",
            icon: <IconUser size={16} aria-hidden />,
            rule: true,
            onSelect: () => navigate({ to: "/profile" }),
          },
          { label: "Sign out", icon: <IconLogout size={16} aria-hidden />, onSelect: signOut },
        ]}
      >
        <span className={css.initials} data-initials={initialsOf(user.name)} />
      </DropMenu>
    </div>
  );
}
