import { Fragment, isValidElement, type ReactNode } from "react";
import { visibleText } from "../../../../ui/visible-text.ts";
import css from "./message.module.css";

const tags = { "*": "strong", _: "em", "~": "s" } as const;
const isWord = (char: string | undefined) => char !== undefined && /[\p{L}\p{N}]/u.test(char);
const isBlank = (char: string | undefined) => char === undefined || /\s/.test(char);

/** A text with WhatsApp's marks (*bold*, _italic_, ~struck~, ```mono```) and links, as elements: never as HTML. */
export function WhatsAppText({ text }: { text: string }) {
  return (
    <p className={css.text} dir="auto">
      {renderWhatsAppFormatting(visibleText(text))}
    </p>
  );
}

/** The same without a paragraph of its own. */
export function renderWhatsAppFormatting(text: string): ReactNode {
  return text.split(/```([\s\S]+?)```/).map((part, no) =>
    no % 2 === 1 ? (
      <code key={no} className={css.code}>
        {part}
      </code>
    ) : (
      <Fragment key={no}>{part.split(/(\n)/).map((line) => (line === "\n" ? line : inline(line)))}</Fragment>
    ),
  );
}

/** The words alone, as a list of conversations shows them. */
export function stripWhatsAppFormatting(text: string): string {
  return wordsOf(renderWhatsAppFormatting(visibleText(text)));
}

function wordsOf(node: ReactNode): string {
  if (typeof node === "string") return node;
  if (Array.isArray(node)) return node.map(wordsOf).join("");
  return isValidElement<{ children?: ReactNode }>(node) ? wordsOf(node.props.children) : "";
}

/** One line. Marks hold where they embrace something and stand at the edge of words. */
function inline(line: string): ReactNode[] {
  const nodes: ReactNode[] = [];
  const hopeless = new Set<string>();
  let plain = "";
  let at = 0;
  const put = (node: ReactNode, end: number) => {
    if (plain) nodes.push(plain);
    plain = "";
    nodes.push(<Fragment key={nodes.length}>{node}</Fragment>);
    at = end;
  };
  while (at < line.length) {
    const char = line[at] ?? "";
    const link = char === "h" || char === "H" ? linkAt(line, at) : null;
    if (link && !isWord(line[at - 1])) {
      put(
        <a href={link} target="_blank" rel="noreferrer">
          {link}
        </a>,
        at + link.length,
      );
      continue;
    }
    if ((char in tags || char === "`") && !hopeless.has(char) && !isWord(line[at - 1])) {
      const canOpen = !isBlank(line[at + 1]) && line[at + 1] !== char;
      const end = canOpen ? closing(line, char, at + 1) : -1;
      if (end > 0) {
        const inside = line.slice(at + 1, end);
        const Tag = tags[char as keyof typeof tags];
        put(char === "`" ? <code className={css.code}>{inside}</code> : <Tag>{inline(inside)}</Tag>, end + 1);
        continue;
      }
      if (canOpen) hopeless.add(char);
    }
    plain += char;
    at += 1;
  }
  if (plain) nodes.push(plain);
  return nodes;
}

function closing(line: string, mark: string, from: number): number {
  for (let at = line.indexOf(mark, from + 1); at > 0; at = line.indexOf(mark, at + 1))
    if (!isBlank(line[at - 1]) && !isWord(line[at + 1])) return at;
  return -1;
}

function linkAt(line: string, at: number): string | null {
  const pattern = /https?:\/\/[^\s<>"]+/iy;
  pattern.lastIndex = at;
  const link = pattern.exec(line)?.[0].replace(/(?<![.,;:!?)\]}'*_~])[.,;:!?)\]}'*_~]+$/, "");
  return link && URL.canParse(link) ? link : null;
}
