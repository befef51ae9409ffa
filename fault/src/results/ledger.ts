import { type FileHandle, open } from "node:fs/promises";

/** Names that are synced to disk before they count, so that acknowledged webhooks stay known after any crash. */
export class Ledger implements AsyncDisposable {
  readonly #file: FileHandle;
  #pending: string[] = [];
  #writing: Promise<void> | null = null;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async create(path: string): Promise<Ledger> {
    return new Ledger(await open(path, "a+"));
  }

  add(name: string): void {
    this.#pending.push(name);
    this.#writing ??= this.#write();
  }

  async read(): Promise<Set<string>> {
    await this.#writing;
    const { size } = await this.#file.stat();
    const { buffer } = await this.#file.read(Buffer.alloc(size), 0, size, 0);
    return new Set(buffer.toString().split("\n").filter(Boolean));
  }

  async #write(): Promise<void> {
    while (this.#pending.length > 0) {
      const names = this.#pending;
      this.#pending = [];
      await this.#file.appendFile(names.map((name) => `${name}\n`).join(""));
      await this.#file.datasync();
    }
    this.#writing = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing;
    await this.#file.close();
  }
}
