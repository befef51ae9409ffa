import { h } from "./dom.js";
import { kindIcon, kindWord, preview, showDuration, showTime } from "./format.js";
import { icon } from "./icons.js";
import { sendMessage } from "./send.js";
import { change, store } from "./store.js";
import { openDelivery } from "./webhooks.js";

const ticks = {
  accepted: ["clock", "Accepted"],
  scheduled: ["clock", "Scheduled"],
  queued: ["clock", "Queued"],
  sending: ["clock", "Sending"],
  sent: ["check", "Sent"],
  delivered: ["checks", "Delivered"],
  read: ["checks", "Read"],
  canceled: ["close", "Canceled"],
  failed: ["alert", "Failed"],
  undelivered: ["alert", "Not delivered"],
};

export function makeMessage(message, webhook, joined) {
  const own = message.direction === "inbound";
  const lost = message.status === "failed" || message.status === "undelivered";
  const bubble = h(
    "div",
    { class: "bubble" },
    drawQuote(message),
    drawContent(message),
    drawActions(message),
    drawMeta(message, webhook),
  );
  const reply = h(
    "button",
    {
      type: "button",
      class: "icon-button small reply-button",
      "aria-label": `Reply to: ${preview(message)}`,
      onClick: () => startReply(message),
    },
    icon("reply"),
  );
  return h(
    "div",
    { class: `message${own ? " own" : ""}${joined ? " joined" : ""}${lost ? " lost" : ""}` },
    own ? bubble : [bubble, reply],
  );
}

function startReply(message) {
  store.replyTo = message;
  change("phone");
  requestAnimationFrame(() => document.querySelector("#text")?.focus());
}

function drawQuote({ details }) {
  const original = store.messages.get(details.OriginalRepliedMessageSid);
  return original ? h("p", { class: "quote" }, preview(original).slice(0, 90)) : null;
}

function drawContent(message) {
  const { kind, details, body } = message;
  const text = body ? h("p", { dir: "auto" }, body) : null;
  const label = (word) => h("span", { class: "kind" }, icon(kindIcon(kind)), word);
  const url = details.MediaUrl0;
  const file = url?.includes("/Media/ME") ? `/simulator/media/${url.split("/").at(-1)}` : url;
  const whose = message.direction === "inbound" ? "the customer" : "the business";
  switch (kind) {
    case "image":
      return [h("img", { src: file, alt: `Photo from ${whose}`, loading: "lazy" }), text];
    case "video":
      return [
        h("video", {
          src: file,
          controls: true,
          preload: "metadata",
          "aria-label": `Video from ${whose}`,
        }),
        text,
      ];
    case "audio":
      return [
        h("audio", {
          src: file,
          controls: true,
          preload: "metadata",
          "aria-label": `Voice note from ${whose}`,
        }),
        text,
      ];
    case "document":
    case "contacts":
    case "media":
      return [drawFile(kind, file, details.MediaContentType0 ?? url), text];
    case "location":
      return drawPlace(details);
    case "button":
    case "list":
    case "referral":
    case "flow":
    case "sticker":
    case "unknown":
      return [label(kind === "button" ? `Button ${details.ButtonPayload ?? ""}` : kindWord(kind)), text];
    default:
      return text ?? h("p", { class: "muted" }, "Redacted");
  }
}

function drawFile(kind, file, type) {
  return h(
    "a",
    { class: "attachment", href: file, target: "_blank", rel: "noreferrer" },
    icon(kindIcon(kind)),
    h("span", { style: "min-width:0" }, kindWord(kind), h("small", {}, type ?? "")),
  );
}

function drawPlace({ Latitude, Longitude, Label, Address }) {
  const where = `${Number(Latitude).toFixed(4)}, ${Number(Longitude).toFixed(4)}`;
  return h(
    "div",
    { class: "attachment" },
    icon("pin"),
    h("span", {}, Label ?? "Location", h("small", {}, Address ? `${Address} · ${where}` : where)),
  );
}

/** Quick replies of a template can be pressed. */
function drawActions(message) {
  if (message.kind !== "template" || !message.details.actions) return null;
  const actions = JSON.parse(message.details.actions);
  return h(
    "div",
    { class: "actions" },
    actions.map(({ title, id }) =>
      h(
        "button",
        {
          type: "button",
          onClick: () =>
            sendMessage({
              kind: "button",
              buttonText: title,
              buttonPayload: id,
              repliedMessageSid: message.sid,
            }),
        },
        title,
      ),
    ),
  );
}

function drawMeta(message, webhook) {
  const time = h("span", {}, showTime(message.dateCreated));
  if (message.direction === "inbound")
    return h("div", { class: "meta" }, time, drawWebhook(webhook), message.readAt ? drawRead() : null);
  const [picture, word] = ticks[message.status] ?? ["clock", message.status];
  const failed = picture === "alert";
  return h(
    "div",
    { class: "meta" },
    time,
    h("span", { class: failed ? "bad" : "" }, failed ? `${word} (${message.errorCode})` : word),
    h(
      "span",
      {
        class: failed ? "bad" : message.status === "read" ? "read" : "",
        title: message.errorMessage ?? word,
      },
      icon(picture),
    ),
  );
}

function drawRead() {
  return h("span", { class: "read", title: "Read", role: "img", "aria-label": "Read" }, icon("checks"));
}

function drawWebhook(webhook) {
  if (!webhook) return h("span", {}, "no webhook");
  const last = webhook.attempts.at(-1);
  const failed = webhook.state === "failed" || webhook.alert;
  const text =
    webhook.state === "pending"
      ? "on its way"
      : webhook.state === "lost"
        ? "webhook lost"
        : failed
          ? `webhook ${webhook.alert?.code ?? "failed"}`
          : `webhook ${last.status} · ${showDuration(last.ms)}`;
  return h(
    "button",
    {
      type: "button",
      class: failed || webhook.state === "lost" ? "bad" : "",
      onClick: () => openDelivery(webhook.id),
    },
    text,
  );
}
