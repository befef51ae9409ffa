import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { StartError } from "./start-error.ts";

const keyFileContent = z.strictObject({
  /** Base64, 32 bytes each; the first seals, all open. */
  encryptionKeys: z.array(z.string()).optional(),
  authSecret: z.string().min(32).optional(),
});
export type KeyFile = z.infer<typeof keyFileContent>;

export function keyFilePath(dataDir: string): string {
  return join(dataDir, "keys.json");
}

/** The keys kept in the data folder; null when there are none yet. */
export function readKeyFile(path: string): KeyFile | null {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  if (mode === undefined) return null;
  if (process.platform !== "win32" && (mode & 0o077) !== 0)
    throw new StartError(
      `Others on this machine can read or change ${path} (mode ${(mode & 0o777).toString(8)}). Run: chmod 600 ${path}`,
    );
  const content = keyFileContent.safeParse(parse(readFileSync(path, "utf8")));
  if (!content.success)
    throw new StartError(`${path} is damaged. Put your backup of it back: it holds the encryption keys.`);
  return content.data;
}

/** Writes the file unless another process has just done so; then false. */
export function createKeyFile(path: string, content: KeyFile): boolean {
  const fresh = writeBeside(path, content);
  try {
    linkSync(fresh, path);
    syncFolder(path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(fresh);
  }
}

export function replaceKeyFile(path: string, content: KeyFile): void {
  renameSync(writeBeside(path, content), path);
  syncFolder(path);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function writeBeside(path: string, content: KeyFile): string {
  const fresh = `${path}.${process.pid}`;
  rmSync(fresh, { force: true });
  const file = openSync(fresh, "wx", 0o600);
  writeSync(file, `${JSON.stringify(content, null, 2)}\n`);
  fsyncSync(file);
  closeSync(file);
  return fresh;
}

/** The name must be on the disk before anything is sealed with what it names. */
function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const folder = openSync(dirname(path), "r");
  fsyncSync(folder);
  closeSync(folder);
}
