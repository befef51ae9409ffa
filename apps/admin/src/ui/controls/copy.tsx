import { Button, VisuallyHidden } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { truncateText } from "../format.ts";
import css from "./copy.module.css";

/** `navigator.clipboard` is missing on plain http, where self-hosted desks are often tried first. */
async function toClipboard(text: string) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

function useCopy(text: string) {
  const [copied, setCopied] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const copy = async () => {
    await toClipboard(text);
    setCopied(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setCopied(false), 1600);
  };
  return { copied, copy };
}

const Said = ({ copied }: { copied: boolean }) => (
  <VisuallyHidden role="status">{copied ? "Copied" : ""}</VisuallyHidden>
);

export function CopyField({ value, label }: { value: string; label: string }) {
  const { copied, copy } = useCopy(value);
  return (
    <div className={css.field}>
      <code className={css.value} title={value}>
        {value}
      </code>
      <button type="button" className={css.button} onClick={copy} aria-label={`Copy ${label}`}>
        {copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
        <span style={{ minWidth: "4.2em", textAlign: "left" }}>{copied ? "Copied" : "Copy"}</span>
      </button>
      <Said copied={copied} />
    </div>
  );
}

/** A SID as people can read it; a click copies all of it. */
export function CopyableSid({ value, label }: { value: string; label: string }) {
  const { copied, copy } = useCopy(value);
  return (
    <>
      <button
        type="button"
        className={css.inline}
        onClick={copy}
        title={value}
        aria-label={`Copy ${label} ${truncateText(value)}`}
      >
        <span>{truncateText(value)}</span>
        {copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
      </button>
      <Said copied={copied} />
    </>
  );
}

export function CopyIcon({ value, label }: { value: string; label: string }) {
  const { copied, copy } = useCopy(value);
  return (
    <>
      <button
        type="button"
        className={css.icon}
        onClick={copy}
        title={copied ? "Copied" : `Copy ${label}`}
        aria-label={`Copy ${label}`}
      >
        {copied ? <IconCheck size={15} aria-hidden /> : <IconCopy size={15} aria-hidden />}
      </button>
      <Said copied={copied} />
    </>
  );
}

export function CopyButton({ value, label }: { value: string; label: string }) {
  const { copied, copy } = useCopy(value);
  return (
    <>
      <Button
        size="xs"
        variant="default"
        onClick={copy}
        leftSection={copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
      >
        {label}
      </Button>
      <Said copied={copied} />
    </>
  );
}
