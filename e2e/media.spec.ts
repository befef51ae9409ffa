import type { Locator, Page } from "@playwright/test";
import { makeMedia } from "@waystation/twilio-simulator/media/make-media";
import { recipientWithEnding, SENTINEL_SENDERS } from "@waystation/twilio-simulator/sentinels";
import { mutateApi } from "./helpers/api.ts";
import { expect, test } from "./helpers/fixtures.ts";
import { inspectScreen } from "./helpers/screens.ts";

const ANNA = "+491511234567";

const messages = (page: Page): Locator => page.getByRole("region", { name: "Messages" });
const bubbles = (page: Page): Locator => messages(page).getByRole("listitem");
const expectDrawn = (image: Locator) => expect(image).not.toHaveJSProperty("naturalWidth", 0);

test("what a customer sends is seen, heard and kept", async ({ page, setup, connect, simulator }) => {
  await setup();
  await connect();
  const send = (
    kind: "image" | "audio" | "video" | "document" | "sticker" | "contacts" | "location",
    body = "",
  ) =>
    simulator.sendIncoming({
      to: SENTINEL_SENDERS.online,
      from: ANNA,
      kind,
      body,
      profileName: "Anna",
      wait: true,
    });

  await test.step("a picture, a voice note, a place, a card, a document, a sticker and a video", async () => {
    await send("image", "Found this under the seat");
    await page.goto("/inbox");
    await page.getByRole("listitem").filter({ hasText: "Anna" }).getByRole("link").click();
    const picture = messages(page).getByRole("img", { name: "Photo: Found this under the seat" });
    await expectDrawn(picture);
    await send("audio");
    await expect(
      messages(page).getByRole("slider", { name: "Position in the voice message" }),
    ).toHaveAttribute("aria-valuetext", "0:00 of 0:03");
    await send("document");
    await send("contacts");
    await expect(messages(page)).toContainText("+1 500 555 0123");
    await send("location");
    await send("sticker");
    await send("video");
  });

  await test.step("a click makes a picture large, the keys go to the others, and Escape back", async () => {
    await send("image", "And this");
    const first = messages(page).getByRole("button", { name: "Photo: Found this under the seat" });
    await expect(messages(page).getByRole("img", { name: "Photo: And this" })).toBeVisible();
    await first.click();
    const large = page.getByRole("dialog", { name: "Photo: Found this under the seat, 1 of 3" });
    await expectDrawn(large.getByRole("img", { name: "Photo" }));
    await inspectScreen(page, "a picture, large");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await expect(page.getByRole("dialog", { name: "Photo: And this, 3 of 3" })).toBeVisible();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowLeft");
    await expect(page.getByRole("dialog", { name: "Sticker, 2 of 3" })).toBeVisible();
    const saving = page.waitForEvent("download");
    await page.getByRole("dialog").getByRole("button", { name: "Download" }).click();
    expect((await saving).suggestedFilename()).toMatch(/^photo-[\d-]{10}\.webp$/);
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect(first).toBeFocused();
  });

  await test.step("a document is kept under its name", async () => {
    await simulator.sendIncoming({
      to: SENTINEL_SENDERS.online,
      from: ANNA,
      kind: "document",
      media: [
        {
          contentType: "application/pdf",
          data: Buffer.from("%PDF-1.4 short").toString("base64"),
          name: "Rechnung März.pdf",
        },
      ],
      wait: true,
    });
    const saving = page.waitForEvent("download");
    await bubbles(page).last().getByRole("button", { name: "Download" }).click();
    expect((await saving).suggestedFilename()).toBe("Rechnung März.pdf");
    await expect(bubbles(page).last()).toContainText("Rechnung März.pdf");
  });

  await test.step("a voice note plays", async () => {
    await messages(page).getByRole("button", { name: "Play the voice message" }).click();
    const place = messages(page).getByRole("slider", { name: "Position in the voice message" });
    await expect(place).not.toHaveAttribute("aria-valuetext", "0:00 of 0:03");
    await messages(page).getByRole("button", { name: "Pause the voice message" }).click();
    await expect(messages(page).getByRole("button", { name: "Play the voice message" })).toBeVisible();
  });

  await test.step("what this browser cannot play or show is offered as a file", async () => {
    const odd = (kind: "audio" | "image", contentType: string, bytes: string) =>
      simulator.sendIncoming({
        to: SENTINEL_SENDERS.online,
        from: ANNA,
        kind,
        media: [{ contentType, data: Buffer.from(bytes, "latin1").toString("base64") }],
        wait: true,
      });
    await odd("audio", "audio/amr", "#!AMR\n<quite short");
    await page.getByRole("button", { name: "Newest" }).click();
    await expect(bubbles(page).last()).toContainText("This browser cannot play it.");
    await odd("image", "image/png", "<svg xmlns='http://www.w3.org/2000/svg'/>");
    await expect(bubbles(page).last()).toContainText("This browser cannot show it.");
  });

  await inspectScreen(page, "a conversation with every kind of file");
});

test("a file that does not come says why, and comes when it can", async ({
  page,
  setup,
  connect,
  simulator,
}) => {
  await setup();
  const { id } = await connect();
  const send = (kind: "image" | "document") =>
    simulator.sendIncoming({
      to: SENTINEL_SENDERS.online,
      from: ANNA,
      kind,
      profileName: "Anna",
      wait: true,
    });
  simulator.setChaos({ mediaFault: "throttled" });
  await send("image");
  await page.goto("/inbox");
  await page.getByRole("listitem").filter({ hasText: "Anna" }).getByRole("link").click();
  const failed = bubbles(page).filter({ hasText: "This file could not be fetched." });
  await expect(failed).toContainText("Twilio is receiving too many requests");
  await inspectScreen(page, "a file that did not come");

  simulator.setChaos({ mediaFault: "down" });
  await failed.getByRole("button", { name: "Try again" }).click();
  await expect(failed).toContainText("Twilio did not send this file in time.");
  await expect(failed.getByRole("button", { name: "Try again" })).toBeFocused();
  simulator.setChaos({ mediaFault: "none" });
  await page.keyboard.press("Enter");
  await expect(failed).toHaveCount(0);
  await expectDrawn(messages(page).getByRole("img", { name: "Photo" }));
  await expect(messages(page).getByRole("button", { name: "Photo" })).toBeFocused();

  await send("document");
  const document = bubbles(page).last();
  await expect(document.getByRole("button", { name: "Download" })).toBeVisible();
  await mutateApi(page, "twilioWhatsApp.disconnect", { connectionId: id });
  await document.getByRole("button", { name: "Download" }).click();
  await expect(document.getByRole("alert")).toContainText("before its sender was disconnected");
  await page.reload();
  await expectDrawn(messages(page).getByRole("img", { name: "Photo" }));
});

/** Pastes an image without text, like a screenshot tool. */
const paste = (page: Page, base64: string) =>
  page.evaluate(`(() => {
    const bytes = Uint8Array.from(atob("${base64}"), (letter) => letter.charCodeAt(0));
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([bytes], "image.png", { type: "image/png" }));
    document.activeElement.dispatchEvent(
      new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }),
    );
  })()`);

test("a customer with a phone and a person at the desk send each other files", async ({
  page,
  setup,
  connect,
  visitor,
  simulator,
}) => {
  await setup();
  await connect();
  const picture = makeMedia("image").bytes;
  const file = (name: string, mimeType: string, buffer: Buffer) => ({ name, mimeType, buffer });
  const phone = await visitor();
  const field = page.getByRole("textbox", { name: /^Message to/ });
  const chips = page.getByRole("list", { name: "Attached files" }).getByRole("listitem");
  const choose = (...files: ReturnType<typeof file>[]) =>
    page.getByLabel("Files to attach").setInputFiles(files);

  await test.step("the customer sends a photo, a voice note and a place", async () => {
    await phone.goto(simulator.url);
    await phone.getByRole("button", { name: "New customer" }).click();
    await phone.getByLabel("Profile name").fill("Kim Berg");
    await phone.getByLabel("Phone number").fill("+4520304050");
    await phone.getByRole("button", { name: "Add" }).click();
    for (const kind of ["Photo", "Voice note", "Location"]) {
      await phone.getByRole("button", { name: "Send something else" }).click();
      await phone.getByRole("button", { name: kind, exact: true }).click();
    }
    await page.goto("/inbox");
    await page.getByRole("listitem").filter({ hasText: "Kim Berg" }).getByRole("link").click();
    await expectDrawn(messages(page).getByRole("img", { name: "Photo" }));
    await expect(messages(page).getByRole("button", { name: "Play the voice message" })).toBeVisible();
    await expect(messages(page)).toContainText("Town Pier");
  });

  await test.step("an answer with a picture by the button, its words below it", async () => {
    await choose(file("boat.png", "image/png", picture));
    await expect(chips).toContainText("boat.png");
    await expect(chips).not.toContainText("%");
    await inspectScreen(page, "a composer with a file");
    await field.fill("This one");
    await field.press("Enter");
    await expect(chips).toHaveCount(0);
    await expect(field).toHaveValue("");
    const sent = bubbles(page).filter({ hasText: "This one" });
    await expectDrawn(sent.getByRole("img", { name: "Photo: This one" }));
    await expect(sent.getByRole("button", { name: "Read" })).toBeVisible();
    await expectDrawn(phone.getByRole("img", { name: "Photo from the business" }));
    await expect(phone.locator(".message").filter({ hasText: "This one" }).locator("img")).toHaveCount(1);
  });

  await test.step("another by paste, and two documents by drop, as messages of their own", async () => {
    await field.focus();
    await paste(page, picture.toString("base64"));
    await expect(chips).toContainText("image.png");
    const dropped = await page.evaluateHandle(`(() => {
      const data = new DataTransfer();
      for (const name of ["one.pdf", "two.pdf"]) data.items.add(new File(["%PDF-1.4 " + name], name));
      return data;
    })()`);
    // Drops on the message list: the whole conversation is a drop target.
    const messages = page.getByRole("region", { name: "Messages" });
    await messages.dispatchEvent("dragover", { dataTransfer: dropped });
    await messages.dispatchEvent("drop", { dataTransfer: dropped });
    await expect(chips).toHaveCount(3);
    await expect(page.getByText("A file is still on its way to the server.")).toHaveCount(0);
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await expect(chips).toHaveCount(0);
    await expect(bubbles(page).last()).toContainText("two.pdf");
    await expect(bubbles(page).last().getByRole("button", { name: "Read" })).toBeVisible();
    const sent = simulator.listMessages().filter(({ direction }) => direction !== "inbound");
    expect(sent.map(({ kind, numMedia }) => [kind, numMedia])).toEqual([
      ["image", 1],
      ["image", 1],
      ["document", 1],
      ["document", 1],
    ]);
    await expect(phone.getByRole("img", { name: "Photo from the business" })).toHaveCount(2);
  });

  await test.step("what was uploaded is still attached after a reload", async () => {
    await choose(
      file("kept.png", "image/png", picture),
      file("kept.pdf", "application/pdf", Buffer.from("%PDF-1.4")),
    );
    await expect(chips).toHaveCount(2);
    for (const name of ["kept.png", "kept.pdf"])
      await expect(page.getByRole("button", { name: `Remove ${name}` })).toBeVisible();
    await page.reload();
    await expect(chips).toHaveCount(2);
    await expectDrawn(chips.nth(0).locator("img"));
    for (const name of ["kept.png", "kept.pdf"])
      await page.getByRole("button", { name: `Remove ${name}` }).click();
    await page.reload();
    await expect(field).toBeVisible();
    await expect(chips).toHaveCount(0);
  });

  await test.step("what WhatsApp does not take is said before it is uploaded", async () => {
    await choose(
      file("page.html", "text/html", Buffer.from("<p>")),
      file("large.png", "image/png", Buffer.alloc(5 * 1024 * 1024 + 1)),
      file("disguised.png", "image/png", Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>")),
    );
    await expect(chips.nth(0)).toContainText("WhatsApp does not take this kind of file.");
    await expect(chips.nth(1)).toContainText("pictures of up to 5 MB");
    await expect(chips.nth(2)).toContainText("WhatsApp does not take this kind of file.");
    await expect(page.getByText("Remove the file that cannot be sent.")).toBeVisible();
    await inspectScreen(page, "a composer with files that cannot be sent");
    await field.fill("Not without them");
    await field.press("Enter");
    await expect(field).toHaveValue("Not without them");
    for (const name of ["page.html", "large.png", "disguised.png"])
      await page.getByRole("button", { name: `Remove ${name}` }).click();
    await expect(page.getByRole("button", { name: "Attach a file" })).toBeFocused();
    await field.fill("");
  });

  await test.step("an upload shows how far it is, can be taken back, and fails without a network", async () => {
    const network = await page.context().newCDPSession(page);
    // Uses one CDP session: with two, the conditions of either can apply.
    const limit = (uploadThroughput: number, offline = false) =>
      network.send("Network.emulateNetworkConditions", {
        offline,
        latency: 0,
        downloadThroughput: -1,
        uploadThroughput,
      });
    await limit(200_000);
    await choose(file("slow.pdf", "application/pdf", Buffer.alloc(4_000_000, "%PDF-1.4")));
    await expect(page.getByRole("progressbar", { name: "Upload of slow.pdf" })).toBeVisible();
    await expect(page.getByText("A file is still on its way to the server.")).toBeVisible();
    await page.getByRole("button", { name: "Cancel the upload of slow.pdf" }).click();
    await expect(chips).toHaveCount(0);
    await limit(-1, true);
    await choose(file("a.pdf", "application/pdf", Buffer.from("%PDF-1.4")));
    await expect(chips).toContainText("It could not be uploaded.");
    await limit(-1);
    await page.getByRole("button", { name: "Remove a.pdf" }).click();
  });
});

test("where Twilio cannot fetch a file is said before it is sent", async ({
  page,
  server,
  setup,
  connect,
  simulator,
}) => {
  await setup();
  await connect();
  await simulator.sendIncoming({
    to: SENTINEL_SENDERS.online,
    from: ANNA,
    body: "Hi",
    profileName: "Anna",
    wait: true,
  });
  await server.store.query("update twilio_whatsapp_connections set mode = 'live'", []);
  await page.goto("/inbox");
  await page.getByRole("listitem").filter({ hasText: "Anna" }).getByRole("link").click();
  const buffer = makeMedia("image").bytes;
  const why = page.getByRole("alert").filter({ hasText: "cannot reach localhost" });
  await page.getByLabel("Files to attach").setInputFiles([{ name: "a.png", mimeType: "image/png", buffer }]);
  await expect(why).toContainText("Set PUBLIC_URL to this server's public https address and restart.");
  await expect(page.getByRole("list", { name: "Attached files" })).toHaveCount(0);
  await page.reload();
  await page.getByRole("button", { name: "Attach a file" }).click();
  await expect(why).toBeVisible();
});

test("a file that was not delivered is sent again", async ({ page, setup, connect, simulator }) => {
  await setup();
  await connect();
  const from = recipientWithEnding("63018").replace("whatsapp:", "");
  await simulator.sendIncoming({
    to: SENTINEL_SENDERS.online,
    from,
    body: "Hello",
    profileName: "Rita",
    wait: true,
  });
  await page.goto("/inbox");
  await page.getByRole("listitem").filter({ hasText: "Rita" }).getByRole("link").click();
  const buffer = makeMedia("image").bytes;
  await page.getByLabel("Files to attach").setInputFiles([{ name: "a.png", mimeType: "image/png", buffer }]);
  await expect(page.getByRole("button", { name: "Remove a.png" })).toBeVisible();
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await messages(page).getByRole("button", { name: "Send again" }).click();
  await expect(messages(page).getByRole("button", { name: "Not sent" })).toHaveCount(2);
  await expect(messages(page).getByRole("img", { name: "Photo" })).toHaveCount(2);
  for (const image of await messages(page).getByRole("img", { name: "Photo" }).all())
    await expectDrawn(image);
});
