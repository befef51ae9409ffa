import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

const WIDTHS = [1280, 390];
const SCHEMES = ["light", "dark"] as const;

/** Elements that scroll horizontally or exceed the page width. */
const SIDEWAYS = `(() => {
  const page = document.documentElement;
  const name = (box) => box.tagName.toLowerCase() + "." + box.className + " " + box.textContent.slice(0, 40);
  const boxes = [...document.querySelectorAll("body *")];
  const scrolling = boxes.filter(
    (box) => box.scrollWidth > box.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(box).overflowX),
  );
  const out = page.scrollWidth > page.clientWidth
    ? boxes.filter((box) => box.getBoundingClientRect().right > page.clientWidth)
    : [];
  return [...scrolling, ...out].map(name);
})()`;

/** Dark mode has the same elements, so only the contrast is checked again. */
async function askAxe(page: Page, colorScheme: "light" | "dark") {
  // The axe source is half a megabyte, so it is injected once per page. Only violations are reported.
  const isThere = await page.evaluate<boolean>("typeof axe === 'object'");
  const axe = new AxeBuilder(isThere ? { page, axeSource: "void 0" } : { page })
    .options({ resultTypes: ["violations"], selectors: false, preload: false })
    // Without this mode, axe opens another page for every analysis.
    .setLegacyMode();
  const { violations } = await (colorScheme === "light" ? axe : axe.withRules(["color-contrast"])).analyze();
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical");
}

/** Checks a screen in light and dark mode, wide and narrow: no serious axe violation, no horizontal scrolling. */
export async function inspectScreen(page: Page, screen: string): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 844 });
    for (const colorScheme of SCHEMES) {
      const what = `${screen}, ${colorScheme}, ${width} px`;
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", colorScheme);
      const grave = (await askAxe(page, colorScheme)).flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
      );
      expect.soft(grave, what).toEqual([]);
      expect.soft(await page.evaluate<string[]>(SIDEWAYS), `${what}: scrolls sideways`).toEqual([]);
    }
  }
  await page.setViewportSize({ width: 1280, height: 844 });
}
