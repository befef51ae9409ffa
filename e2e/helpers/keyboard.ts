import { expect, type Locator, type Page } from "@playwright/test";

const FAR = 60;

/** Presses Tab until the element has the focus. */
export async function pressTabUntilFocused(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible();
  for (let presses = 0; presses < FAR; presses++) {
    if (await isFocused(target)) return;
    await page.keyboard.press("Tab");
  }
  await expect(target, `within ${FAR} presses of Tab`).toBeFocused({ timeout: 1 });
}

const isFocused = (target: Locator) =>
  target.evaluate((element) => element === element.ownerDocument.activeElement);
