import type { Locator, Page } from "@playwright/test";

export interface TypedCredentials {
  accountSid?: string;
  authToken?: string;
  apiKeySid?: string;
  apiKeySecret?: string;
}

const labels: Record<keyof TypedCredentials, string> = {
  accountSid: "Account SID",
  authToken: "Auth Token",
  apiKeySid: "API key SID",
  apiKeySecret: "API key secret",
};

export const wizardField = (page: Page, name: keyof TypedCredentials): Locator =>
  page.getByLabel(labels[name], { exact: true });

/** Fills in the first step of the wizard and submits it. Fields not given stay empty. */
export async function submitCredentials(page: Page, typed: TypedCredentials): Promise<void> {
  const keys = page.getByRole("button", { name: "Use an API key for calls to Twilio (optional)" });
  const wantsKeys = typed.apiKeySid !== undefined || typed.apiKeySecret !== undefined;
  if (wantsKeys && (await keys.getAttribute("aria-expanded")) === "false") await keys.click();
  for (const name of ["accountSid", "authToken"] as const)
    await wizardField(page, name).fill(typed[name] ?? "");
  if ((await keys.getAttribute("aria-expanded")) === "true")
    for (const name of ["apiKeySid", "apiKeySecret"] as const)
      await wizardField(page, name).fill(typed[name] ?? "");
  await page.getByRole("button", { name: "Continue" }).click();
}

export const wizardStep = (page: Page, title: string): Locator =>
  page
    .getByRole("list", { name: "Steps" })
    .getByRole("listitem")
    .filter({
      has: page.getByRole("heading", { name: title }),
    });
