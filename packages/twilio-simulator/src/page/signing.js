import { call } from "./api.js";
import { makeCopy } from "./copy.js";
import { h } from "./dom.js";

const algorithms = [
  ["HMAC_SHA256", "HMAC-SHA256"],
  ["HMAC_SHA1", "HMAC-SHA1"],
];

/** Who signs the account's webhooks: its Auth Token, or a shared key where a Webhook Rule says so. */
export function makeSigning(owner) {
  const keys = owner.sharedKeys.filter(({ inUse }) => inUse);
  return h(
    "div",
    { class: "signing", role: "group", "aria-label": "Signature" },
    keys.length ? signedWithKeys(owner, keys) : signedWithToken(owner),
  );
}

function signedWithToken(owner) {
  const algorithm = h(
    "select",
    { "aria-label": "Algorithm" },
    algorithms.map(([value, label]) => h("option", { value }, label)),
  );
  return [
    h("p", { class: "field-note" }, "Signed with the account's primary Auth Token."),
    h(
      "div",
      { class: "row", style: "flex-wrap:wrap" },
      makeCopy(owner.token, "Auth Token"),
      algorithm,
      makeButton("Sign with a shared key", () =>
        call("/shared-keys", { accountSid: owner.sid, algorithm: algorithm.value }),
      ),
    ),
  ];
}

function signedWithKeys(owner, keys) {
  return [
    h(
      "p",
      { class: "field-note" },
      "A Webhook Rule signs with a shared key. Add it to the connection in your application, or its webhooks are rejected.",
    ),
    ...keys.map(({ id, secret, algorithm }) =>
      h(
        "div",
        { class: "row", style: "flex-wrap:wrap" },
        makeCopy(id, "Key ID"),
        makeCopy(secret, "Secret"),
        h("span", { class: "field-note" }, algorithms.find(([value]) => value === algorithm)?.[1] ?? ""),
      ),
    ),
    makeButton("Sign with the Auth Token again", () =>
      call("/webhook-rules", { accountSid: owner.sid }, "DELETE"),
    ),
  ];
}

function makeButton(label, run) {
  const button = h("button", { type: "button", class: "button" }, label);
  button.addEventListener("click", async () => {
    button.disabled = true;
    // The form is drawn anew once the rule holds, but not while somebody is in it.
    button.blur();
    try {
      await run();
    } finally {
      button.disabled = false;
    }
  });
  return button;
}
