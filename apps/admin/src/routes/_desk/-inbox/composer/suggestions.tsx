import { VisuallyHidden } from "@mantine/core";
import {
  type FocusEvent,
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";
import css from "./suggestions.module.css";

interface SuggestionsOptions<Item> {
  /** What the list is of, for who cannot see it. */
  label: string;
  /** What was begun; while it is null, nothing is suggested. */
  begun: string | null;
  items: Item[];
  keyOf: (item: Item) => string;
  show: (item: Item) => ReactNode;
  onChoose: (item: Item) => void;
  /** Stands where there is nothing to suggest. */
  empty?: ReactNode;
}

/** A list above a text field that follows what is written there: arrows move in it, Enter and Tab choose, Escape closes it. */
export function useSuggestionMenu<Item>(options: SuggestionsOptions<Item>) {
  const { label, begun, items, keyOf, show, onChoose, empty } = options;
  const id = useId();
  const [place, setPlace] = useState({ begun, at: 0 });
  const [isThere, setThere] = useState(false);
  const [closedAt, setClosedAt] = useState<string | null>(null);
  const boxRef = useRef<HTMLDivElement>(null);
  const listRef = useRef<HTMLDivElement>(null);
  const isOpen = isThere && begun !== null && begun !== closedAt && (items.length > 0 || empty !== undefined);
  const at = place.begun === begun ? Math.min(place.at, items.length - 1) : 0;
  const chosen = items[at];
  const optionId = (item: Item) => `${id}-${keyOf(item)}`;
  useEffect(() => {
    if (begun === null) setClosedAt(null);
  }, [begun]);
  useEffect(() => {
    if (isOpen) listRef.current?.children[at]?.scrollIntoView({ block: "nearest" });
  }, [isOpen, at]);
  /** Into the list itself is not away. */
  const leave = ({ relatedTarget }: FocusEvent) => {
    if (!boxRef.current?.contains(relatedTarget)) setThere(false);
  };
  const choose = (item: Item) => {
    setClosedAt(begun);
    onChoose(item);
  };

  /** Whether the key was for the list. */
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (!isOpen || event.nativeEvent.isComposing) return false;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined && items.length > 0)
      setPlace({ begun, at: (at + by + items.length) % items.length });
    else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey && chosen) choose(chosen);
    else if (event.key === "Escape") setClosedAt(begun);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };

  return {
    onKeyDown,
    fieldProps: {
      onFocus: () => setThere(true),
      onBlur: leave,
      "aria-autocomplete": "list" as const,
      "aria-haspopup": "listbox" as const,
      "aria-controls": isOpen && items.length > 0 ? id : undefined,
      "aria-activedescendant": isOpen && chosen ? optionId(chosen) : undefined,
    },
    list: (
      <>
        {isOpen ? (
          // biome-ignore lint/a11y/noStaticElementInteractions: else a click would take the focus from the field
          <div
            ref={boxRef}
            className={css.box}
            onMouseDown={(event) => event.preventDefault()}
            onBlur={leave}
          >
            {items.length > 0 ? (
              <div id={id} ref={listRef} role="listbox" aria-label={label} className={css.list}>
                {items.map((item, no) => (
                  // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the focus, and the keys
                  <div
                    key={keyOf(item)}
                    id={optionId(item)}
                    role="option"
                    tabIndex={-1}
                    aria-selected={no === at}
                    className={css.option}
                    onClick={() => choose(item)}
                  >
                    {show(item)}
                  </div>
                ))}
              </div>
            ) : (
              <div className={css.empty}>{empty}</div>
            )}
          </div>
        ) : null}
        <VisuallyHidden role="status">
          {isOpen && items.length > 0 ? `${label}: ${items.length}. Arrow keys choose.` : ""}
        </VisuallyHidden>
      </>
    ),
  };
}
