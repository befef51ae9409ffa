import { DatabaseSync } from "node:sqlite";

/**
 * Holds `file` for this process until `release`. The lock is SQLite's, and so the operating system's: however the
 * process dies, it is gone with it. Returns null when another process holds it.
 */
export function acquireFileLock(file: string): { release(): void } | null {
  const database = new DatabaseSync(file);
  try {
    database.exec("pragma locking_mode = exclusive; pragma journal_mode = memory; begin exclusive");
  } catch (error) {
    database.close();
    if (error instanceof Error && /locked|busy/i.test(error.message)) return null;
    throw error;
  }
  return { release: () => database.close() };
}
