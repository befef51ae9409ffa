/** Everything the page knows; `change` says which parts of the screen it touches. */
export const store = {
  url: "",
  accounts: [],
  sentinels: null,
  accountSid: "",
  sender: "",
  customer: "",
  /** Customers that were added here and have not written yet. */
  added: [
    { address: "whatsapp:+15005550001", name: "Alex Doe" },
    { address: "whatsapp:+34600001234", name: "Marta Ibáñez" },
    { address: "whatsapp:+4915150001234", name: "Jonas Köhler" },
  ],
  messages: new Map(),
  deliveries: new Map(),
  chaos: {},
  clock: { now: new Date().toISOString(), offset: 0 },
  day: null,
  search: "",
  filter: "all",
  expanded: new Set(),
  replyTo: null,
  /** When the business was last said to be writing, by its address and the customer's. */
  typing: new Map(),
};

const renderers = new Map();
const dirty = new Set();
let scheduled = false;

export function onChange(part, render) {
  renderers.set(part, render);
}

/** Drawn once per frame, however much happens. */
export function change(...parts) {
  for (const part of parts) dirty.add(part);
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    const now = [...dirty];
    dirty.clear();
    for (const part of now) renderers.get(part)?.();
  });
}

export const account = () => store.accounts.find(({ sid }) => sid === store.accountSid);
export const sender = () => account()?.senders.find(({ address }) => address === store.sender);
export const now = () => Date.now() + store.clock.offset;

const customerOf = (message) => (message.direction === "inbound" ? message.from : message.to);
const businessOf = (message) => (message.direction === "inbound" ? message.to : message.from);

/** Messages between the chosen sender and a customer, oldest first. */
export function threadOf(customer) {
  return [...store.messages.values()].filter(
    (message) =>
      message.accountSid === store.accountSid &&
      businessOf(message) === store.sender &&
      customerOf(message) === customer,
  );
}

/** Customers of the chosen sender, latest first. */
export function chats() {
  const found = new Map();
  for (const message of store.messages.values()) {
    if (message.accountSid !== store.accountSid || businessOf(message) !== store.sender) continue;
    const address = customerOf(message);
    const name = message.details.ProfileName || found.get(address)?.name || nameOf(address);
    found.delete(address);
    found.set(address, { address, name, last: message });
  }
  const silent = store.added.filter(({ address }) => !found.has(address));
  return [...[...found.values()].reverse(), ...silent];
}

export function nameOf(address) {
  const added = store.added.find((customer) => customer.address === address);
  return (
    added?.name ??
    threadOf(address).findLast((message) => message.details.ProfileName)?.details.ProfileName ??
    ""
  );
}

/** Twilio shows it for so long, or until the answer comes. */
const typingLasts = 25_000;

export function keepTyping({ business, customer, at }) {
  store.typing.set(`${business} ${customer}`, at);
  setTimeout(() => change("phone"), typingLasts + 100);
}

export function isTyping(business, customer) {
  const since = store.typing.get(`${business} ${customer}`) ?? 0;
  const answered = threadOf(customer).findLast((message) => message.direction !== "inbound");
  return now() - since < typingLasts && (answered?.dateCreated ?? 0) < since;
}

const mostMessages = 4000;
const mostDeliveries = 400;

export function keepMessage(message) {
  store.messages.set(message.sid, message);
  if (store.messages.size > mostMessages) store.messages.delete(store.messages.keys().next().value);
}

export function keepDelivery(delivery) {
  store.deliveries.set(delivery.id, delivery);
  if (store.deliveries.size > mostDeliveries) store.deliveries.delete(store.deliveries.keys().next().value);
}
