import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import twilio from "twilio";
import { SENTINEL_ACCOUNTS, SENTINEL_TOKENS } from "./sentinels.ts";
import { createSimulator, type Simulator, type SimulatorOptions } from "./simulator.ts";

type ReceivedRequest = {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  rawNames: string[];
  body: string;
  params: Record<string, string>;
};

type Answer = (res: ServerResponse, request: ReceivedRequest) => void;

export const respondTwiml: Answer = (res) => {
  res
    .writeHead(200, { "Content-Type": "text/xml" })
    .end('<?xml version="1.0" encoding="UTF-8"?><Response></Response>');
};

export const respondStatus =
  (status: number, headers: Record<string, string> = {}, body = ""): Answer =>
  (res) =>
    void res.writeHead(status, headers).end(body);

/** Starts a webhook endpoint that records its requests. Stops at the end of the test through `await using`. */
export async function startWebhookReceiver(answer: Answer = respondTwiml) {
  const requests: ReceivedRequest[] = [];
  const receiver = { answer };
  const first = Promise.withResolvers<void>();
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      const request = {
        method: req.method ?? "",
        url: req.url ?? "",
        headers: req.headers,
        rawNames: req.rawHeaders.filter((_, index) => index % 2 === 0),
        body,
        params: Object.fromEntries(new URLSearchParams(body)),
      };
      requests.push(request);
      first.resolve();
      receiver.answer(res, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(receiver, {
    requests,
    /** Resolves after the first request. */
    arrived: () => first.promise,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

/** Starts a simulator without delays. Stops at the end of the test through `await using`. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = createSimulator({ pace: 0, chaos: { mediaNotFound: 0 }, ...options });
  await simulator.start();
  return simulator;
}

/** Twilio's official client, with all products pointed at the simulator. */
export function createTwilioTestClient(
  simulator: Simulator,
  username: string = SENTINEL_ACCOUNTS.healthy,
  password: string = SENTINEL_TOKENS.primary,
  accountSid?: string,
) {
  const client = twilio(username, password, {
    accountSid: accountSid ?? (username.startsWith("SK") ? SENTINEL_ACCOUNTS.healthy : username),
  });
  for (const product of [
    client.api,
    client.messaging,
    client.content,
    client.accounts,
    client.monitor,
    client.iam,
    client.webhooks,
  ])
    product.baseUrl = simulator.url;
  return client;
}

/** A port on which no process listens. */
export async function findClosedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
