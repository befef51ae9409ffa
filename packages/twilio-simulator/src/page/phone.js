import { renderComposer } from "./composer.js";
import { byId, createCache, h, sync } from "./dom.js";
import { initials, showDay, showNumber } from "./format.js";
import { icon } from "./icons.js";
import { makeMessage } from "./message.js";
import { isTyping, sender, store, threadOf } from "./store.js";

const cache = createCache();
let shown = "";

/** The customer's phone: their own messages on the right, the business on the left. */
export function renderPhone() {
  renderHead();
  // The composer first: its height decides where the thread ends.
  renderComposer();
  renderThread();
}

function renderHead() {
  const business = sender();
  const name = business?.displayName ?? "No sender";
  const state =
    business && business.status !== "ONLINE"
      ? h("span", { class: "pill warn" }, business.status.toLowerCase().replaceAll("_", " "))
      : null;
  byId("phone-head").replaceChildren(
    h("span", { class: "avatar", "aria-hidden": "true" }, initials(name)),
    h(
      "div",
      { style: "min-width:0" },
      h("strong", {}, name),
      h("small", { role: "status" }, describeBusiness(business)),
    ),
    state ?? "",
  );
}

function describeBusiness(business) {
  if (!business) return "This account has none";
  return isTyping(business.address, store.customer) ? "typing…" : showNumber(business.address);
}

function renderThread() {
  const thread = byId("thread");
  const key = `${store.accountSid} ${store.sender} ${store.customer}`;
  const atEnd = thread.scrollHeight - thread.scrollTop - thread.clientHeight < 60;
  const messages = threadOf(store.customer);
  const elements = messages.length ? drawThread(messages) : [drawEmpty()];
  sync(thread, elements);
  if (key !== shown || atEnd) thread.scrollTop = thread.scrollHeight;
  shown = key;
}

function drawThread(messages) {
  const webhooks = new Map();
  for (const delivery of store.deliveries.values())
    if (delivery.kind !== "status") webhooks.set(delivery.messageSid, delivery);
  const elements = [];
  let before = null;
  for (const message of messages) {
    const day = showDay(message.dateCreated);
    if (!before || showDay(before.dateCreated) !== day)
      elements.push(cache(`day ${day}`, "", () => h("p", { class: "day" }, day)));
    const joined =
      before?.direction === message.direction && message.dateCreated - before.dateCreated < 60_000;
    const webhook = webhooks.get(message.sid);
    const version = `${joined} ${message.status} ${message.readAt} ${message.body} ${webhook?.id} ${webhook?.state} ${webhook?.alert?.code}`;
    elements.push(cache(message.sid, version, () => makeMessage(message, webhook, joined)));
    before = message;
  }
  return elements;
}

function drawEmpty() {
  const text = store.customer
    ? "Write to the business below. Each message goes out as a signed webhook, which appears beside the phone."
    : "Add a customer to write to the business.";
  return cache("empty", text, () =>
    h("div", { class: "empty" }, icon("chat"), h("strong", {}, "No messages yet"), text),
  );
}
