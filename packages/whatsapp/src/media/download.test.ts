import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { PrivateAddressError } from "@waystation/core/outbound-http/public-address";
import { expect, test } from "vitest";
import {
  connectPublic,
  connectUnrestricted,
  downloadFile,
  FileTooLargeError,
  type OpenConnection,
  RedirectRejectedError,
} from "./download.ts";

type Handle = (req: IncomingMessage, res: ServerResponse) => void;

/** Stub hosts with a handler each. Records the host, path and credentials of every request. */
async function startHosts(hosts: Record<string, Handle>) {
  const asked: { host: string; path: string; authorization: string | undefined }[] = [];
  const server = createServer((req, res) => {
    const host = req.headers.host ?? "";
    asked.push({ host, path: req.url ?? "", authorization: req.headers.authorization });
    hosts[host]?.(req, res);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  const open: OpenConnection = (url, headers, signal) =>
    connectUnrestricted(
      new URL(url.pathname + url.search, `http://127.0.0.1:${port}`),
      { ...headers, host: url.host },
      signal,
    );
  return {
    asked,
    get: (more: Partial<Parameters<typeof downloadFile>[0]> = {}) =>
      downloadFile({
        url: new URL("https://api.twilio.example/file"),
        authorization: "Basic c2VjcmV0",
        allows: (url) => url.protocol === "https:",
        open,
        maxBytes: 1_000_000,
        patienceMs: 5_000,
        ...more,
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

const lead = (location: string, status = 307): Handle => {
  return (_req, res) => void res.writeHead(status, { location }).end("go there");
};
const answer = (body: string): Handle => {
  return (_req, res) => void res.end(body);
};

test("the host that a redirect leads to gets the question and never the credentials", async () => {
  await using hosts = await startHosts({
    "api.twilio.example": lead("https://evil.example/steal?token=1"),
    "evil.example": lead("https://api.twilio.example.evil.example/again"),
    "api.twilio.example.evil.example": answer("a picture"),
  });
  const { bytes } = await hosts.get();
  expect(bytes?.toString()).toBe("a picture");
  expect(hosts.asked).toEqual([
    { host: "api.twilio.example", path: "/file", authorization: "Basic c2VjcmV0" },
    { host: "evil.example", path: "/steal?token=1", authorization: undefined },
    { host: "api.twilio.example.evil.example", path: "/again", authorization: undefined },
  ]);
});

test("not even a redirect back to the first host gets them again", async () => {
  let visits = 0;
  await using hosts = await startHosts({
    "api.twilio.example": (req, res) => (visits++ === 0 ? lead("/elsewhere") : answer("a picture"))(req, res),
  });
  await hosts.get();
  expect(hosts.asked.map(({ authorization }) => authorization)).toEqual(["Basic c2VjcmV0", undefined]);
});

test.for([301, 302, 303, 307, 308])("redirect %i is followed", async (status) => {
  await using hosts = await startHosts({
    "api.twilio.example": lead("https://files.example/a", status),
    "files.example": answer("a picture"),
  });
  expect((await hosts.get()).bytes?.toString()).toBe("a picture");
});

test("a loop ends, and so does a way that is too long", async () => {
  await using hosts = await startHosts({ "api.twilio.example": lead("https://api.twilio.example/file") });
  await expect(hosts.get()).rejects.toThrow(RedirectRejectedError);
  expect(hosts.asked).toHaveLength(4);
});

test.for([
  "http://plain.example/",
  "ftp://files.example/",
  "file:///etc/passwd",
  "data:text/html,hello",
  "http://[",
  "",
])("nothing is asked of %s", async (location) => {
  await using hosts = await startHosts({ "api.twilio.example": lead(location) });
  await expect(hosts.get()).rejects.toThrow(RedirectRejectedError);
  expect(hosts.asked).toHaveLength(1);
});

test("a file that says it is too large is not read, one that does not say is cut off", async () => {
  let sent = 0;
  const piece = Buffer.alloc(64 * 1024);
  await using hosts = await startHosts({
    "api.twilio.example": (_req, res) =>
      void res.writeHead(200, { "content-length": "10000000000" }).flushHeaders(),
    "endless.example": (_req, res) => {
      const pour = () => {
        while (!res.destroyed && res.write(piece)) sent += piece.length;
        if (!res.destroyed) res.once("drain", pour);
      };
      pour();
    },
  });
  await expect(hosts.get()).rejects.toThrow(FileTooLargeError);
  await expect(hosts.get({ url: new URL("https://endless.example/") })).rejects.toThrow(FileTooLargeError);
  expect(sent).toBeLessThan(50_000_000);
});

test("exactly the limit is not too much", async () => {
  await using hosts = await startHosts({ "api.twilio.example": answer("x".repeat(1_000)) });
  expect((await hosts.get({ maxBytes: 1_000 })).bytes).toHaveLength(1_000);
  await expect(hosts.get({ maxBytes: 999 })).rejects.toThrow(FileTooLargeError);
});

test("patience ends while nothing comes, and while it only drips", async () => {
  await using hosts = await startHosts({
    "api.twilio.example": () => {},
    "drip.example": (_req, res) => {
      const timer = setInterval(() => res.write("."), 20);
      res.on("close", () => clearInterval(timer));
    },
  });
  await expect(hosts.get({ patienceMs: 200 })).rejects.toThrow();
  await expect(hosts.get({ patienceMs: 200, url: new URL("https://drip.example/") })).rejects.toThrow();
});

test("what is cut off is no file", async () => {
  await using hosts = await startHosts({
    "api.twilio.example": (_req, res) => {
      res.writeHead(200, { "content-length": "1000" });
      res.write("only this", () => res.destroy());
    },
  });
  await expect(hosts.get()).rejects.toThrow();
});

test.for([404, 429, 401, 500, 204, 206])("status %i comes back without a body", async (status) => {
  await using hosts = await startHosts({
    "api.twilio.example": (_req, res) => void res.writeHead(status).end(),
  });
  expect(await hosts.get()).toMatchObject({ status, bytes: null });
});

test.for([
  "https://127.0.0.1/",
  "https://2130706433/",
  "https://0x7f.1/",
  "https://169.254.169.254/latest/meta-data",
  "https://[::1]/",
  "https://[::ffff:10.0.0.1]/",
  "https://[fd00::1]/",
  "https://10.1.2.3/",
  "https://localhost/",
])("no socket is opened to %s", async (address) => {
  const opened = (async () => connectPublic(new URL(address), {}, AbortSignal.timeout(5_000)))();
  await expect(opened).rejects.toThrow(PrivateAddressError);
});
