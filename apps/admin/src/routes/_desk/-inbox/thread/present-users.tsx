import { initialsOf } from "../../../../ui/format.ts";
import { usePresentUsers } from "./presence.ts";
import css from "./present.module.css";

const MOST = 3;

/** Who else has this conversation open. */
export function PresentUsers({ conversationId }: { conversationId: string }) {
  const people = usePresentUsers(conversationId);
  if (people.length === 0) return null;
  const more = people.length - MOST;
  return (
    <ul className={css.people} aria-label="Also here">
      {people.slice(0, MOST).map(({ userId, name, isTyping }) => (
        <li
          key={userId}
          title={`${name} is ${isTyping ? "typing" : "looking at this"}`}
          data-typing={isTyping || undefined}
        >
          <span role="img" aria-label={name} data-initials={initialsOf(name)} />
        </li>
      ))}
      {more > 0 ? (
        <li
          title={people
            .slice(MOST)
            .map(({ name }) => name)
            .join(", ")}
        >
          +{more}
        </li>
      ) : null}
    </ul>
  );
}

/** "Ada is typing…", where one is about to type oneself. */
export function TypingIndicator({ conversationId }: { conversationId: string }) {
  const names = usePresentUsers(conversationId)
    .filter(({ isTyping }) => isTyping)
    .map(({ name }) => name);
  const [first, second] = names;
  return (
    <p className={css.typing} role="status">
      {names.length === 0
        ? ""
        : names.length === 1
          ? `${first} is typing…`
          : names.length === 2
            ? `${first} and ${second} are typing…`
            : `${first} and ${names.length - 1} others are typing…`}
    </p>
  );
}
