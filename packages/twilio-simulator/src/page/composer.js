import { byId, h } from "./dom.js";
import { kindIcon, preview, showDuration } from "./format.js";
import { icon } from "./icons.js";
import { sendMessage } from "./send.js";
import { change, now, store, threadOf } from "./store.js";

const day = 24 * 60 * 60 * 1000;
const attachments = [
  ["image", "Photo"],
  ["audio", "Voice note"],
  ["video", "Video"],
  ["document", "Document"],
  ["location", "Location"],
  ["contacts", "Contact card"],
  ["button", "Button reply"],
  ["list", "List reply"],
  ["sticker", "Sticker"],
  ["flow", "Form answer"],
  ["referral", "From an ad"],
  ["unknown", "Unsupported"],
];

const own = h("input", { type: "file", hidden: true, "aria-label": "Own file", onChange: sendOwnFile });
const text = h("textarea", {
  id: "text",
  rows: 1,
  placeholder: "Message",
  "aria-label": "Message to the business",
  onKeydown: onKey,
  onInput: grow,
});
const attach = h(
  "button",
  {
    type: "button",
    class: "icon-button",
    "aria-label": "Send something else",
    "aria-expanded": "false",
    onClick: toggleMenu,
  },
  icon("plus"),
);
const menu = h(
  "div",
  { class: "attach-menu", hidden: true, onKeydown: onMenuKey },
  attachments.map(makeChoice),
  makeFileChoice(),
);
const form = h(
  "form",
  { class: "composer", onSubmit: submit },
  menu,
  own,
  attach,
  text,
  h("button", { class: "icon-button send", "aria-label": "Send" }, icon("send")),
);
const notes = h("div");

export function renderComposer() {
  const foot = byId("phone-foot");
  if (!foot.hasChildNodes()) foot.append(notes, form);
  notes.replaceChildren(drawWindow() ?? "", drawProblem() ?? "", drawReply() ?? "");
  form.hidden = !store.customer || !store.sender;
}

function drawWindow() {
  const last = threadOf(store.customer).findLast(({ direction }) => direction === "inbound");
  if (!last) return null;
  const left = last.dateCreated + day - now();
  return left > 0
    ? h("p", { class: "window-note" }, `The business may answer freely for ${showDuration(left)}`)
    : h("p", { class: "window-note closed" }, "24 hours are over: the business needs a template");
}

const drawProblem = () =>
  store.problem ? h("p", { class: "window-note closed", role: "alert" }, store.problem) : null;

function drawReply() {
  if (!store.replyTo) return null;
  const cancel = () => {
    store.replyTo = null;
    change("phone");
  };
  return h(
    "div",
    { class: "replying" },
    h("span", {}, preview(store.replyTo)),
    h(
      "button",
      {
        type: "button",
        class: "icon-button small",
        "aria-label": "Do not reply to this message",
        onClick: cancel,
      },
      icon("close"),
    ),
  );
}

function submit(event) {
  event.preventDefault();
  const body = text.value.trim();
  if (!body) return text.focus();
  text.value = "";
  grow();
  sendMessage({ kind: store.replyTo ? "reply" : "text", body });
}

function onKey(event) {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  if (event.key === "Escape" && store.replyTo) {
    store.replyTo = null;
    change("phone");
  }
}

function grow() {
  text.style.height = "auto";
  text.style.height = `${Math.max(text.scrollHeight + 2, 36)}px`;
}

function makeChoice([kind, label]) {
  return h("button", { type: "button", onClick: () => choose(kind) }, icon(kindIcon(kind)), label);
}

function makeFileChoice() {
  return h("button", { type: "button", onClick: () => own.click() }, icon("folder"), "Own file");
}

function toggleMenu() {
  menu.hidden = !menu.hidden;
  attach.setAttribute("aria-expanded", String(!menu.hidden));
  if (!menu.hidden) menu.querySelector("button").focus();
}

function closeMenu() {
  if (!menu.hidden) toggleMenu();
}

function onMenuKey(event) {
  const buttons = [...menu.querySelectorAll("button")];
  const step = { ArrowDown: 2, ArrowUp: -2, ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step) {
    event.preventDefault();
    const index = buttons.indexOf(document.activeElement) + step;
    buttons[(index + buttons.length) % buttons.length]?.focus();
  }
  if (event.key === "Escape") {
    closeMenu();
    attach.focus();
  }
}

document.addEventListener("pointerdown", (event) => {
  if (!menu.contains(event.target) && !attach.contains(event.target)) closeMenu();
});

function choose(kind) {
  closeMenu();
  text.focus();
  if (kind === "button")
    return askFor(
      "Button reply",
      { buttonText: "Morning", buttonPayload: "slot_morning" },
      { buttonText: "Text of the button", buttonPayload: "Payload" },
      kind,
    );
  if (kind === "list")
    return askFor(
      "List reply",
      { listTitle: "Sailing boat", listId: "boat_sail" },
      { listTitle: "Title of the choice", listId: "Id" },
      kind,
    );
  const caption = text.value.trim();
  const place =
    kind === "location"
      ? {
          latitude: "44.391412",
          longitude: "-68.204011",
          label: "Town Pier",
          address: "1 West Street, Bar Harbor",
        }
      : {};
  const words = { referral: "Hi, I saw your ad. Is the offer still on?" };
  text.value = "";
  grow();
  sendMessage({ kind, ...place, body: caption || words[kind] });
}

function askFor(title, values, labels, kind) {
  const dialog = byId("dialog");
  const inputs = Object.entries(values).map(([name, value]) => [
    name,
    h("input", { value, autocomplete: "off" }),
  ]);
  dialog.setAttribute("aria-label", title);
  dialog.replaceChildren(
    h(
      "form",
      {
        method: "dialog",
        onSubmit: () =>
          sendMessage({ kind, ...Object.fromEntries(inputs.map(([name, input]) => [name, input.value])) }),
      },
      h("h2", {}, title),
      inputs.map(([name, input]) => h("label", { class: "field" }, h("span", {}, labels[name]), input)),
      h(
        "div",
        { class: "dialog-actions" },
        h("button", { type: "button", class: "button", onClick: () => dialog.close() }, "Cancel"),
        h("button", { class: "button primary" }, "Send"),
      ),
    ),
  );
  dialog.showModal();
  inputs[0][1].select();
}

function sendOwnFile() {
  const file = own.files[0];
  own.value = "";
  closeMenu();
  if (!file) return;
  const reader = new FileReader();
  reader.onload = () => {
    const family = file.type.split("/")[0];
    const kind = ["image", "audio", "video"].includes(family) ? family : "document";
    const body = text.value.trim();
    text.value = "";
    sendMessage({
      kind,
      body,
      media: [
        {
          contentType: file.type || "application/octet-stream",
          data: String(reader.result).split(",")[1],
          name: file.name,
        },
      ],
    });
  };
  reader.readAsDataURL(file);
}
