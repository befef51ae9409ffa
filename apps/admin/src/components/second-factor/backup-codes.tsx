import { Button, Group } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { CopyButton } from "../../ui/controls/copy.tsx";
import { Notice } from "../../ui/feedback/notice-and-tag.tsx";
import css from "./second-factor.module.css";

/** Shown once, when they were made. */
export function BackupCodes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  const text = `${codes.join("\n")}\n`;
  return (
    <div className="stack">
      <Notice tone="good" role="status" title="Your backup codes">
        Keep these backup codes where you find them without your phone. Each lets you in once. They are shown
        only now.
      </Notice>
      <ul className={css.codes} aria-label="Backup codes">
        {codes.map((code) => (
          <li key={code} className="mono">
            {code}
          </li>
        ))}
      </ul>
      <Group justify="space-between" gap="xs">
        <Group gap="xs">
          <CopyButton value={text} label="Copy" />
          <Button
            size="xs"
            variant="default"
            component="a"
            href={`data:text/plain;charset=utf-8,${encodeURIComponent(`Waystation backup codes\n\n${text}`)}`}
            download="waystation-backup-codes.txt"
            leftSection={<IconDownload size={14} aria-hidden />}
          >
            Download
          </Button>
        </Group>
        <Button onClick={onDone} data-autofocus>
          I have kept them
        </Button>
      </Group>
    </div>
  );
}
