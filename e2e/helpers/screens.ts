import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

const WIDTHS = [1280, 390];
const SCHEMES = ["light", "dark"] as const;

/** The boxes that can be scrolled sideways, and what sticks out of the page. */
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

/** In the dark the same things stand on the page: only their contrast is another. */
async function askAxe(page: Page, colorScheme: "light" | "dark") {
  // Half a megabyte of it goes into the page once, and what is well is not asked about.
  const isThere = await page.evaluate<boolean>("typeof axe === 'object'");
  const axe = new AxeBuilder(isThere ? { page, axeSource: "void 0" } : { page })
    .options({ resultTypes: ["violations"], selectors: false, preload: false })
    // Else it opens a further page for every question.
    .setLegacyMode();
  const { violations } = await (colorScheme === "light" ? axe : axe.withRules(["color-contrast"])).analyze();
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical");
}

/** Light and dark, wide and narrow: axe finds nothing serious on it, and nothing scrolls sideways. */
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
