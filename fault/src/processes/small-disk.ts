import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unmountAtExit } from "./children.ts";

/** An in-memory disk of limited size. `mount` returns null if this user may not mount one. */
export class SmallTmpfs implements Disposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static mount(folder: string, megabytes: number): SmallTmpfs | null {
    mkdirSync(folder, { recursive: true });
    const options = ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder];
    if (spawnSync("mount", options).status !== 0) return null;
    unmountAtExit(folder);
    return new SmallTmpfs(folder);
  }

  get freeMegabytes(): number {
    const { bavail, bsize } = statfsSync(this.folder);
    return (bavail * bsize) / 1024 / 1024;
  }

  /** Uses up all free space. */
  fill(): void {
    const ballast = join(this.folder, "ballast");
    for (let block = 1024 * 1024; block >= 4096; block /= 4)
      for (;;) {
        try {
          writeFileSync(ballast, Buffer.alloc(block), { flag: "a" });
        } catch {
          break;
        }
      }
  }

  free(): void {
    rmSync(join(this.folder, "ballast"), { force: true });
  }

  [Symbol.dispose](): void {
    spawnSync("umount", ["--lazy", this.folder]);
  }
}
