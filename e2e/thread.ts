import type { Locator, Page } from "@playwright/test";

/** Where an answer to the customer is written. */
export const field = (page: Page): Locator => page.getByRole("textbox", { name: /^Message to/ });

export async function answer(page: Page, text: string): Promise<void> {
  await field(page).fill(text);
  await field(page).press("Enter");
}
