import { createTestStore, testDatabases } from "@waystation/db/testing/databases";
import type { IncomingMessageInput } from "@waystation/twilio-simulator/incoming/receive-message";
import { makeMedia } from "@waystation/twilio-simulator/media/make-media";
import { SENTINEL_ACCOUNTS, SENTINEL_SENDERS, sentinelTokenOf } from "@waystation/twilio-simulator/sentinels";
import { createSimulator } from "@waystation/twilio-simulator/simulator";
import { signMediaUrl } from "@waystation/whatsapp/media/signed-url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readConfig } from "../lifecycle/config.ts";
import { loadSecrets } from "../lifecycle/secrets.ts";
import { startServer } from "../lifecycle/server.ts";
import { createTestFolder, createTestLog } from "../testing/test-files.ts";
import {
  createTestVisitor,
  TEST_PASSWORD,
  type TestVisitor,
  setupTokenOf as tokenOfLink,
} from "../testing/test-server.ts";

/** The whole server, connected to a simulator that delivers its webhooks. */
async function serve(kind: (typeof testDatabases)[number]) {
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(createTestFolder());
  const store = kind === "postgres" ? undo.use(await createTestStore("postgres")) : null;
  const simulator = undo.use(createSimulator({ pace: 0, chaos: { mediaNotFound: 0 } }));
  await simulator.start();
  const { log, lines } = createTestLog();
  const config = readConfig({
    NODE_ENV: "development",
    PORT: "0",
    ...(store ? { DATABASE_URL: store.url } : {}),
    DATA_DIR: folder.path,
    ENCRYPTION_KEYS: "kBv7yWJ3mZq1R8tXh5cN2pLs9dFg6aUe4oKi0QwErTY=",
    AUTH_SECRET: "only-for-these-tests-0123456789abcdef",
    WAYSTATION_SETUP_TOKEN: "the-setup-token",
    TWILIO_SIMULATOR_URL: simulator.url,
  });
  const server = await startServer(config, log);
  undo.defer(() => server.stop());
  const owner = createTestVisitor(server.url);
  const email = "owner@example.com";
  await owner.api.setup.createOwner.mutate({
    token: "the-setup-token",
    name: "Olga",
    email,
    password: TEST_PASSWORD,
    organization: "Acme",
  });
  await owner.signIn(email);
  await owner.api.twilioWhatsApp.connect.mutate({
    mode: "test",
    accountSid: SENTINEL_ACCOUNTS.healthy,
    authToken: sentinelTokenOf(SENTINEL_ACCOUNTS.healthy),
    sender: SENTINEL_SENDERS.online,
    configureWebhook: true,
  });
  const newest = async () => {
    const [conversation] = (await owner.api.conversations.list.query({ filter: "all" })).items;
    const { items } = await owner.api.messages.list.query({ conversationId: conversation?.id ?? "" });
    return { conversationId: conversation?.id ?? "", message: items[0] };
  };
  const { linkSecret } = await loadSecrets(config, server.store.db, log);
  const kept = undo.move();
  return {
    linkSecret,
    ...server,
    simulator,
    lines,
    owner,
    newest,
    /** Answers the path of the message's file. */
    hear: async (input: Partial<IncomingMessageInput>) => {
      const to = SENTINEL_SENDERS.online;
      await simulator.sendIncoming({ to, from: "+4915112345678", wait: true, ...input });
      return (await newest()).message?.files[0]?.url ?? "";
    },
    join: async (address: string, role: "member" | "admin" = "member") => {
      const { link } = await owner.api.team.invite.mutate({ email: address, role });
      const visitor = createTestVisitor(server.url);
      await visitor.api.team.join.mutate({ token: tokenOfLink(link), name: "Mia", password: TEST_PASSWORD });
      await visitor.signIn(address);
      return visitor;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

const base64 = (text: string | Buffer) => Buffer.from(text).toString("base64");

describe.each(testDatabases)("on %s", (kind) => {
  let desk: Awaited<ReturnType<typeof serve>>;
  beforeAll(async () => {
    desk = await serve(kind);
  });
  afterAll(() => desk[Symbol.asyncDispose]());

  test("a picture is shown in place, and can do nothing there", async () => {
    const path = await desk.hear({ kind: "image" });
    const answer = await desk.owner.send(path);
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": "image/png",
      "content-security-policy": "sandbox; default-src 'none'",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "cross-origin-resource-policy": "same-origin",
      "cache-control": "private, no-store",
      "accept-ranges": "bytes",
      "content-disposition": expect.stringMatching(
        /^inline; filename="photo-[\d-]{10}\.png"; filename\*=UTF-8''/,
      ),
    });
    expect(Buffer.from(await answer.arrayBuffer()).equals(makeMedia("image").bytes)).toBe(true);
    const head = await desk.owner.send(path, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([
      200,
      String(makeMedia("image").bytes.length),
      "",
    ]);
  });

  test("whatever could be active is a download of no type", async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>';
    const page = "<!doctype html><script>alert(1)</script>";
    for (const [contentType, body, name] of [
      ["image/svg+xml", svg, "logo.svg"],
      ["image/png", svg, "logo.png"],
      ["text/html", page, "page.html"],
      ["image/jpeg", page, "photo.jpg"],
      ["application/xml", '<?xml version="1.0"?><a xmlns="http://www.w3.org/1999/xhtml"/>', "a.xml"],
      ["text/javascript", "alert(1)", "a.js"],
    ] as const) {
      const path = await desk.hear({ kind: "image", media: [{ contentType, data: base64(body), name }] });
      const { headers } = await desk.owner.send(path);
      expect.soft(headers.get("content-type"), contentType).toBe("application/octet-stream");
      expect.soft(headers.get("content-disposition"), contentType).toMatch(/^attachment; /);
      expect.soft(headers.get("content-disposition"), contentType).toContain(name);
      expect.soft(headers.get("content-security-policy"), contentType).toContain("sandbox");
      expect.soft(headers.get("x-content-type-options"), contentType).toBe("nosniff");
    }
    // A picture that goes on as a page stays a picture: nothing asks its later bytes.
    const polyglot = await desk.hear({
      kind: "image",
      media: [{ contentType: "text/html", data: base64(`GIF89a/*${page}*/`) }],
    });
    expect((await desk.owner.send(polyglot)).headers.get("content-type")).toBe("image/gif");
    const document = await desk.hear({ kind: "document" });
    expect((await desk.owner.send(document)).headers.get("content-disposition")).toMatch(/^attachment; /);
  });

  test("to everybody but members there is no such file", async () => {
    const path = await desk.hear({ kind: "image" });
    const member = await desk.join("mia@example.com");
    const removed = await desk.join("rex@example.com");
    expect((await member.send(path)).status).toBe(200);
    expect((await removed.send(path)).status).toBe(200);
    const { members } = await desk.owner.api.team.list.query();
    const rex = members.find(({ email }) => email === "rex@example.com");
    await desk.owner.api.team.remove.mutate({ memberId: rex?.id ?? "" });

    const unknown = await desk.owner.send("/api/media/987654-0");
    expect(unknown.status).toBe(404);
    const { requestId, ...expected } = (await unknown.json()) as { requestId: string };
    const anonymous = createTestVisitor(desk.url);
    for (const [who, visitor] of Object.entries({ removed, anonymous }))
      for (const wanted of [path, `${path}?expires=1&signature=x`]) {
        const answer = await visitor.send(wanted);
        expect.soft(answer.status, `${who} ${wanted}`).toBe(404);
        const { requestId: ownId, ...said } = (await answer.json()) as { requestId: string };
        expect.soft(said, `${who} ${wanted}`).toEqual(expected);
        expect.soft(ownId).not.toBe(requestId);
      }
    for (const odd of [
      "/api/media/1",
      "/api/media/1-99",
      "/api/media/..%2f..%2fetc%2fpasswd",
      "/api/media/0-0",
    ])
      expect.soft((await desk.owner.send(odd)).status, odd).toBe(404);
  });

  test("a part of a file can be had, for a player that jumps", async () => {
    const before = desk.simulator.countMediaRequests();
    const bytes = Buffer.concat([Buffer.from("OggS"), Buffer.alloc(2_200_000, "0123456789")]);
    const path = await desk.hear({
      kind: "audio",
      media: [{ contentType: "audio/ogg", data: base64(bytes) }],
    });
    const part = async (range: string) => {
      const answer = await desk.owner.send(path, { headers: { range } });
      const body = Buffer.from(await answer.arrayBuffer());
      return { status: answer.status, range: answer.headers.get("content-range"), body };
    };
    const { length } = bytes;
    const slice = async (range: string, start: number, end: number) => {
      const answer = await part(range);
      expect.soft(answer, range).toMatchObject({ status: 206, range: `bytes ${start}-${end}/${length}` });
      expect.soft(answer.body.equals(bytes.subarray(start, end + 1)), range).toBe(true);
    };
    await slice("bytes=0-0", 0, 0);
    await slice("bytes=0-", 0, length - 1);
    await slice("bytes=1048570-1048590", 1_048_570, 1_048_590);
    await slice("bytes=-10", length - 10, length - 1);
    await slice(`bytes=2000000-${length + 99}`, 2_000_000, length - 1);
    expect(await part(`bytes=${length}-`)).toMatchObject({ status: 416, range: `bytes */${length}` });
    for (const whole of ["lines=1-2", "bytes=a-b", "bytes=0-1,5-6"])
      expect.soft((await part(whole)).body, whole).toHaveLength(length);
    expect(desk.simulator.countMediaRequests() - before).toBe(1);
  });

  test("a file that does not come says why, and can be tried again", async () => {
    const path = await desk.hear({ kind: "image" });
    const ask = async () => {
      const answer = await desk.owner.send(path);
      return { status: answer.status, ...((await answer.json()) as { reason: string; message: string }) };
    };
    desk.simulator.setChaos({ mediaFault: "down" });
    expect(await ask()).toMatchObject({ status: 502, reason: "twilio_unreachable" });
    desk.simulator.setChaos({ mediaFault: "throttled" });
    expect(await ask()).toMatchObject({ status: 429, reason: "twilio_rate_limited" });
    desk.simulator.setChaos({ mediaFault: "none" });
    expect((await desk.owner.send(path)).status).toBe(200);
    expect(JSON.stringify(desk.lines)).not.toContain(sentinelTokenOf(SENTINEL_ACCOUNTS.healthy));
    expect(JSON.stringify(desk.lines)).not.toContain("Basic ");
  });

  const upload = (
    bytes: Buffer | string,
    name = "a.png",
    as = desk.owner,
    headers: Record<string, string> = {},
  ) =>
    as.send(`/api/media?name=${encodeURIComponent(name)}`, {
      method: "POST",
      headers: { "content-type": "application/octet-stream", ...headers },
      body: new Blob([bytes]),
    });
  const uploaded = async (bytes: Buffer | string, name?: string, as?: TestVisitor) => {
    const answer = await upload(bytes, name, as);
    return { status: answer.status, ...((await answer.json()) as { id: string; reason?: string }) };
  };
  const picture = makeMedia("image").bytes;
  const idOf = async (bytes: Buffer | string = picture, name?: string) => {
    const { id } = await uploaded(bytes, name);
    return id;
  };
  const send = async (attachmentId: string, body = "", clientKey = `key-${Math.random()}`) =>
    desk.owner.api.messages.send.mutate({
      conversationId: (await desk.newest()).conversationId,
      clientKey,
      body,
      attachmentId,
    });
  const outgoing = () => desk.simulator.listMessages().filter(({ direction }) => direction !== "inbound");
  const statusOf = async (id: string) => {
    const { conversationId } = await desk.newest();
    const { items } = await desk.owner.api.messages.list.query({ conversationId });
    return items.find((item) => item.id === id)?.status;
  };
  const reasonOf = (promise: Promise<unknown>) =>
    promise.then(
      () => "no refusal",
      (error) => error.data?.reason,
    );

  test("a file is attached, sent, and fetched by Twilio from where only it can", async () => {
    await desk.hear({ body: "Do you have a picture?" });
    const file = await uploaded(picture, "../Boot März.png");
    expect(file).toEqual({
      status: 201,
      id: file.id,
      url: `/api/media/${file.id}`,
      type: "image/png",
      name: "Boot März.png",
      size: picture.length,
    });
    const message = await send(file.id, "Here it is", "the same key");
    expect(message).toMatchObject({
      direction: "out",
      kind: "image",
      body: "Here it is",
      files: [{ id: file.id, type: "image/png", name: "Boot März.png", size: picture.length }],
    });
    await expect.poll(() => statusOf(message.id), { timeout: 20_000 }).toBe("read");
    const [sent] = outgoing();
    expect(sent).toMatchObject({ body: "Here it is", numMedia: 1, kind: "image" });
    const shown = await fetch(
      `${desk.simulator.url}/simulator/media/${sent?.details.MediaUrl0?.split("/").at(-1)}`,
    );
    expect(Buffer.from(await shown.arrayBuffer()).equals(picture)).toBe(true);

    expect((await send(file.id, "Here it is", "the same key")).id).toBe(message.id);
    expect(outgoing()).toHaveLength(1);
  });

  test("a signed URL opens its one file until it expires, and nothing else", async () => {
    await desk.hear({ body: "Once more, please" });
    const [one, other, unsent] = [await idOf(), await idOf(), await idOf()];
    await send(one);
    await send(other);
    const anyone = createTestVisitor(desk.url);
    const signer = { linkSecret: desk.linkSecret, publicUrl: desk.url };
    const signed = (id: string, now?: number) => new URL(signMediaUrl(signer, id, now));
    const good = await anyone.send(signed(one));
    expect(good.status).toBe(200);
    expect(good.headers.get("content-type")).toBe("image/png");
    expect(good.headers.get("content-security-policy")).toBe("sandbox; default-src 'none'");
    expect(Buffer.from(await good.arrayBuffer()).equals(picture)).toBe(true);
    expect((await anyone.send(signed(one), { method: "HEAD" })).status).toBe(200);

    const change = (edit: (url: URL) => void) => {
      const url = signed(one);
      edit(url);
      return url;
    };
    const { searchParams } = signed(one);
    const signature = searchParams.get("signature") ?? "";
    const wrong: Record<string, URL> = {
      "another file": change((url) => {
        url.pathname = `/api/media/${other}`;
      }),
      "a customer's file": change((url) => {
        url.pathname = "/api/media/1-0";
      }),
      expired: signed(one, Date.now() - 7 * 3_600_000),
      "a later end": change((url) => {
        url.searchParams.set("expires", String(Number(url.searchParams.get("expires")) + 1));
      }),
      "no end": change((url) => url.searchParams.delete("expires")),
      "an end that is no number": change((url) => url.searchParams.set("expires", "1e12")),
      "one digit": change((url) =>
        url.searchParams.set(
          "signature",
          signature.replace(/.$/, (last) => (last === "0" ? "1" : "0")),
        ),
      ),
      "no signature": change((url) => url.searchParams.set("signature", "")),
      "two signatures": change((url) => url.searchParams.append("signature", signature)),
      "half a signature": change((url) => url.searchParams.set("signature", signature.slice(0, 32))),
      "another server's": new URL(
        signMediaUrl({ ...signer, linkSecret: "another" }, one).replace(signer.publicUrl, desk.url),
      ),
      "what was not sent": signed(unsent),
      "an odd id": change((url) => {
        url.pathname = "/api/media/nothing";
      }),
    };
    for (const [what, url] of Object.entries(wrong)) {
      const answer = await anyone.send(url);
      expect.soft(answer.status, what).toBe(404);
    }
    const posted = await anyone.send(signed(one), { method: "POST" });
    expect([posted.status, posted.headers.get("allow")]).toEqual([405, "GET, HEAD, DELETE"]);
  });

  test("what WhatsApp does not take is refused before it is sent", async () => {
    const large = (head: Buffer | string, size: number) =>
      Buffer.concat([Buffer.from(head), Buffer.alloc(size - Buffer.from(head).length)]);
    const MB = 1024 * 1024;
    const cases: [string, Buffer | string, string, number, string?][] = [
      ["a drawing", "<svg xmlns='http://www.w3.org/2000/svg'/>", "a.png", 415, "media_type"],
      ["a page", "<!doctype html><p>hello", "a.pdf", 415, "media_type"],
      ["a sticker", makeMedia("sticker").bytes, "a.webp", 415, "media_type"],
      ["an animation", "GIF89a", "a.gif", 415, "media_type"],
      ["nothing", "", "a.png", 415, "media_type"],
      ["a picture of 5 MB", large(picture, 5 * MB), "a.png", 201],
      ["a picture of a little more", large(picture, 5 * MB + 1), "a.png", 413, "media_too_large"],
      ["a document of 16 MB", large("%PDF-1.4", 16 * MB), "a.pdf", 201],
      ["a document of a little more", large("%PDF-1.4", 16 * MB + 1), "a.pdf", 413, "media_too_large"],
      ["a voice note", makeMedia("audio").bytes, "a.ogg", 201],
      ["a card", makeMedia("contacts").bytes, "a.vcf", 201],
    ];
    for (const [what, bytes, name, status, reason] of cases)
      expect
        .soft(await uploaded(bytes, name), what)
        .toMatchObject(reason === undefined ? { status } : { status, reason, message: expect.any(String) });
  });

  test("only a member's own page attaches anything", async () => {
    const anonymous = createTestVisitor(desk.url);
    expect((await upload(picture, "a.png", anonymous)).status).toBe(401);
    const foreign = { origin: "https://evil.example" };
    expect((await upload(picture, "a.png", desk.owner, foreign)).status).toBe(403);
    expect((await upload(picture, "a.png", desk.owner, { "content-type": "text/plain" })).status).toBe(415);
    expect((await upload(picture, "a.png", desk.owner, { "content-type": "image/png" })).status).toBe(415);
  });

  test("an upload is its uploader's until it is sent, and sent once", async () => {
    await desk.hear({ body: "And one more" });
    const member = await desk.join("uma@example.com");
    const mine = await idOf();
    expect((await member.send(`/api/media/${mine}`)).status).toBe(404);
    expect((await desk.owner.send(`/api/media/${mine}`)).status).toBe(200);
    const { conversationId } = await desk.newest();
    const take = (attachmentId: string, as = member) =>
      as.api.messages.send.mutate({
        conversationId,
        clientKey: `key-${Math.random()}`,
        body: "",
        attachmentId,
      });
    expect(await reasonOf(take(mine))).toBe("attachment_gone");
    expect(await reasonOf(take("01890000-0000-7000-8000-000000000000"))).toBe("attachment_gone");
    expect(await reasonOf(send(mine))).toBe("no refusal");
    expect((await member.send(`/api/media/${mine}`)).status).toBe(200);

    // Once sent it belongs to the conversation: whoever is in it may send it there again, and nowhere else.
    const again = await take(mine);
    expect(again.files[0]?.id).not.toBe(mine);
    await desk.hear({ body: "Somebody else", from: "+4915112345999" });
    const elsewhere = (await desk.newest()).conversationId;
    expect(elsewhere).not.toBe(conversationId);
    expect(await reasonOf(send(mine))).toBe("attachment_gone");
    const incoming = await desk.hear({ kind: "image", from: "+4915112345999" });
    await desk.owner.send(incoming);
  });

  test("an upload can be taken back by its uploader, until it is sent", async () => {
    await desk.hear({ body: "What else?" });
    const member = await desk.join("ida@example.com");
    const remove = async (id: string, as = desk.owner, headers: Record<string, string> = {}) =>
      (await as.send(`/api/media/${id}`, { method: "DELETE", headers })).status;
    const id = await idOf();
    expect(await remove(id, member)).toBe(404);
    expect(await remove(id, createTestVisitor(desk.url))).toBe(404);
    expect(await remove(id, desk.owner, { origin: "https://evil.example" })).toBe(403);
    expect((await desk.owner.send(`/api/media/${id}`)).status).toBe(200);
    expect(await remove(id)).toBe(204);
    expect((await desk.owner.send(`/api/media/${id}`)).status).toBe(404);
    expect(await remove(id)).toBe(404);

    const sent = await idOf();
    await send(sent);
    expect(await remove(sent)).toBe(404);
    const incoming = await desk.hear({ kind: "image" });
    await desk.owner.send(incoming);
    expect(await remove(incoming.split("/").at(-1) ?? "")).toBe(404);
    expect((await desk.owner.send(incoming)).status).toBe(200);
  });

  test("a message is words, a file, or both", async () => {
    const { conversationId } = await desk.newest();
    const empty = { conversationId, clientKey: "empty-key", body: " " };
    await expect(desk.owner.api.messages.send.mutate(empty)).rejects.toThrow("Write something first.");
    const before = outgoing().length;
    expect(await reasonOf(send("01890000-0000-7000-8000-000000000000", "words"))).toBe("attachment_gone");
    expect(outgoing()).toHaveLength(before);
  });

  test("whoever attaches too much waits", async () => {
    const member = await desk.join("lea@example.com");
    await desk.store.query(
      "insert into call_counts (key, window_start, count) select 'upload:' || id, now(), 60 from users where email = $1",
      ["lea@example.com"],
    );
    expect(await uploaded(picture, "a.png", member)).toMatchObject({
      status: 429,
      reason: "too_many_requests",
    });
  });

  test("what is attached and never sent does not pile up", async () => {
    const member = await desk.join("pia@example.com");
    for (let no = 0; no < 30; no++) expect((await upload(picture, "a.png", member)).status).toBe(201);
    const refused = await uploaded(picture, "a.png", member);
    expect(refused).toMatchObject({ status: 429, message: expect.stringContaining("without sending them") });
  });
});
