import twilio from "twilio";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Simulator } from "../simulator.ts";
import {
  createTwilioTestClient,
  findClosedPort,
  respondStatus,
  respondTwiml,
  startSimulator,
  startWebhookReceiver,
} from "../testing.ts";

let simulator: Simulator;
let account: ReturnType<Simulator["createAccount"]>;
let business: string;
const customer = "whatsapp:+15005550001";

beforeAll(async () => {
  simulator = await startSimulator({ seed: "deliver" });
});
beforeEach(() => {
  simulator.reset();
  account = simulator.createAccount();
  business = account.senders[0]?.address ?? "";
});
afterAll(() => simulator.stop());

async function receive(url: string, change: Record<string, unknown> = {}) {
  simulator.setWebhook({ accountSid: account.sid, url });
  const { delivery } = await simulator.sendIncoming({
    to: business,
    from: customer,
    body: "Grüße, 你好 & +1",
    profileName: "Alex",
    wait: true,
    ...change,
  });
  if (!delivery) throw new Error("nobody was called");
  return delivery;
}

describe("the request", () => {
  test("is signed so that Twilio's SDK agrees, over the URL without fragment and credentials", async () => {
    await using receiver = await startWebhookReceiver();
    const delivery = await receive(
      `${receiver.url.replace("http://", "http://desk:secret@")}/in?tenant=a%20b#rc=2`,
    );
    const [request] = receiver.requests;
    const signature = String(request?.headers["x-twilio-signature"]);
    expect(
      twilio.validateRequest(
        account.token,
        signature,
        `${receiver.url}/in?tenant=a%20b`,
        request?.params ?? {},
      ),
    ).toBe(true);
    expect(
      twilio.validateRequest(
        "f".repeat(32),
        signature,
        `${receiver.url}/in?tenant=a%20b`,
        request?.params ?? {},
      ),
    ).toBe(false);
    expect(delivery.signature).toBe(signature);
    expect(request?.url).toBe("/in?tenant=a%20b");
  });

  test("carries Twilio's headers and a form that is not in alphabetical order", async () => {
    await using receiver = await startWebhookReceiver();
    await receive(receiver.url);
    const [request] = receiver.requests;
    expect(request?.method).toBe("POST");
    expect(request?.headers).toMatchObject({
      "user-agent": "TwilioProxy/1.1",
      accept: "*/*",
      "content-type": "application/x-www-form-urlencoded; charset=utf-8",
      "x-home-region": "us1",
      "i-twilio-idempotency-token": expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(request?.headers).not.toHaveProperty("authorization");
    const names = [...new URLSearchParams(request?.body).keys()];
    expect(names).not.toEqual([...names].sort());
    expect(request?.params).toMatchObject({
      Body: "Grüße, 你好 & +1",
      From: customer,
      To: business,
      SmsStatus: "received",
      NumMedia: "0",
      WaId: "15005550001",
      ApiVersion: "2010-04-01",
    });
  });

  test("is signed with the primary token of the moment", async () => {
    await using receiver = await startWebhookReceiver();
    const { secondaryToken } = simulator.createSecondaryToken(account.sid);
    const valid = (token: string, index: number) => {
      const request = receiver.requests[index];
      return twilio.validateRequest(
        token,
        String(request?.headers["x-twilio-signature"]),
        `${receiver.url}/in`,
        request?.params ?? {},
      );
    };
    await receive(`${receiver.url}/in`);
    expect([valid(account.token, 0), valid(String(secondaryToken), 0)]).toEqual([true, false]);
    simulator.promoteToken(account.sid);
    await receive(`${receiver.url}/in`);
    expect([valid(account.token, 1), valid(String(secondaryToken), 1)]).toEqual([false, true]);
  });

  test("U+0000, emoji and unknown parameters survive, and can be left out or changed", async () => {
    await using receiver = await startWebhookReceiver();
    await receive(receiver.url, {
      body: "a\u0000b 👩‍👩‍👧",
      raw: { MessageType: null, NewParameter: "soon", WaId: "1" },
    });
    const [request] = receiver.requests;
    expect(request?.params).toMatchObject({ Body: "a\u0000b 👩‍👩‍👧", NewParameter: "soon", WaId: "1" });
    expect(request?.params).not.toHaveProperty("MessageType");
    expect(
      twilio.validateRequest(
        account.token,
        String(request?.headers["x-twilio-signature"]),
        `${receiver.url}/`,
        request?.params ?? {},
      ),
    ).toBe(false);
    expect(
      twilio.validateRequest(
        account.token,
        String(request?.headers["x-twilio-signature"]),
        receiver.url,
        request?.params ?? {},
      ),
    ).toBe(true);
  });

  test("uses PUT where the sender says so, and GET with everything in the query where a service does", async () => {
    await using receiver = await startWebhookReceiver();
    simulator.setWebhook({ accountSid: account.sid, url: receiver.url, method: "PUT" });
    await receive(receiver.url);
    expect(receiver.requests[0]?.method).toBe("PUT");
    const healthy = simulator.listAccounts()[0];
    const service = healthy?.services[0];
    simulator.setWebhook({
      accountSid: String(healthy?.sid),
      service: service?.sid,
      url: `${receiver.url}/in?a=1`,
      method: "GET",
    });
    await simulator.sendIncoming({ to: String(service?.senders[0]), from: customer, body: "x", wait: true });
    const request = receiver.requests[1];
    expect(request).toMatchObject({ method: "GET", body: "" });
    expect(request?.url).toContain("/in?a=1&");
    expect(
      twilio.validateRequest(
        String(healthy?.token),
        String(request?.headers["x-twilio-signature"]),
        receiver.url + request?.url,
        {},
      ),
    ).toBe(true);
  });
});

describe("when it fails", () => {
  test("nobody listens: tried twice, alert 11205", async () => {
    const delivery = await receive(`http://127.0.0.1:${await findClosedPort()}/in`);
    expect(delivery).toMatchObject({ state: "failed", httpStatus: null, alert: { code: 11205 } });
    expect(delivery.attempts).toHaveLength(2);
  });

  test("#rc=0 tries once, #rc=3 four times", async () => {
    const port = await findClosedPort();
    expect((await receive(`http://127.0.0.1:${port}/#rc=0`)).attempts).toHaveLength(1);
    expect((await receive(`http://127.0.0.1:${port}/#rc=3`)).attempts).toHaveLength(4);
  });

  test.each([
    [500, "", 1],
    [500, "#rp=5xx", 2],
    [503, "#rc=2&rp=all", 3],
    [404, "#rc=2&rp=5xx", 1],
    [404, "#rc=2&rp=4xx", 3],
    [500, "#rc=5&rp=ct,rt,5xx", 6],
  ])(
    "HTTP %i with %s: %i attempts, alert 11200, one idempotency token",
    async (status, fragment, attempts) => {
      await using receiver = await startWebhookReceiver(respondStatus(status));
      const delivery = await receive(receiver.url + fragment);
      expect(delivery).toMatchObject({ state: "failed", httpStatus: status, alert: { code: 11200 } });
      expect(receiver.requests).toHaveLength(attempts);
      expect(
        new Set(receiver.requests.map(({ headers }) => headers["i-twilio-idempotency-token"])).size,
      ).toBe(1);
    },
  );

  test("a retry that succeeds is a success", async () => {
    await using receiver = await startWebhookReceiver((res, request) =>
      (receiver.requests.length === 1 ? respondStatus(500) : respondTwiml)(res, request),
    );
    expect(await receive(`${receiver.url}#rc=3&rp=5xx`)).toMatchObject({ state: "delivered", alert: null });
    expect(receiver.requests).toHaveLength(2);
  });

  test("a slow answer is given up after rt, and retried only where rp says so", async () => {
    await using receiver = await startWebhookReceiver(() => undefined);
    const delivery = await receive(`${receiver.url}#rt=100`);
    expect(delivery).toMatchObject({
      state: "failed",
      alert: { code: 11200 },
      attempts: [{ error: { kind: "rt" } }],
    });
    expect((await receive(`${receiver.url}#rt=100&rp=rt`)).attempts).toHaveLength(2);
  });

  test("a partial answer is never retried", async () => {
    await using receiver = await startWebhookReceiver((res) => {
      res.writeHead(500, { "Content-Type": "text/xml", "Content-Length": "100" });
      res.write("<Resp", () => res.destroy());
    });
    const delivery = await receive(`${receiver.url}#rc=5&rp=all`);
    expect(delivery).toMatchObject({
      state: "failed",
      attempts: [{ status: 500, error: { kind: "partial" } }],
    });
    expect(receiver.requests).toHaveLength(1);
  });

  test("the fallback URL gets the same message with ErrorCode and ErrorUrl", async () => {
    await using receiver = await startWebhookReceiver((res, request) =>
      (request.url === "/in" ? respondStatus(500) : respondTwiml)(res, request),
    );
    simulator.setWebhook({ accountSid: account.sid, fallbackUrl: `${receiver.url}/fallback` });
    const delivery = await receive(`${receiver.url}/in`);
    expect(delivery).toMatchObject({ kind: "fallback", state: "delivered" });
    expect(receiver.requests[1]).toMatchObject({
      url: "/fallback",
      params: { ErrorCode: "11200", ErrorUrl: `${receiver.url}/in`, From: customer },
    });
  });

  test("a name that is none is 11210, a body over 64 kB is 11750", async () => {
    expect((await receive("http://nowhere.invalid/")).alert?.code).toBe(11210);
    await using receiver = await startWebhookReceiver(
      respondStatus(200, { "Content-Type": "text/xml" }, "x".repeat(70_000)),
    );
    expect((await receive(receiver.url)).alert?.code).toBe(11750);
  });
});

describe("redirects and passwords", () => {
  test.each([
    [302, "GET", ""],
    [301, "GET", ""],
    [307, "POST", "WaId"],
  ])("%i goes on as %s", async (status, method, kept) => {
    await using receiver = await startWebhookReceiver((res, request) =>
      (request.url === "/in" ? respondStatus(status, { Location: "/moved" }) : respondTwiml)(res, request),
    );
    expect((await receive(`${receiver.url}/in`)).state).toBe("delivered");
    const second = receiver.requests[1];
    expect(second).toMatchObject({ method, url: "/moved" });
    expect(second?.body ?? "").toContain(kept);
    expect(second?.body === "").toBe(kept === "");
    expect(
      twilio.validateRequest(
        account.token,
        String(second?.headers["x-twilio-signature"]),
        `${receiver.url}/moved`,
        second?.params ?? {},
      ),
    ).toBe(true);
  });

  test("the URL's credentials are sent only after a 401 that asks for them", async () => {
    await using receiver = await startWebhookReceiver((res, request) =>
      (request.headers.authorization
        ? respondTwiml
        : respondStatus(401, { "WWW-Authenticate": 'Basic realm="desk"' }))(res, request),
    );
    const delivery = await receive(`${receiver.url.replace("http://", "http://desk:secret@")}/in`);
    expect(delivery.state).toBe("delivered");
    expect(receiver.requests.map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      `Basic ${Buffer.from("desk:secret").toString("base64")}`,
    ]);
  });
});

describe("the answer", () => {
  test("a <Message> is sent back to the customer and called back", async () => {
    await using receiver = await startWebhookReceiver(
      respondStatus(
        200,
        { "Content-Type": "text/xml" },
        "<?xml version='1.0'?><Response><Message><Body>Hi &amp; bye</Body></Message></Response>",
      ),
    );
    simulator.setWebhook({ accountSid: account.sid, statusUrl: `${receiver.url}/status` });
    await receive(receiver.url);
    await simulator.settle();
    expect(simulator.listMessages({ customer, direction: "outbound" })).toMatchObject([
      { body: "Hi & bye", direction: "outbound-reply", status: "read", from: business },
    ]);
    expect(
      receiver.requests.filter(({ url }) => url === "/status").map(({ params }) => params.MessageStatus),
    ).toEqual(["sent", "delivered", "read"]);
  });

  test.each([
    ["text/plain", "thanks", 12300],
    ["application/json", "{}", 12300],
    ["text/xml", "<Response><Message>no end", 12100],
    ["text/xml", "<Other/>", 12200],
    ["text/xml", "<Response><Dial>+1</Dial></Response>", 12200],
  ])("%s %s raises alert %i, listed at monitor", async (type, body, code) => {
    await using receiver = await startWebhookReceiver(respondStatus(200, { "Content-Type": type }, body));
    expect((await receive(receiver.url)).state).toBe("delivered");
    const { alerts } = createTwilioTestClient(simulator, account.sid, account.token).monitor.v1;
    const [alert] = await alerts.list();
    expect(alert).toMatchObject({
      errorCode: String(code),
      requestUrl: receiver.url,
      accountSid: account.sid,
    });
    const whole = await alerts(String(alert?.sid)).fetch();
    expect(whole.responseBody).toBe(body);
    expect(whole.requestVariables).toContain("SmsStatus=received");
    expect(simulator.listMessages({ direction: "outbound" })).toEqual([]);
  });

  test.each([
    ["204", respondStatus(204)],
    ["empty TwiML", respondTwiml],
    ["an empty 200", respondStatus(200)],
  ])("%s is fine", async (_name, answer) => {
    await using receiver = await startWebhookReceiver(answer);
    expect(await receive(receiver.url)).toMatchObject({ state: "delivered", alert: null });
  });
});
