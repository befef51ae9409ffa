import { call } from "./api.js";
import { drawDelivery } from "./delivery.js";
import { byId, createCache, h, sync } from "./dom.js";
import { showDuration, showExactTime, showNumber } from "./format.js";
import { icon } from "./icons.js";
import { makeSigning } from "./signing.js";
import { account, change, sender, store } from "./store.js";
import { showView } from "./view.js";

const cache = createCache();
const hookForm = h("div");
const filterBar = h("div", { class: "filters", role: "group", "aria-label": "Filter webhooks" });
const list = h("div");
const filters = [
  ["all", "All"],
  ["customer", "This customer"],
  ["failed", "Failed"],
];

export function renderWebhooks() {
  const tab = byId("tab-webhooks");
  if (!tab.hasChildNodes()) tab.append(hookForm, filterBar, list);
  const shown = [...store.deliveries.values()].filter(fits).reverse();
  drawFilters(shown.length);
  sync(
    list,
    shown.length
      ? shown.map((delivery) => {
          const open = store.expanded.has(delivery.id);
          return cache(
            delivery.id,
            `${open} ${delivery.state} ${delivery.attempts.length} ${delivery.alert?.code}`,
            () => makeRow(delivery, open),
          );
        })
      : [drawEmpty()],
  );
}

function fits(delivery) {
  if (store.filter === "failed")
    return delivery.state === "failed" || delivery.state === "lost" || delivery.alert;
  if (store.filter === "customer")
    return delivery.params.From === store.customer || delivery.params.To === store.customer;
  return true;
}

function drawFilters(count) {
  const buttons = filters.map(([name, label]) =>
    cache(`filter ${name}`, String(store.filter === name), () =>
      h(
        "button",
        { type: "button", "aria-pressed": String(store.filter === name), onClick: () => setFilter(name) },
        label,
      ),
    ),
  );
  sync(filterBar, [
    ...buttons,
    h("span", { class: "count" }, count === 1 ? "1 webhook" : `${count} webhooks`),
  ]);
}

function setFilter(name) {
  store.filter = name;
  change("webhooks");
}

export function openDelivery(id) {
  store.expanded.add(id);
  if (!fits(store.deliveries.get(id))) store.filter = "all";
  change("webhooks");
  byId("tab-button-webhooks").click();
  showView("panel");
  requestAnimationFrame(() =>
    requestAnimationFrame(() =>
      document.getElementById(`delivery-${id}`)?.scrollIntoView({ block: "nearest" }),
    ),
  );
}

function makeRow(delivery, open) {
  const toggle = () => {
    if (!store.expanded.delete(delivery.id)) store.expanded.add(delivery.id);
    change("webhooks");
  };
  const { params } = delivery;
  const what =
    delivery.kind === "status"
      ? `${params.MessageStatus} to ${showNumber(params.To)}${params.ErrorCode ? ` (${params.ErrorCode})` : ""}`
      : `${params.ProfileName ?? showNumber(params.From ?? "")}: ${params.Body || params.MessageType || ""}`;
  return h(
    "article",
    { class: "delivery", id: `delivery-${delivery.id}` },
    h(
      "button",
      { type: "button", "aria-expanded": String(open), onClick: toggle },
      h("span", { class: "time mono" }, showExactTime(delivery.createdAt)),
      h("span", { class: "kind-word muted" }, delivery.kind),
      h("span", { class: "what" }, what),
      h("span", { class: "result" }, drawMarks(delivery), drawResult(delivery)),
      icon("chevron"),
    ),
    open ? drawDelivery(delivery) : null,
  );
}

function drawMarks({ chaos, attempts }) {
  const marks = chaos
    .filter((mark) => mark === "duplicate")
    .map((mark) => h("span", { class: "pill" }, mark));
  if (attempts.length > 1) marks.push(h("span", { class: "pill" }, `${attempts.length} attempts`));
  return marks;
}

function drawResult({ state, attempts, alert }) {
  const last = attempts.at(-1);
  if (state === "pending") return h("span", { class: "pill" }, "on its way");
  if (state === "lost") return h("span", { class: "pill bad" }, "never sent");
  if (state === "failed")
    return h(
      "span",
      { class: "pill bad" },
      last?.status ? `${last.status} · ${alert?.code ?? ""}` : `${alert?.code ?? "failed"}`,
    );
  if (alert) return h("span", { class: "pill warn" }, `${last.status} · ${alert.code}`);
  return h("span", { class: "pill good" }, `${last.status} · ${showDuration(last.ms)}`);
}

function drawEmpty() {
  const known = sender();
  const text =
    store.filter !== "all"
      ? "None of this kind."
      : known?.webhook.callback_url || known?.serviceSid
        ? "Write from the phone, and what is sent appears here."
        : "Paste the webhook URL of your application above, then write from the phone.";
  return cache("empty", text, () =>
    h(
      "div",
      { class: "empty", style: "padding:48px 16px" },
      icon("webhook"),
      h("strong", {}, "No webhooks yet"),
      text,
    ),
  );
}

/** What one would paste in Twilio's console. */
export function renderHookForm() {
  if (hookForm.contains(document.activeElement)) return;
  const owner = account();
  const chosen = sender();
  if (!owner || !chosen) return hookForm.replaceChildren();
  const service = owner.services.find(({ sid }) => sid === chosen.serviceSid);
  const byService = service && !service.useInboundWebhookOnNumber;
  const url = h("input", {
    type: "url",
    placeholder: "http://localhost:3000/…",
    value: (byService ? service.inboundRequestUrl : chosen.webhook.callback_url) ?? "",
  });
  const status = h("input", {
    type: "url",
    placeholder: "optional",
    value: (byService ? service.statusCallback : chosen.webhook.status_callback_url) ?? "",
  });
  const note = byService
    ? h(
        "p",
        { class: "field-note" },
        `In the Messaging Service “${service.friendlyName}”: its URLs hold, not the sender's own.`,
      )
    : null;
  const save = async (event) => {
    event.preventDefault();
    const target = byService ? { service: service.sid } : { sender: chosen.address };
    document.activeElement?.blur();
    await call("/webhook", { accountSid: owner.sid, ...target, url: url.value, statusUrl: status.value });
  };
  hookForm.replaceChildren(
    h(
      "form",
      { class: "hook-form", onSubmit: save },
      h(
        "div",
        { class: "hook-fields" },
        h("label", { class: "field" }, h("span", {}, "Incoming messages go to"), url),
        h("label", { class: "field" }, h("span", {}, "Status callbacks go to"), status),
        h("button", { class: "button" }, "Save"),
      ),
      note,
    ),
    makeSigning(owner),
  );
}
