import { Menu } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { Fragment, useState } from "react";
import type { DropdownMenuProps } from "./dropdown-menu.tsx";
import { useOpenAfterMount } from "./use-open-after-mount.ts";

export default function DropdownMenuPanel({
  label,
  head,
  items,
  align = "end",
  children,
  ...rest
}: DropdownMenuProps) {
  const [opened, setOpened] = useState(true);
  return (
    <Menu
      opened={useOpenAfterMount(opened)}
      onChange={setOpened}
      position={`bottom-${align}`}
      width={220}
      returnFocus
      // Its place for the first focus is a thing that no menu may hold; the dropdown itself takes it.
      withInitialFocusPlaceholder={false}
    >
      <Menu.Target>
        {/* biome-ignore lint/a11y/noAutofocus: it takes the place of the button that was just pressed */}
        <button type="button" aria-label={label} autoFocus {...rest}>
          {children}
        </button>
      </Menu.Target>
      <Menu.Dropdown data-autofocus>
        {head}
        {items.map((item) => (
          <Fragment key={item.label}>
            {item.rule ? <Menu.Divider /> : null}
            <Menu.Item
              c={item.danger ? "var(--bad)" : undefined}
              disabled={item.disabled}
              leftSection={item.icon}
              rightSection={item.chosen ? <IconCheck size={14} role="img" aria-label="chosen" /> : null}
              onClick={item.onSelect}
            >
              {item.label}
            </Menu.Item>
          </Fragment>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
