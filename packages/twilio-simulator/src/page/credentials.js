import { makeCopy } from "./copy.js";
import { byId, createCache, h, sync } from "./dom.js";
import { showNumber } from "./format.js";
import { icon } from "./icons.js";
import { store } from "./store.js";

const cache = createCache();
const opened = new Set();

/** Accounts and recipients that a client can be pointed at to meet every error. */
export function renderCredentials() {
  if (opened.size === 0 && store.accounts[0]) opened.add(store.accounts[0].sid);
  sync(byId("tab-credentials"), [
    cache("intro", "", () =>
      h(
        "section",
        { class: "group" },
        h("h2", {}, "Accounts"),
        h(
          "p",
          { class: "muted", style: "margin:0" },
          "Each one behaves in its own way. A wrong token is any other 32 characters: 401 / 20003.",
        ),
      ),
    ),
    ...store.accounts.map((account) =>
      cache(account.sid, JSON.stringify(account), () => makeAccount(account)),
    ),
    cache("recipients", "", makeRecipients),
  ]);
}

function makeAccount(account) {
  const tone =
    { healthy: "good", "fragment-refused": "warn", "sender-update-refused": "warn" }[account.behaviour] ??
    "bad";
  const details = h(
    "details",
    {
      class: "account",
      open: opened.has(account.sid),
      onToggle: () => (details.open ? opened.add(account.sid) : opened.delete(account.sid)),
    },
    h(
      "summary",
      {},
      h("span", { style: "min-width:0" }, account.friendlyName, h("small", {}, account.note)),
      h("span", { class: `pill ${tone}` }, account.behaviour.replaceAll("-", " ")),
      h("span", { class: "chevron" }, icon("chevron")),
    ),
    h("div", { class: "account-facts" }, h("dl", { class: "facts" }, facts(account))),
  );
  return details;
}

function facts(account) {
  const rows = [
    ["Account SID", makeCopy(account.sid)],
    ["Auth Token", makeCopy(account.token)],
  ];
  if (account.secondaryToken) rows.push(["Secondary token", makeCopy(account.secondaryToken)]);
  for (const { kind, sid, secret } of account.apiKeys)
    rows.push([`API key, ${kind}`, [makeCopy(sid), h("br"), makeCopy(secret)]]);
  for (const sender of account.senders) {
    const state = sender.status === "ONLINE" ? "good" : "warn";
    rows.push([
      h("span", { class: `pill ${state}` }, sender.status.toLowerCase().replaceAll("_", " ")),
      makeCopy(sender.address),
    ]);
  }
  for (const { sid, friendlyName } of account.services) rows.push([`Service ${friendlyName}`, makeCopy(sid)]);
  for (const { sid, friendlyName, status } of account.templates)
    rows.push([`${friendlyName}, ${status}`, makeCopy(sid)]);
  return rows.flatMap(([term, value]) => [h("dt", {}, term), h("dd", {}, value)]);
}

const createWords = {
  slow: "The create call is answered after five seconds",
  hang: "The create call is never answered, no message is made",
  acceptedThenHang: "Never answered, yet the message is made and sent",
  reset: "Connection reset, no message is made",
  acceptedThenReset: "The message is made and sent, then the connection is reset",
  neverDelivered: "Stays at sent",
  neverRead: "Stays at delivered",
  readWithoutDelivered: "read comes without delivered",
};

function makeRecipients() {
  const { REFUSED_ENDINGS, FAILING_ENDINGS, CREATE_ENDINGS } = store.sentinels;
  const rows = [
    ...Object.entries(REFUSED_ENDINGS).map(([ending, { status, code, message }]) => [
      ending,
      `Refused at once, ${status} / ${code}: ${message.replace(": {to}", "").replace(" {to}", "")}`,
    ]),
    ...Object.entries(FAILING_ENDINGS).map(([ending, { status, message }]) => [
      ending,
      `201, then ${status}: ${message}`,
    ]),
    ...Object.entries(CREATE_ENDINGS).map(([name, ending]) => [ending, createWords[name] ?? name]),
  ];
  return h(
    "section",
    { class: "group", style: "border:0" },
    h("h2", {}, "Recipients"),
    h(
      "p",
      { class: "muted" },
      "The last five digits of the number decide what happens to a message from the business.",
    ),
    h(
      "table",
      { class: "endings" },
      h("thead", {}, h("tr", {}, h("th", {}, "Ends in"), h("th", {}, "What happens"))),
      h(
        "tbody",
        {},
        rows.map(([ending, words]) =>
          h("tr", {}, h("td", {}, makeCopy(`whatsapp:+150055${ending}`, ending)), h("td", {}, words)),
        ),
      ),
    ),
    h(
      "p",
      { class: "field-note", style: "padding-top:12px" },
      `Copying gives a whole number, such as ${showNumber("+15005563016")}.`,
    ),
  );
}
