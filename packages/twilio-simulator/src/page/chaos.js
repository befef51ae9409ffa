import { call } from "./api.js";
import { byId, h } from "./dom.js";
import { showDay, showDuration, showTime } from "./format.js";
import { account, now, store } from "./store.js";

const percent = (value) => `${Math.round(value * 100)} %`;
const settings = [
  ["duplicates", "Duplicates", "Webhooks that come twice", 1, 0.05, percent],
  ["reorder", "Reordering", "Webhooks that later ones overtake", 1, 0.05, percent],
  ["lost", "Lost", "Webhooks that are never sent", 1, 0.05, percent],
  ["cut", "Cut connections", "Sent, then hung up before the answer", 1, 0.05, percent],
  ["delay", "Delay", "Webhooks wait up to this long", 20_000, 500, showDuration],
  ["slowRest", "Slow REST", "Every answer of the API waits", 20_000, 500, showDuration],
  ["mediaNotFound", "Media not found", "Fresh media answers 404 for so long", 20_000, 100, showDuration],
  [
    "mediaRequestsNotFound",
    "Media requests not found",
    "The first requests for a new file answer 404",
    10,
    1,
    String,
  ],
];
const mediaFaults = ["none", "deleted", "throttled", "down", "astray", "endless", "silent"];
const roughDay = {
  duplicates: 0.15,
  reorder: 0.25,
  lost: 0,
  cut: 0.05,
  delay: 3000,
  slowRest: 500,
  callbackFirst: true,
};
const calm = {
  duplicates: 0,
  reorder: 0,
  lost: 0,
  cut: 0,
  delay: 0,
  slowRest: 0,
  mediaNotFound: 300,
  mediaRequestsNotFound: 0,
  mediaFault: "none",
  callbackFirst: false,
};

const inputs = new Map();
const time = h("p", { class: "muted" });
const tokenNote = h("p", { class: "muted" });

export function renderChaos() {
  const tab = byId("tab-chaos");
  if (!tab.hasChildNodes()) build(tab);
  for (const [name, , , , , show] of settings) {
    const { range, output } = inputs.get(name);
    if (document.activeElement !== range) range.value = store.chaos[name];
    output.textContent = show(store.chaos[name]);
  }
  inputs.get("callbackFirst").checked = store.chaos.callbackFirst;
  inputs.get("mediaFault").value = store.chaos.mediaFault;
  time.textContent = `It shows ${showDay(now())}, ${showTime(now())}. Moving it closes 24-hour windows and lets what is due happen.`;
  tokenNote.textContent = `Webhooks of ${account()?.friendlyName ?? "the account"} are signed with its primary token. Promoting makes the secondary one primary; the old one is worth nothing at once.`;
}

function build(tab) {
  const button = (label, act) => h("button", { type: "button", class: "button", onClick: act }, label);
  const hour = 3_600_000;
  tab.append(
    h(
      "section",
      { class: "group" },
      h("h2", {}, "Chaos"),
      h("p", { class: "muted" }, "How the network between Twilio and your application misbehaves."),
      h("div", { class: "settings" }, settings.map(makeSetting), makeFault(), makeSwitch()),
    ),
    h(
      "section",
      { class: "group" },
      h("h2", {}, "At once"),
      h("p", { class: "muted" }, "A rough day brings some of everything but loses nothing for good."),
      h(
        "div",
        { class: "button-row" },
        button("Rough day", () => call("/chaos", roughDay)),
        button("Calm", () => call("/chaos", calm)),
      ),
    ),
    h(
      "section",
      { class: "group" },
      h("h2", {}, "Clock"),
      time,
      h(
        "div",
        { class: "button-row" },
        button("1 hour on", () => call("/clock", { advance: hour })),
        button("24 hours on", () => call("/clock", { advance: 24 * hour })),
        button("Back to now", () => call("/clock", { reset: true })),
      ),
    ),
    h(
      "section",
      { class: "group" },
      h("h2", {}, "Auth Token"),
      tokenNote,
      h("div", { class: "button-row" }, button("Promote the secondary token", promote)),
    ),
  );
}

async function promote() {
  const accountSid = store.accountSid;
  if (!account()?.secondaryToken) await call("/tokens/secondary", { accountSid });
  await call("/tokens/promote", { accountSid });
}

function makeSetting([name, label, note, most, step, show]) {
  const output = h("output", { for: `chaos-${name}` });
  const range = h("input", {
    type: "range",
    id: `chaos-${name}`,
    min: 0,
    max: most,
    step,
    "aria-describedby": `chaos-${name}-note`,
    onInput: () => {
      output.textContent = show(Number(range.value));
    },
    onChange: () => call("/chaos", { [name]: Number(range.value) }),
  });
  inputs.set(name, { range, output });
  return h(
    "div",
    { class: "setting" },
    h("label", { for: `chaos-${name}` }, label),
    output,
    range,
    h("small", { id: `chaos-${name}-note` }, note),
  );
}

function makeFault() {
  const choice = h(
    "select",
    {
      id: "chaos-fault",
      onChange: () => call("/chaos", { mediaFault: choice.value }),
    },
    mediaFaults.map((fault) => h("option", { value: fault }, fault)),
  );
  inputs.set("mediaFault", choice);
  return h(
    "div",
    { class: "setting" },
    h("label", { for: "chaos-fault" }, "Media fault"),
    choice,
    h("small", {}, "How fetching a file fails, however old it is"),
  );
}

function makeSwitch() {
  const box = h("input", {
    type: "checkbox",
    id: "chaos-first",
    onChange: () => call("/chaos", { callbackFirst: box.checked }),
  });
  inputs.set("callbackFirst", box);
  return h(
    "div",
    { class: "setting" },
    h("label", { for: "chaos-first" }, "Callback before answer"),
    box,
    h("small", {}, "Status callbacks arrive before the create call is answered"),
  );
}
