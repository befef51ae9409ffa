import { change, keepDelivery, keepMessage, keepTyping, store } from "./store.js";

export async function call(path, body, method = body === undefined ? "GET" : "POST") {
  const answer = await fetch(`/simulator${path}`, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (answer.status === 204) return null;
  const result = await answer.json();
  if (!answer.ok) throw new Error(result.error ?? `HTTP ${answer.status}`);
  return result;
}

export async function load() {
  const [{ url, accounts }, sentinels, { messages }, { deliveries }, chaos, clock, day] = await Promise.all(
    [
      "/accounts",
      "/sentinels",
      "/messages?limit=4000",
      "/deliveries?limit=400",
      "/chaos",
      "/clock",
      "/sample-day",
    ].map((path) => call(path)),
  );
  Object.assign(store, { url, accounts, sentinels, chaos, clock, day });
  store.messages = new Map(messages.map((message) => [message.sid, message]));
  store.deliveries = new Map(deliveries.reverse().map((delivery) => [delivery.id, delivery]));
  const current = accounts.find(({ sid }) => sid === store.accountSid) ?? accounts[0];
  store.accountSid = current?.sid ?? "";
  if (!current?.senders.some(({ address }) => address === store.sender))
    store.sender = current?.senders[0]?.address ?? "";
  change("top", "senders", "chats", "phone", "webhooks", "hook-form", "chaos", "day", "credentials");
}

/** Follows what happens; after a break everything is read again. */
export function follow(showLink) {
  const events = new EventSource("/simulator/events");
  const on = (type, act) => events.addEventListener(type, (event) => act(JSON.parse(event.data)));
  let broken = false;
  events.onerror = () => {
    broken = true;
    showLink("The simulator does not answer. Trying again.");
  };
  events.onopen = () => {
    showLink("");
    if (broken) load();
    broken = false;
  };
  on("message", (message) => {
    keepMessage(message);
    change("chats", "phone");
  });
  on("message.deleted", ({ sid }) => {
    store.messages.delete(sid);
    change("chats", "phone");
  });
  on("typing", (typing) => {
    keepTyping(typing);
    change("phone");
  });
  on("delivery", (delivery) => {
    keepDelivery(delivery);
    change("webhooks", "phone");
  });
  on("chaos", (chaos) => {
    store.chaos = chaos;
    change("chaos");
  });
  on("clock", (clock) => {
    store.clock = clock;
    change("top", "phone", "chaos");
  });
  on("sample-day", (day) => {
    store.day = day;
    change("day");
  });
  for (const type of ["account", "sender", "service"]) on(type, reloadAccounts);
  on("reset", load);
}

async function reloadAccounts() {
  store.accounts = (await call("/accounts")).accounts;
  change("senders", "hook-form", "credentials", "phone");
}
