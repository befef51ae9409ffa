import { call, follow, load } from "./api.js";
import { renderChaos } from "./chaos.js";
import { openNewCustomer, renderChats, renderSenders } from "./chats.js";
import { renderCredentials } from "./credentials.js";
import { renderDay } from "./day.js";
import { byId, h } from "./dom.js";
import { showDay, showTime } from "./format.js";
import { icon } from "./icons.js";
import { renderPhone } from "./phone.js";
import { change, now, onChange, store } from "./store.js";
import { showView } from "./view.js";
import { renderHookForm, renderWebhooks } from "./webhooks.js";

const tabs = [
  ["webhooks", "Webhooks", "webhook"],
  ["chaos", "Chaos", "sliders"],
  ["day", "Sample day", "play"],
  ["credentials", "Test credentials", "key"],
];
const views = [
  ["chats", "Customers", "users"],
  ["phone", "Phone", "phone"],
  ["panel", "Inspect", "webhook"],
];

function showTab(name) {
  for (const [other] of tabs) {
    byId(`tab-${other}`).hidden = other !== name;
    const button = byId(`tab-button-${other}`);
    button.setAttribute("aria-selected", String(other === name));
    button.tabIndex = other === name ? 0 : -1;
  }
}

function buildTabs() {
  const list = byId("tabs");
  list.append(
    ...tabs.map(([name, label, picture]) =>
      h(
        "button",
        {
          type: "button",
          class: "tab",
          id: `tab-button-${name}`,
          role: "tab",
          "aria-controls": `tab-${name}`,
          onClick: () => showTab(name),
        },
        icon(picture),
        label,
      ),
    ),
  );
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const index = tabs.findIndex(([name]) => byId(`tab-button-${name}`) === document.activeElement);
    const [name] = tabs[(index + step + tabs.length) % tabs.length];
    showTab(name);
    byId(`tab-button-${name}`).focus();
  });
  byId("bottom").append(
    ...views.map(([view, label, picture]) =>
      h("button", { type: "button", "data-view": view, onClick: () => showView(view) }, icon(picture), label),
    ),
  );
}

function applyTheme(theme) {
  document.documentElement.dataset.theme = theme;
  byId("theme").replaceChildren(icon(theme === "dark" ? "sun" : "moon"));
}

function renderTop() {
  byId("address").textContent = store.url;
  const moved = Math.abs(store.clock.offset) > 1000;
  byId("clock").textContent = `${showDay(now())}, ${showTime(now())}${moved ? " (moved)" : ""}`;
  byId("clock").classList.toggle("moved", moved);
  byId("phone-clock").textContent = showTime(now());
}

const preferred = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
applyTheme(localStorage.getItem("theme") ?? preferred);
buildTabs();
showTab("webhooks");
showView("phone");
byId("new-customer").append(icon("plus"));
// A scrolling region must be reachable by keyboard.
byId("thread").tabIndex = 0;

byId("theme").addEventListener("click", () => {
  const theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  localStorage.setItem("theme", theme);
  applyTheme(theme);
});
byId("reset").addEventListener("click", () => call("/reset", {}));
byId("new-customer").addEventListener("click", openNewCustomer);
byId("search").addEventListener("input", (event) => {
  store.search = event.target.value;
  change("chats");
});
byId("sender").addEventListener("change", (event) => {
  const [accountSid, sender] = event.target.value.split(" ");
  Object.assign(store, { accountSid, sender });
  change("chats", "phone", "hook-form", "webhooks");
});

onChange("top", renderTop);
onChange("senders", renderSenders);
onChange("chats", renderChats);
onChange("phone", renderPhone);
onChange("webhooks", renderWebhooks);
onChange("hook-form", renderHookForm);
onChange("chaos", renderChaos);
onChange("day", renderDay);
onChange("credentials", renderCredentials);

await load();
follow((text) => {
  byId("link-state").textContent = text;
});
setInterval(() => change("top"), 10_000);
