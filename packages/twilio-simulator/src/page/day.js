import { call } from "./api.js";
import { byId, h } from "./dom.js";
import { showNumber } from "./format.js";
import { icon } from "./icons.js";
import { store } from "./store.js";

const speeds = [
  [60, "60 times: twelve minutes"],
  [240, "240 times: three minutes"],
  [720, "720 times: one minute"],
  [2880, "2880 times: fifteen seconds"],
  [1e9, "As fast as it goes"],
];

const speed = h(
  "select",
  {
    id: "day-speed",
    onChange: () => store.day?.running && call("/sample-day", { speed: Number(speed.value) }),
  },
  speeds.map(([value, label]) => h("option", { value, selected: value === 720 }, label)),
);
const start = h("button", { type: "button", class: "button primary", onClick: toggle });
const bar = h("progress", { max: 1, value: 0, "aria-label": "Progress of the sample day" });
const figures = h("dl", { class: "figures" });
const target = h("p", { class: "muted" });

export function renderDay() {
  const tab = byId("tab-day");
  if (!tab.hasChildNodes()) build(tab);
  const { day } = store;
  target.textContent = `Two hundred customers write to ${showNumber(store.sender)}, in ten languages and every kind of message, from 8 to 20 o'clock.`;
  start.replaceChildren(icon(day.running ? "stop" : "play"), day.running ? "Stop" : "Play a sample day");
  start.classList.toggle("primary", !day.running);
  bar.value = day.total ? day.sent / day.total : 0;
  const shown = [
    ["Time of day", day.time],
    ["Messages", day.total ? `${day.sent} / ${day.total}` : "0"],
    ["Delivered", day.delivered],
    ["Failed", day.failed],
    ["Nobody to call", day.silent],
  ];
  figures.replaceChildren(
    ...shown.map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, String(value)))),
  );
}

function build(tab) {
  tab.append(
    h(
      "section",
      { class: "group" },
      h("h2", {}, "Sample day"),
      target,
      h(
        "label",
        { class: "field", style: "max-width:260px;margin-bottom:14px" },
        h("span", {}, "Speed"),
        speed,
      ),
      h("div", { class: "button-row" }, start),
      bar,
      figures,
    ),
    h(
      "section",
      { class: "group" },
      h("h2", {}, "From a terminal"),
      h(
        "p",
        { class: "mono", style: "overflow-wrap:anywhere;padding-top:6px" },
        "node packages/twilio-simulator/src/sample-day.ts --speed 720",
      ),
    ),
  );
}

async function toggle() {
  if (store.day.running) await call("/sample-day", undefined, "DELETE");
  else
    await call("/sample-day", {
      accountSid: store.accountSid,
      sender: store.sender,
      speed: Number(speed.value),
    });
}
