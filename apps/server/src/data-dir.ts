import { accessSync, constants, mkdirSync } from "node:fs";
import { join } from "node:path";
import { lockFile } from "@waystation/db/data-lock";
import { StartError } from "./start-error.ts";

/** Makes the data folder for this user alone, or says why it cannot be used. */
export function prepareDataDir(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new StartError(
      `The data folder ${directory} cannot be written (${reasonOf(error)}). Give this user the right to, or set DATA_DIR to another folder.`,
    );
  }
}

/** Only one process may have the embedded database open: two would destroy it. */
export function lockDataDir(directory: string): { release(): void } {
  const lock = tryLock(directory);
  if (lock) return lock;
  throw new StartError(
    `Another Waystation is running on this data folder (${directory}). Stop it first, or set DATA_DIR to another folder.`,
  );
}

function tryLock(directory: string) {
  try {
    return lockFile(join(directory, "lock"));
  } catch (error) {
    throw new StartError(
      `The data folder ${directory} cannot be locked (${reasonOf(error)}). Set DATA_DIR to a folder on a local disk.`,
    );
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
