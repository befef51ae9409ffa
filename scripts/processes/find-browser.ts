import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { REPOSITORY_ROOT, runCommand, runNode } from "./run-step.ts";

const NAMES = ["google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "chrome"];
const ELSEWHERE = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** Path of a working Chromium: that of CHROMIUM, the system's, Playwright's, or a newly installed one, in this order. */
export async function findBrowser(): Promise<string> {
  const found = process.env.CHROMIUM || findInstalled();
  if (found) return found;
  console.log("No Chrome or Chromium is installed. Asking Playwright for its own …");
  await runNode("e2e/node_modules/@playwright/test/cli.js", ["install", "chromium", "--no-shell"], {
    PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: "15000",
  });
  if (isRoot() && !playwrightsOwn() && hasApt()) {
    console.log("Playwright's download does not run here. Installing the distribution's Chromium …");
    const environment = { DEBIAN_FRONTEND: "noninteractive" };
    await runCommand("apt-get", ["-qq", "update"], environment);
    await runCommand(
      "apt-get",
      ["-qq", "-y", "-o=Dpkg::Use-Pty=0", "install", "--no-install-recommends", "chromium"],
      environment,
    );
  }
  const now = findInstalled();
  if (now) return now;
  throw new Error(
    "There is no browser to test with. Install Chrome or Chromium, or set CHROMIUM to the path of one.",
  );
}

function findInstalled(): string | null {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/bin", "/snap/bin"];
  const candidates = [...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))), ...ELSEWHERE];
  return candidates.find(works) ?? playwrightsOwn();
}

function playwrightsOwn(): string | null {
  const { chromium } = createRequire(join(REPOSITORY_ROOT, "e2e/package.json"))("@playwright/test");
  const path: string = chromium.executablePath();
  return works(path) ? path : null;
}

/** The file must exist and find its shared libraries. */
function works(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
  } catch {
    return false;
  }
  return spawnSync(path, ["--version"], { timeout: 20_000 }).status === 0;
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function hasApt(): boolean {
  return spawnSync("apt-get", ["--version"]).status === 0;
}
