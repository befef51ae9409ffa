import type { Locator, Page } from "@playwright/test";

/** Where an answer to the customer is written. */
export const messageField = (page: Page): Locator => page.getByRole("textbox", { name: /^Message to/ });

export async function sendReply(page: Page, text: string): Promise<void> {
  await messageField(page).fill(text);
  await messageField(page).press("Enter");
}
