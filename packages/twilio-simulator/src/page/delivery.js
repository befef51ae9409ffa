import { makeCopy } from "./copy.js";
import { h } from "./dom.js";
import { showDuration, showExactTime } from "./format.js";

/** All of one webhook: verdict, attempts with their answers, parameters, headers, and how it was signed. */
export function drawDelivery(delivery) {
  return h(
    "div",
    { class: "delivery-body" },
    h("p", { class: "verdict" }, explain(delivery)),
    section(
      "Attempts",
      delivery.attempts.length ? delivery.attempts.map(drawAttempt) : h("p", { class: "muted" }, "None"),
    ),
    section("Parameters", drawPairs(delivery.params)),
    section(
      "Signature",
      h(
        "dl",
        { class: "pairs" },
        h("dt", {}, "signed URL"),
        h("dd", {}, delivery.signedUrl),
        h("dt", {}, "then"),
        h(
          "dd",
          {},
          delivery.method === "GET"
            ? "nothing: a GET carries all in its URL"
            : "each parameter, sorted by name: name + value",
        ),
        h("dt", {}, `${delivery.sharedKey?.algorithm === "HMAC_SHA256" ? "HMAC-SHA256" : "HMAC-SHA1"} with`),
        h(
          "dd",
          {},
          delivery.sharedKey
            ? `the secret of the shared key ${delivery.sharedKey.id}, as base64`
            : "the account's primary Auth Token, as base64",
        ),
        h("dt", {}, "result"),
        h("dd", {}, delivery.signature ? makeCopy(delivery.signature) : "not signed"),
      ),
    ),
    section("Headers", drawPairs(delivery.headers)),
  );
}

function section(title, ...content) {
  return h("section", {}, h("h2", {}, title), content);
}

function drawPairs(pairs) {
  return h(
    "dl",
    { class: "pairs" },
    Object.entries(pairs).flatMap(([name, value]) => [
      h("dt", {}, name),
      h("dd", {}, value === "" ? "(empty)" : value),
    ]),
  );
}

function drawAttempt(attempt, index) {
  const good = attempt.status >= 200 && attempt.status < 300 && !attempt.error;
  const type = attempt.headers["content-type"];
  return h(
    "div",
    { class: "attempt" },
    h(
      "div",
      { class: "attempt-line" },
      h(
        "span",
        { class: `pill ${good ? "good" : "bad"}` },
        attempt.error ? attempt.error.message : `HTTP ${attempt.status}`,
      ),
      h(
        "span",
        { class: "muted" },
        `${index + 1}. ${showExactTime(attempt.startedAt)}, ${showDuration(attempt.ms)}${type ? `, ${type}` : ""}`,
      ),
    ),
    h("span", { class: "mono", style: "overflow-wrap:anywhere" }, `${attempt.method} ${attempt.url}`),
    attempt.body ? h("pre", {}, attempt.body) : null,
  );
}

function explain({ state, chaos, attempts, alert }) {
  const times = attempts.length === 1 ? "once" : `${attempts.length} times`;
  if (state === "pending") return "On its way.";
  if (state === "lost") return "Never sent: the chaos setting for lost webhooks took it.";
  if (chaos.includes("cut"))
    return "Sent, then the connection was cut by the chaos setting. The other side may have stored it.";
  if (state === "failed") return `Tried ${times} and given up. Twilio's Debugger shows error ${alert?.code}.`;
  if (alert) return `Delivered, but the answer was not understood: error ${alert.code}.`;
  if (chaos.includes("duplicate")) return "Delivered a second time by the chaos setting.";
  return `Delivered${attempts.length > 1 ? ` at attempt ${attempts.length}` : ""}.`;
}
