import type { Locator, Page } from "@playwright/test";
import { SENDERS } from "@waystation/twilio-simulator/sentinels";
import { mutate } from "./api.ts";
import { expect, test } from "./fixtures.ts";
import { inspect } from "./screens.ts";

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
    simulator.sendIncoming({ to: SENDERS.online, from: ANNA, kind, body, profileName: "Anna", wait: true });

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
    await inspect(page, "a picture, large");
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
      to: SENDERS.online,
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

  await inspect(page, "a conversation with every kind of file");
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
    simulator.sendIncoming({ to: SENDERS.online, from: ANNA, kind, profileName: "Anna", wait: true });
  simulator.setChaos({ mediaFault: "throttled" });
  await send("image");
  await page.goto("/inbox");
  await page.getByRole("listitem").filter({ hasText: "Anna" }).getByRole("link").click();
  const failed = bubbles(page).filter({ hasText: "This file could not be fetched." });
  await expect(failed).toContainText("Twilio is receiving too many requests");
  await inspect(page, "a file that did not come");

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
  await mutate(page, "twilioWhatsApp.disconnect", { connectionId: id });
  await document.getByRole("button", { name: "Download" }).click();
  await expect(document.getByRole("alert")).toContainText("before its sender was disconnected");
  await page.reload();
  await expectDrawn(messages(page).getByRole("img", { name: "Photo" }));
});
