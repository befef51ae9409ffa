import type { Locator, Page } from "@playwright/test";

/** The field for a reply to the customer. */
export const messageField = (page: Page): Locator => page.getByRole("textbox", { name: /^Message to/ });

export async function sendReply(page: Page, text: string): Promise<void> {
  await messageField(page).fill(text);
  await messageField(page).press("Enter");
}
