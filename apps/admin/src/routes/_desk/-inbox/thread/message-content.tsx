import {
  IconAddressBook,
  IconArrowForwardUp,
  IconFileText,
  IconForms,
  IconMapPin,
  IconMicrophone,
  IconMoodSmile,
  IconPhone,
  IconPhoto,
  IconPointer,
  IconQuestionMark,
  IconShoppingCart,
  IconSpeakerphone,
  IconSticker,
  IconVideo,
  type TablerIcon,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { isInvisible, visibleText } from "../../../../ui/visible-text.ts";
import { MessageFiles } from "../files/message-files.tsx";
import type { ThreadMessage } from "../queries.ts";
import { messageKindLabel } from "./kind-labels.ts";
import css from "./message.module.css";
import { WhatsAppText } from "./whatsapp-text.tsx";

type Details = NonNullable<ThreadMessage["details"]>;

const icons: Record<ThreadMessage["kind"], TablerIcon> = {
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
  reaction: IconMoodSmile,
  order: IconShoppingCart,
  call: IconPhone,
};

function Labelled({
  kind,
  title,
  children,
}: {
  kind: ThreadMessage["kind"];
  title?: string;
  children?: ReactNode;
}) {
  const Icon = icons[kind];
  return (
    <div className={css.labelled}>
      <Icon size={20} stroke={1.6} aria-hidden />
      <div>
        <div className="strong">{title ?? messageKindLabel(kind)}</div>
        {children ? <div className="dim small">{children}</div> : null}
      </div>
    </div>
  );
}

/** What a message is, whatever its kind. What is not known here is shown as it came. */
export function MessageContent({
  conversationId,
  message,
}: {
  conversationId: string;
  message: ThreadMessage;
}) {
  const { details, kind, body } = message;
  const isSilent = kind === "text" && isInvisible(body) && !details?.referral && !details?.quoted;
  return (
    <>
      {details?.isForwarded ? (
        <div className={css.note}>
          <IconArrowForwardUp size={14} aria-hidden />
          {details.isFrequentlyForwarded ? "Forwarded many times" : "Forwarded"}
        </div>
      ) : null}
      {details?.referral ? <Referral referral={details.referral} /> : null}
      {details?.quoted ? <Quoted quoted={details.quoted} /> : null}
      {message.files.length > 0 ? <MessageFiles conversationId={conversationId} message={message} /> : null}
      <Kind message={message} />
      {body && !isInvisible(body) && !isSaidAlready(message) ? <WhatsAppText text={body} /> : null}
      {isSilent ? <p className="dim">Message without text</p> : null}
    </>
  );
}

/** Twilio repeats the words of what was pressed, a place's name and a document's name as the text. */
function isSaidAlready({ body, kind, details, files }: ThreadMessage): boolean {
  if (kind === "reaction" || kind === "call") return true;
  const said = [details?.choice?.title, details?.location?.label, details?.location?.address];
  return said.includes(body ?? "") || (kind === "document" && files[0]?.name === body?.trim());
}

function Kind({ message }: { message: ThreadMessage }) {
  const { kind, details, files, summary } = message;
  switch (kind) {
    case "text":
      return null;
    case "location":
      return <Place location={details?.location ?? null} label={summary} />;
    case "button":
    case "list":
      return <Choice kind={kind} choice={details?.choice ?? null} />;
    case "reaction":
    case "call":
      return <Labelled kind={kind} title={visibleText(summary)} />;
    case "flow":
    case "order":
      return <Form kind={kind} details={details} />;
    case "unknown":
      return <Unknown message={message} />;
    default:
      return files.length > 0 ? null : <Labelled kind={kind}>Its file is not known here any more.</Labelled>;
  }
}

function Choice({ kind, choice }: { kind: "button" | "list"; choice: Details["choice"] }) {
  if (choice === null) return <Labelled kind={kind} />;
  const { title, description, payload } = choice;
  return (
    <Labelled kind={kind} title={visibleText(title)}>
      {description ? <div>{visibleText(description)}</div> : null}
      <div>{kind === "button" ? "pressed a button" : "chose from a list"}</div>
      {payload && payload !== title ? <div className="mono">{visibleText(payload)}</div> : null}
    </Labelled>
  );
}

function Unknown({ message: { details, summary, body } }: { message: ThreadMessage }) {
  const type = details?.messageType;
  const title = type ? `Message of kind “${visibleText(type)}”` : isInvisible(body) ? summary : undefined;
  return (
    <>
      <Labelled kind="unknown" title={title}>
        Its webhook is kept whole and can be read under Webhooks.
      </Labelled>
      <Fields fields={details?.other ?? []} />
    </>
  );
}

function Place({ location, label }: { location: Details["location"]; label: string }) {
  if (location === null) return <Labelled kind="location" title={visibleText(label)} />;
  const { latitude, longitude, address, text } = location;
  const title = location.label ?? messageKindLabel("location");
  const map = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
  return (
    <Labelled kind="location" title={visibleText(title)}>
      {address ? <div>{visibleText(address)}</div> : null}
      {latitude !== null && longitude !== null ? (
        <a href={map} target="_blank" rel="noreferrer">
          {latitude}, {longitude} on a map
        </a>
      ) : (
        <div>
          {text === null
            ? "No coordinates were sent with it."
            : `The coordinates “${visibleText(text)}” are no place on a map.`}
        </div>
      )}
    </Labelled>
  );
}

function Form({ kind, details }: { kind: "flow" | "order"; details: ThreadMessage["details"] }) {
  const fields = details?.fields ?? [];
  return (
    <>
      <Labelled kind={kind}>{fields.length === 0 ? "No answers were sent with it." : null}</Labelled>
      <Fields fields={fields} />
    </>
  );
}

function Fields({ fields }: { fields: Details["fields"] }) {
  if (fields.length === 0) return null;
  return (
    <dl className={css.form}>
      {fields.map(({ name, value }, no) => (
        <div key={no}>
          <dt dir="auto">{name}</dt>
          <dd dir="auto">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Quoted({ quoted }: { quoted: NonNullable<Details["quoted"]> }) {
  if (quoted.id === null)
    return (
      <blockquote className={css.quoted}>
        {quoted.isOurs
          ? "An earlier message of yours that is not kept here"
          : "An earlier message that is not kept here"}
      </blockquote>
    );
  return (
    <blockquote className={css.quoted}>
      <div className="strong">{quoted.isOurs ? "You" : "The customer"}</div>
      <div className={css.quotedText} dir="auto">
        {visibleText(isInvisible(quoted.body) ? quoted.summary : (quoted.body ?? ""))}
      </div>
    </blockquote>
  );
}

function Referral({ referral }: { referral: NonNullable<Details["referral"]> }) {
  const { headline, body, url, sourceId, sourceType, clickId, mediaUrl } = referral;
  const ids = [
    sourceId && `${sourceType === "post" ? "Post" : "Ad"} ${sourceId}`,
    clickId && `Click ${clickId}`,
  ].filter((id) => id !== null);
  return (
    <div className={css.referral}>
      <div className={css.note}>
        <IconSpeakerphone size={14} aria-hidden />{" "}
        {sourceType === "post" ? "From a post" : "From an advertisement"}
      </div>
      {headline ? <div className="strong">{visibleText(headline)}</div> : null}
      {body ? <div className="small">{visibleText(body)}</div> : null}
      <Outside url={url} text={url} />
      <Outside url={mediaUrl} text="Its picture or video" />
      {ids.map((id) => (
        <div key={id} className="dim small">
          {visibleText(id)}
        </div>
      ))}
    </div>
  );
}

function Outside({ url, text }: { url: string | null; text: string | null }) {
  if (!url) return null;
  if (!/^https?:\/\//i.test(url)) return <div className="small">{visibleText(url)}</div>;
  return (
    <a className="small" href={url} target="_blank" rel="noreferrer">
      {visibleText(text ?? url)}
    </a>
  );
}
