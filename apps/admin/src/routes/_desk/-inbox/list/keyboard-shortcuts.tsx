import { Modal } from "@mantine/core";
import { useOpenAfterMount } from "../../../../ui/controls/use-open-after-mount.ts";
import css from "../inbox.module.css";

const shortcuts: [keys: string[], what: string][] = [
  [["Ctrl K", "⌘K"], "Search and commands, from everywhere"],
  [["j"], "Next conversation"],
  [["k"], "Previous conversation"],
  [["↓", "↑"], "Move in the list; Enter opens"],
  [["/"], "Search"],
  [["r"], "Write an answer"],
  [["n"], "Write a note for the team"],
  [["/"], "At the start of an answer: canned replies"],
  [["@"], "In a note: mention somebody"],
  [["Enter"], "Send; Shift+Enter starts a new line"],
  [["Esc"], "Leave the answer; the draft is kept"],
  [["e"], "Resolve or reopen"],
  [["a"], "Assign to me"],
  [["?"], "Show this list"],
];

export default function KeyboardShortcutsDialog({
  opened,
  onClose,
}: {
  opened: boolean;
  onClose: () => void;
}) {
  return (
    <Modal
      opened={useOpenAfterMount(opened)}
      onClose={onClose}
      title="Keyboard shortcuts"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <dl className={css.shortcuts}>
        {shortcuts.map(([keys, what]) => (
          <div key={what}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
