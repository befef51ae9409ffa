import { ActionIcon, Menu, UnstyledButton } from "@mantine/core";
import { IconCheck, IconLogout, IconUser } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useMe } from "./session.ts";
import css from "./shell.module.css";
import { schemes, useScheme } from "./theme-choice.tsx";
import { useSignOut } from "./use-sign-out.ts";

export function ThemeMenu() {
  const { colorScheme, setColorScheme, Icon } = useScheme();
  return (
    <Menu position="bottom-end" width={160}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={34} aria-label="Theme">
          <Icon size={18} stroke={1.7} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {schemes.map((scheme) => (
          <Menu.Item
            key={scheme.value}
            leftSection={<scheme.Icon size={16} aria-hidden />}
            rightSection={scheme.value === colorScheme ? <IconCheck size={14} aria-label="chosen" /> : null}
            onClick={() => setColorScheme(scheme.value)}
          >
            {scheme.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

export function TopTools() {
  const me = useMe();
  const signOut = useSignOut();
  const initials = me.user.name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => [...word][0]?.toUpperCase() ?? "")
    .join("");
  return (
    <div className={css.tools}>
      <ThemeMenu />
      <Menu position="bottom-end" width={220}>
        <Menu.Target>
          <UnstyledButton className={css.me} aria-label={`Your account: ${me.user.name}`}>
            {initials}
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <div className={css.whoami}>
            <div className="strong">{me.user.name}</div>
            <div className="dim small">{me.user.email}</div>
          </div>
          <Menu.Divider />
          <Menu.Item component={Link} to="/profile" leftSection={<IconUser size={16} aria-hidden />}>
            Profile
          </Menu.Item>
          <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={signOut}>
            Sign out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
