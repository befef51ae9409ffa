import {
  IconAddressBook,
  IconArrowForwardUp,
  IconFileText,
  IconForms,
  IconMapPin,
  IconMicrophone,
  IconPhoto,
  IconPointer,
  IconQuestionMark,
  IconSpeakerphone,
  IconSticker,
  IconVideo,
  type TablerIcon,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { MessageFiles } from "./files/message-files.tsx";
import { FormattedText } from "./formatted-text.tsx";
import { kindWord } from "./kind-words.ts";
import css from "./message.module.css";
import type { Message } from "./queries.ts";

type Details = NonNullable<Message["details"]>;

const icons: Record<Message["kind"], TablerIcon> = {
  unknown: IconQuestionMark,
  text: IconQuestionMark,
  image: IconPhoto,
  audio: IconMicrophone,
  video: IconVideo,
  document: IconFileText,
  sticker: IconSticker,
  location: IconMapPin,
  contacts: IconAddressBook,
  button: IconPointer,
  list: IconPointer,
  flow: IconForms,
};

function Labelled({
  kind,
  title,
  children,
}: {
  kind: Message["kind"];
  title?: string;
  children?: ReactNode;
}) {
  const Icon = icons[kind];
  return (
    <div className={css.labelled}>
      <Icon size={20} stroke={1.6} aria-hidden />
      <div>
        <div className="strong">{title ?? kindWord(kind)}</div>
        {children ? <div className="dim small">{children}</div> : null}
      </div>
    </div>
  );
}

/** What a message is, whatever its kind. What is not known here is shown as it came. */
export function MessageContent({ conversationId, message }: { conversationId: string; message: Message }) {
  const { details, kind, body } = message;
  return (
    <>
      {details?.isForwarded ? (
        <div className={css.note}>
          <IconArrowForwardUp size={14} aria-hidden /> Forwarded
        </div>
      ) : null}
      {details?.referral ? <Referral referral={details.referral} /> : null}
      {details?.quoted ? <Quoted quoted={details.quoted} /> : null}
      {message.files.length > 0 ? <MessageFiles conversationId={conversationId} message={message} /> : null}
      <Kind message={message} />
      {body && !isSaidAlready(message) ? <FormattedText text={body} /> : null}
      {kind === "text" && !body && !details?.referral && !details?.quoted ? (
        <p className="dim">A message without text</p>
      ) : null}
    </>
  );
}

/** Twilio repeats the words of what was pressed, and a place's name, as the text. */
function isSaidAlready({ body, details }: Message): boolean {
  return body !== null && (body === details?.choice?.title || body === details?.location?.label);
}

function Kind({ message: { kind, details, files } }: { message: Message }) {
  if (kind === "text") return null;
  if (kind === "location" && details?.location) return <Place location={details.location} />;
  if (kind === "button" || kind === "list")
    return details?.choice ? (
      <Labelled kind={kind} title={details.choice.title}>
        {details.choice.description ?? (kind === "button" ? "pressed a button" : "chose from a list")}
      </Labelled>
    ) : (
      <Labelled kind={kind} />
    );
  if (kind === "flow") return <Form form={details?.form ?? null} />;
  if (kind === "unknown")
    return <Labelled kind={kind}>Its webhook is kept whole and can be read under Webhooks.</Labelled>;
  return files.length > 0 ? null : <Labelled kind={kind}>Its file is not known here any more.</Labelled>;
}

function Place({ location }: { location: NonNullable<Details["location"]> }) {
  const { latitude, longitude, label, address } = location;
  const map = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
  return (
    <Labelled kind="location" title={label ?? kindWord("location")}>
      {address ? <div>{address}</div> : null}
      <a href={map} target="_blank" rel="noreferrer">
        {latitude}, {longitude} on a map
      </a>
    </Labelled>
  );
}

function Form({ form }: { form: string | null }) {
  const rows = form === null ? [] : readForm(form);
  return (
    <>
      <Labelled kind="flow" />
      {rows.length > 0 ? (
        <dl className={css.form}>
          {rows.map(([name, value]) => (
            <div key={name}>
              <dt>{name.replaceAll("_", " ")}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      ) : null}
    </>
  );
}

function readForm(form: string): [string, string][] {
  try {
    const parsed: unknown = JSON.parse(form);
    if (typeof parsed !== "object" || parsed === null) return [];
    return Object.entries(parsed).map(([name, value]) => [
      name,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
  } catch {
    return [["answer", form]];
  }
}

function Quoted({ quoted }: { quoted: NonNullable<Details["quoted"]> }) {
  const isKnown = quoted.kind !== "unknown" || quoted.body !== null;
  return (
    <blockquote className={css.quoted}>
      {isKnown ? (
        <>
          <div className="strong">{quoted.isOurs ? "You" : "The customer"}</div>
          <div className={css.quotedText}>{quoted.body ?? kindWord(quoted.kind)}</div>
        </>
      ) : (
        <div>An earlier message that is not kept here</div>
      )}
    </blockquote>
  );
}

function Referral({ referral }: { referral: NonNullable<Details["referral"]> }) {
  const href = referral.url && /^https?:\/\//i.test(referral.url) ? referral.url : null;
  return (
    <div className={css.referral}>
      <div className={css.note}>
        <IconSpeakerphone size={14} aria-hidden /> From an advertisement
      </div>
      <div className="strong">{referral.headline}</div>
      {referral.body ? <div className="small">{referral.body}</div> : null}
      {href ? (
        <a className="small" href={href} target="_blank" rel="noreferrer">
          {href}
        </a>
      ) : null}
    </div>
  );
}
