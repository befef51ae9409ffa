import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  type Stats,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { acquireFileLock } from "@waystation/db/embedded/data-lock";
import { StartError } from "./start-error.ts";

const OTHERS = 0o077;
const HAS_MODES = process.platform !== "win32";

/** Files that this process makes are its own user's alone. Every entry point calls this before it opens anything. */
export function restrictNewFiles(): void {
  process.umask(OTHERS);
}

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
  restrictDataDir(directory);
}

/**
 * Takes the data folder and everything in it from other users of this machine, or refuses to use it. Links are not followed:
 * what they lead to is not changed, and a folder behind one has to be closed by whoever made the link.
 */
export function restrictDataDir(directory: string): void {
  if (!HAS_MODES || !statSync(directory, { throwIfNoEntry: false })) return;
  // The folder first: once it is closed, nobody else can exchange what is in it.
  restrict(directory, directory, constants.O_DIRECTORY);
  restrictEntries(directory, directory);
}

function restrictEntries(root: string, folder: string): void {
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isSymbolicLink()) {
      requireOwnLink(root, path);
    } else if (entry.isDirectory()) {
      restrict(root, path, constants.O_DIRECTORY | constants.O_NOFOLLOW);
      restrictEntries(root, path);
    } else if (entry.isFile()) {
      const found = lstatSync(path, { throwIfNoEntry: false });
      if (found && isOpen(found)) restrict(root, path, constants.O_NOFOLLOW | constants.O_NONBLOCK);
    }
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (reasonOf(error) === "ENOENT") return [];
    throw error;
  }
}

function restrict(root: string, path: string, flags: number): void {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | flags);
  } catch (error) {
    // Gone meanwhile, such as a file of a database that is just being closed.
    if (reasonOf(error) === "ENOENT" && path !== root) return;
    throw cannotRestrict(root, path, reasonOf(error));
  }
  try {
    const found = fstatSync(file);
    if (!isOpen(found)) return;
    if (isOfSomebodyElse(found)) throw ofSomebodyElse(root, path, found);
    fchmodSync(file, found.mode & 0o700);
  } catch (error) {
    throw error instanceof StartError ? error : cannotRestrict(root, path, reasonOf(error));
  } finally {
    closeSync(file);
  }
}

function requireOwnLink(root: string, path: string): void {
  const link = lstatSync(path, { throwIfNoEntry: false });
  if (link && isOfSomebodyElse(link)) throw ofSomebodyElse(root, path, link);
  const target = statSync(path, { throwIfNoEntry: false });
  if (target?.isDirectory() && (target.mode & OTHERS) !== 0)
    throw new StartError(
      `${path} is a link to a folder that other users of this machine can read or change (mode ${modeOf(target)}). Close that folder: chmod -R go-rwx ${path}/`,
    );
}

/** Others can reach it, or it belongs to one of them. */
function isOpen(found: Stats): boolean {
  return (found.mode & OTHERS) !== 0 || isOfSomebodyElse(found);
}

/** Root may use what belongs to the user that the server runs as at other times. */
function isOfSomebodyElse({ uid }: Stats): boolean {
  const self = process.geteuid?.() ?? 0;
  return self !== 0 && uid !== self && uid !== 0;
}

function ofSomebodyElse(root: string, path: string, found: Stats): StartError {
  return new StartError(
    `${path} belongs to another user of this machine (uid ${found.uid}), who can read or change it. Run: chown -R ${process.geteuid?.()} ${root} (as root), or set DATA_DIR to a folder of this user's own, such as ${join(root, "waystation")}.`,
  );
}

function cannotRestrict(root: string, path: string, reason: string): StartError {
  const mode = modeOf(statSync(path, { throwIfNoEntry: false }));
  return new StartError(
    `Other users of this machine can read or change ${path} (mode ${mode}), and it cannot be closed to them (${reason}). Run as its owner: chmod -R go-rwx ${root}, or set DATA_DIR to a folder of this user's own, such as ${join(root, "waystation")}.`,
  );
}

const modeOf = (found: Stats | undefined) => ((found?.mode ?? 0) & 0o777).toString(8);

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
    return acquireFileLock(join(directory, "lock"));
  } catch (error) {
    throw new StartError(
      `The data folder ${directory} cannot be locked (${reasonOf(error)}). Set DATA_DIR to a folder on a local disk.`,
    );
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
