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
function axeFor(page: Page, colorScheme: "light" | "dark"): AxeBuilder {
  // Without its legacy mode it opens a further page for every question; what is well is not asked about.
  const axe = new AxeBuilder({ page })
    .options({ resultTypes: ["violations"], selectors: false, preload: false })
    .setLegacyMode();
  return colorScheme === "light" ? axe : axe.withRules(["color-contrast"]);
}

/** Light and dark, wide and narrow: axe finds nothing serious on it, and nothing scrolls sideways. */
export async function inspect(page: Page, screen: string): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 844 });
    for (const colorScheme of SCHEMES) {
      const what = `${screen}, ${colorScheme}, ${width} px`;
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", colorScheme);
      const { violations } = await axeFor(page, colorScheme).analyze();
      const grave = violations
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .flatMap(({ id, nodes }) =>
          nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
        );
      expect.soft(grave, what).toEqual([]);
      expect.soft(await page.evaluate<string[]>(SIDEWAYS), `${what}: scrolls sideways`).toEqual([]);
    }
  }
  await page.setViewportSize({ width: 1280, height: 844 });
}
