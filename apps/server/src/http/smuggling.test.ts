import { createServer } from "node:http";
import { type AddressInfo, connect as openSocket } from "node:net";
import { webhookEvents } from "@waystation/db/schema/schema";
import { createTestStore } from "@waystation/db/testing/databases";
import { createSimulator } from "@waystation/twilio-simulator/simulator";
import { signWebhook } from "@waystation/whatsapp/webhooks/signature/signature";
import { expect, test } from "vitest";
import { readConfig } from "../lifecycle/config.ts";
import { startServer } from "../lifecycle/server.ts";
import { seedTarget } from "../testing/attack-target.ts";
import { createTestLog } from "../testing/test-files.ts";

const PATH = "/api/webhooks/twilio-whatsapp";
const FORM = "Content-Type: application/x-www-form-urlencoded";
/** What an honest client asks next on the same connection: answered where the server knows where it begins, and only there. */
const QUESTION = "GET /healthz HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n";
/** The parser's own no; the connection ends with it. */
const REFUSED = [400];

/** The statuses of all answers until the server ends the connection. */
function answersTo(port: number, bytes: string): Promise<number[]> {
  return new Promise((resolve) => {
    let heard = "";
    const socket = openSocket(port, "127.0.0.1", () => socket.write(bytes, "latin1"));
    socket.setEncoding("latin1").on("data", (text) => {
      heard += text;
    });
    // Who is refused in the middle of what they say may be reset: what was heard before counts.
    socket.on("error", () => {});
    socket.on("close", () => {
      const heads = heard.matchAll(/HTTP\/1\.1 (\d{3}) /g);
      resolve([...heads].map(([, status]) => Number(status)));
    });
  });
}

const post = (headers: string, body: string, path = PATH) =>
  `POST ${path} HTTP/1.1\r\nHost: desk\r\n${FORM}\r\n${headers}\r\n\r\n${body}`;
const chunk = (text: string, size = text.length.toString(16)) => `${size}\r\n${text}\r\n`;
const lengthOf = (text: string) => `Content-Length: ${text.length}`;
const CHUNKED = "Transfer-Encoding: chunked";

/** Each holds a webhook that is truly signed, where somebody who reads lengths in another way would see it. */
function* attempts(inner: string): Generator<[title: string, bytes: string, answers?: number[]]> {
  const end = `0\r\n\r\n`;
  yield ["both lengths, the chunks end first", post(`${lengthOf(end + inner)}\r\n${CHUNKED}`, end + inner)];
  yield ["both lengths, the count ends first", post(`Content-Length: 4\r\n${CHUNKED}`, chunk(inner) + end)];
  yield ["both lengths, the other way round", post(`${CHUNKED}\r\nContent-Length: 4`, chunk(inner) + end)];
  yield ["two counts", post(`Content-Length: 0\r\n${lengthOf(inner)}`, inner)];
  yield ["two counts, the other way round", post(`${lengthOf(inner)}\r\nContent-Length: 0`, inner)];
  yield ["the same count twice", post(`Content-Length: 0\r\nContent-Length: 0`, inner)];
  for (const count of [
    "0, 0",
    `0,${inner.length}`,
    "-1",
    "-0",
    "+0",
    "0x0",
    "0x10",
    "1e1",
    "0.0",
    "",
    " ",
    "zero",
    "٠",
    "0;",
    '"0"',
    "0 0",
    "18446744073709551616",
    "99999999999999999999999999",
    "NaN",
    "0\0",
    "0\v",
  ])
    yield [`a count of ${JSON.stringify(count)}`, post(`Content-Length: ${count}`, inner)];
  for (const coding of [
    "xchunked",
    "chunked, identity",
    "chunked, chunked",
    "chunked;",
    "chunked, gzip",
    "identity",
    "gzip",
    '"chunked"',
    "chunked\0",
    "chunked\v",
    "\vchunked",
    "chun\tked",
    ",chunked,x",
    "",
  ])
    yield [
      `a transfer encoding of ${JSON.stringify(coding)}`,
      post(`Transfer-Encoding: ${coding}`, end + inner),
    ];
  for (const name of [
    "Transfer-Encoding ",
    "Transfer-Encoding\t",
    " Transfer-Encoding",
    "Transfer-Encoding\0",
    "Transfer\rEncoding",
    "Transfer Encoding",
    "Content-Length ",
    "",
    "(",
  ])
    yield [`a header called ${JSON.stringify(name)}`, post(`${name}: chunked\r\nX: y`, end + inner)];
  yield ["a folded encoding", post(`Transfer-Encoding:\r\n chunked`, end + inner)];
  yield ["a folded count", post(`Content-Length:\r\n 0`, inner)];
  yield ["a folded other header", post(`X-Note: a\r\n b\r\n${CHUNKED}`, end + inner)];
  yield ["an encoding hidden by a bare LF", post(`X-Note: a\n${CHUNKED}`, end + inner)];
  yield ["an encoding hidden by a bare CR", post(`X-Note: a\r${CHUNKED}`, end + inner)];
  yield ["a head that ends with bare LFs", post("Content-Length: 0\n\nX: y", inner)];
  yield ["a head in bare LFs", post("Content-Length: 0", inner).replaceAll("\r\n", "\n")];
  yield ["a line without a colon", post("Content-Length 0", inner)];
  yield ["a NUL in a value", post("X-Note: a\0b\r\nContent-Length: 0", inner)];
  yield ["encodings twice, one of them unknown", post(`${CHUNKED}\r\nTransfer-Encoding: x`, end + inner)];
  yield ["an encoding in HTTP/1.0", post(CHUNKED, end + inner).replace("HTTP/1.1", "HTTP/1.0")];
  for (const size of [
    "0x0",
    "-0",
    "+0",
    " 0",
    "0 ",
    "0\t",
    "",
    "g",
    "0_0",
    "ffffffffffffffff1",
    "10000000000000000",
    "-1",
    "0\n",
    "0\r",
    "0;a=b\nc",
    "0;\0",
    "0,",
    '0;a="b',
  ])
    yield [`a chunk of ${JSON.stringify(size)}`, post(CHUNKED, `${size}\r\n\r\n${inner}`)];
  yield ["a chunk longer than it says", post(CHUNKED, `1\r\nabc\r\n${end}${inner}`)];
  yield ["a chunk that ends with a bare LF", post(CHUNKED, `1\r\na\n${end}${inner}`)];
  yield ["a trailer that folds", post(CHUNKED, `0\r\nX: y\r\n z\r\n\r\n${inner}`)];
  yield ["a trailer with a bare LF", post(CHUNKED, `0\r\nX: y\nContent-Length: 0\r\n\r\n${inner}`)];
  for (const line of [
    `POST ${PATH} HTTP/1.1 `,
    `POST ${PATH} HTTP/1.1 HTTP/1.1`,
    `POST ${PATH} HTTP/1.2`,
    `POST ${PATH} HTTP/01.1`,
    `POST ${PATH} HTTP/1.1x`,
    `POST ${PATH} http/1.1`,
    `POST ${PATH} HTTPS/1.1`,
    `POST\t${PATH}\tHTTP/1.1`,
    `post ${PATH} HTTP/1.1`,
    `P0ST ${PATH} HTTP/1.1`,
    ` POST ${PATH} HTTP/1.1`,
    `POST ${PATH}\0 HTTP/1.1`,
    `POST ${PATH}\r HTTP/1.1`,
    `POST ${PATH}\n HTTP/1.1`,
    `POST ${PATH} \nHTTP/1.1`,
    "POST HTTP/1.1",
    "HTTP/1.1 200 OK",
    "PRI * HTTP/2.0",
  ])
    yield [
      `a request line of ${JSON.stringify(line)}`,
      `${line}\r\nHost: desk\r\n${lengthOf(inner)}\r\n\r\n${inner}`,
    ];
  const question = (line: string, headers = "") =>
    `${line}\r\nHost: desk\r\n${headers}${lengthOf(inner)}\r\n\r\n${inner}`;
  yield ["two hosts", question("POST /nothing HTTP/1.1", "Host: other\r\n"), [404, 200]];
  yield ["no host", question("POST /nothing HTTP/1.1").replace("Host: desk\r\n", "")];
  for (const line of [`POST  ${PATH} HTTP/1.1`, `POST ${PATH}  HTTP/1.1`])
    yield [`a request line of ${JSON.stringify(line)}`, question(line), [415]];
  yield ["HTTP/2.0 without its preface", question(`POST ${PATH} HTTP/2.0`), [415]];
  yield ["HTTP/0.9 with headers", question(`POST ${PATH}`), [415]];
  yield ["a question with a body", question("GET /healthz HTTP/1.1"), [200]];
  yield ["HEAD with a body", question("HEAD /healthz HTTP/1.1"), [200]];
  yield ["OPTIONS with a body", question("OPTIONS * HTTP/1.1"), [404, 200]];
  yield ["CONNECT", question("CONNECT desk:80 HTTP/1.1"), []];
  yield [
    "an upgrade to HTTP/2",
    question(
      "POST /nothing HTTP/1.1",
      "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
    ),
    [404],
  ];
  yield [
    "an upgrade to a socket",
    question("GET /healthz HTTP/1.1", "Connection: Upgrade\r\nUpgrade: websocket\r\n"),
    [200],
  ];
  yield [
    "a body that waits to be asked for",
    question("POST /nothing HTTP/1.1", "Expect: 100-continue\r\n"),
    [404],
  ];
  yield [
    "a body that waits for something else",
    question("POST /nothing HTTP/1.1", "Expect: 200-maybe\r\n"),
    [417],
  ];
  // Refused without a look at the body, which stays a body.
  yield [
    "a body of another type",
    post(lengthOf(inner), inner).replace("x-www-form-urlencoded", "json"),
    [415],
  ];
  yield ["a compressed body", post(`Content-Encoding: gzip\r\n${lengthOf(inner)}`, inner), [415]];
  const large = " ".repeat(70_000) + inner;
  yield ["a body that is too large", post(lengthOf(large), large), [413]];
  yield ["one in chunks", post(CHUNKED, chunk(large) + end), [413]];
  yield ["a body that is no webhook", post(lengthOf(inner), inner), [400, 200]];
  yield ["one in chunks that is no webhook", post(CHUNKED, chunk(inner) + end), [400, 200]];
  yield ["a body for another method", post(lengthOf(inner), inner).replace("POST", "PUT"), [405]];
  yield ["a body for nothing", post(lengthOf(inner), inner, "/nothing"), [404, 200]];
  yield ["a body that tRPC refuses", post(lengthOf(inner), inner, "/api/trpc/setup.status"), [415]];
  yield ["a body that signs nobody in", post(lengthOf(inner), inner, "/api/auth/sign-in/email"), [415]];
  for (const size of [
    inner.length.toString(16).toUpperCase(),
    `000${inner.length.toString(16)}`,
    `${inner.length.toString(16)};a=b`,
  ])
    yield [`a chunk of ${JSON.stringify(size)}`, post(CHUNKED, chunk(inner, size) + end), [400, 200]];
  yield [
    "an extension that says much",
    post(CHUNKED, chunk(inner, `${inner.length.toString(16)};${"a".repeat(20_000)}`) + end),
  ];
  yield [
    "a trailer that says the body goes on",
    post(CHUNKED, `${chunk(inner)}0\r\n${lengthOf(inner)}\r\n\r\n`),
  ];
}

test("one request is taken for one, and nothing from inside it", async () => {
  await using store = await createTestStore("postgres");
  const simulator = createSimulator({ pace: 0 });
  const { log, lines } = createTestLog();
  const config = readConfig({
    NODE_ENV: "development",
    PORT: "0",
    DATABASE_URL: store.url,
    DATA_DIR: "/nowhere/that/can/be/written",
    ENCRYPTION_KEYS: "kBv7yWJ3mZq1R8tXh5cN2pLs9dFg6aUe4oKi0QwErTY=",
    AUTH_SECRET: "only-for-these-tests-0123456789abcdef",
    WAYSTATION_SETUP_TOKEN: "the-setup-token",
    TWILIO_SIMULATOR_URL: await simulator.start(0),
  });
  const server = await startServer(config, log);
  const stored = async () =>
    (await store.db.select({ sid: webhookEvents.sid }).from(webhookEvents)).map(({ sid }) => sid);
  let before: string[] = [];
  const genuine = "ffffffff-ffff-ffff-ffff-ffffffffffff";
  try {
    const { known } = await seedTarget(server.url, "the-setup-token", simulator);
    before = await stored();
    const port = Number(new URL(server.url).port);
    const signed = (sid: string) => {
      const { accountSid: AccountSid, sender: To } = known;
      const parameters = {
        AccountSid,
        MessageSid: `SM${sid}`,
        From: "whatsapp:+4915112345678",
        To,
        Body: "Hi",
      };
      const body = new URLSearchParams(parameters).toString();
      const signature = signWebhook(known.authToken, server.url + PATH, Object.entries(parameters));
      return post(`X-Twilio-Signature: ${signature}\r\n${lengthOf(body)}`, body);
    };
    const cases = [...attempts(signed("0".repeat(32)))];
    expect(cases.length).toBeGreaterThan(120);
    for (const [title, bytes, answers = REFUSED] of cases)
      expect.soft(await answersTo(port, bytes + QUESTION), title).toEqual(answers);
    expect(await answersTo(port, signed(genuine.replaceAll("-", "")) + QUESTION), "by itself").toEqual([
      200, 200,
    ]);
    expect(lines.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  } finally {
    await server.stop();
    await simulator.stop();
  }
  expect((await stored()).filter((sid) => !before.includes(sid))).toEqual([genuine]);
});

test("a server that reads what is not quite HTTP would take what is inside", async () => {
  const inner = "POST /inside HTTP/1.1\r\nHost: desk\r\nContent-Length: 0\r\n\r\n";
  const taken: string[] = [];
  const lenient = createServer({ insecureHTTPParser: true }, (req, res) => {
    taken.push(req.url ?? "");
    req.resume();
    res.end();
  });
  await new Promise<void>((resolve) => lenient.listen(0, "127.0.0.1", resolve));
  const { port } = lenient.address() as AddressInfo;
  const smuggled: string[] = [];
  for (const [title, bytes] of attempts(inner)) {
    taken.length = 0;
    const socket = openSocket(port, "127.0.0.1", () => socket.resume().end(bytes, "latin1"));
    // Whoever is refused may be reset.
    await new Promise((resolve) => socket.on("error", resolve).on("close", resolve));
    if (taken.includes("/inside")) smuggled.push(title);
  }
  lenient.close();
  expect(smuggled).toContain("both lengths, the chunks end first");
  expect(smuggled.length).toBeGreaterThan(10);
});
