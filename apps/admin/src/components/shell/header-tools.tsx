import { IconLogout, IconUser } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { DropdownMenu } from "../../ui/controls/dropdown-menu.tsx";
import { initialsOf } from "../../ui/format.ts";
import { useSession } from "../account/session.ts";
import { useSignOut } from "../account/use-sign-out.ts";
import css from "./app-shell.module.css";
import { colorSchemes, useColorSchemeChoice } from "./color-scheme.tsx";
import { CommandPaletteButton } from "./command-palette-host.tsx";

export function ThemeMenu() {
  const { colorScheme, setColorScheme, Icon } = useColorSchemeChoice();
  return (
    <DropdownMenu
      label="Theme"
      className={css.tool}
      items={colorSchemes.map((scheme) => ({
        label: scheme.label,
        icon: <scheme.Icon size={16} aria-hidden />,
        chosen: scheme.value === colorScheme,
        onSelect: () => setColorScheme(scheme.value),
      }))}
    >
      <Icon size={18} stroke={1.7} aria-hidden />
    </DropdownMenu>
  );
}

export function HeaderTools() {
  const { user } = useSession();
  const signOut = useSignOut();
  const navigate = useNavigate();
  return (
    <div className={css.tools}>
      <CommandPaletteButton />
      <ThemeMenu />
      <DropdownMenu
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
      </DropdownMenu>
    </div>
  );
}
