import { byId, createCache, h, sync } from "./dom.js";
import { initials, preview, showNumber, showTime } from "./format.js";
import { change, chats, store } from "./store.js";
import { showView } from "./view.js";

const cache = createCache();

export function renderSenders() {
  const select = byId("sender");
  const groups = store.accounts
    .filter(({ senders, behaviour }) => senders.length > 0 && behaviour !== "refused")
    .map((account) =>
      h(
        "optgroup",
        { label: account.friendlyName },
        account.senders.map((sender) =>
          h(
            "option",
            {
              value: `${account.sid} ${sender.address}`,
              selected: account.sid === store.accountSid && sender.address === store.sender,
            },
            `${showNumber(sender.address)}${sender.status === "ONLINE" ? "" : ` · ${sender.status.toLowerCase().replaceAll("_", " ")}`}${sender.serviceSid ? " · in a service" : ""}`,
          ),
        ),
      ),
    );
  select.replaceChildren(...groups);
}

export function renderChats() {
  const search = store.search.trim().toLocaleLowerCase();
  const found = chats().filter(
    ({ name, address }) => !search || `${name} ${address}`.toLocaleLowerCase().includes(search),
  );
  if (!store.customer) store.customer = found[0]?.address ?? "";
  sync(
    byId("chat-list"),
    found.map((chat) => {
      const current = chat.address === store.customer;
      const version = `${current} ${chat.name} ${chat.last?.sid ?? ""} ${chat.last?.kind ?? ""} ${chat.last?.body ?? ""}`;
      return cache(chat.address, version, () => makeChat(chat, current));
    }),
  );
}

function makeChat({ address, name, last }, current) {
  const title = name || showNumber(address);
  return h(
    "li",
    {},
    h(
      "button",
      { type: "button", class: "chat", "aria-current": String(current), onClick: () => choose(address) },
      h("span", { class: "avatar", "aria-hidden": "true" }, initials(title)),
      h(
        "span",
        { style: "min-width:0" },
        h("span", { class: "chat-name" }, title),
        h(
          "span",
          { class: "chat-last" },
          last ? `${last.direction === "inbound" ? "" : "Business: "}${preview(last)}` : showNumber(address),
        ),
      ),
      h("span", { class: "chat-time" }, last ? showTime(last.dateCreated) : ""),
    ),
  );
}

function choose(address) {
  store.customer = address;
  store.replyTo = null;
  change("chats", "phone", "webhooks");
  showView("phone");
}

export function openNewCustomer() {
  const dialog = byId("dialog");
  const name = h("input", { name: "name", value: "Kim Berg", autocomplete: "off" });
  const number = h("input", {
    name: "number",
    value: `+1500555${String(Math.floor(Math.random() * 9000) + 1000)}`,
    autocomplete: "off",
    inputMode: "tel",
  });
  const note = h(
    "p",
    { class: "field-note", id: "number-note" },
    "The ending decides what becomes of a message to this customer: see Test credentials.",
  );
  const form = h(
    "form",
    {
      method: "dialog",
      onSubmit(event) {
        const bare = number.value.replace(/[\s()-]/g, "");
        if (!/^(\+\d{7,15}|[A-Z]{2}\.[A-Za-z0-9.]+)$/.test(bare)) {
          event.preventDefault();
          note.textContent =
            "A number with + and country code, or a business-scoped id like US.1349120865530274.";
          note.classList.add("error");
          return number.focus();
        }
        const address = `whatsapp:${bare}`;
        store.added.unshift({ address, name: name.value.trim() });
        choose(address);
      },
    },
    h("h2", {}, "New customer"),
    h("label", { class: "field" }, h("span", {}, "Profile name"), name),
    h("label", { class: "field" }, h("span", {}, "Phone number"), number, note),
    h(
      "div",
      { class: "dialog-actions" },
      h("button", { type: "button", class: "button", onClick: () => dialog.close() }, "Cancel"),
      h("button", { class: "button primary" }, "Add"),
    ),
  );
  dialog.setAttribute("aria-label", "New customer");
  dialog.replaceChildren(form);
  dialog.showModal();
  name.select();
}
