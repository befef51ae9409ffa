import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Simulator, SimulatorMemory } from "../../packages/twilio-simulator/src/simulator.ts";
import type { SimulatorMedia } from "../../packages/twilio-simulator/src/state/types.ts";
import { persistWebhooks } from "./persist-webhooks.ts";

const MOST_WINDOWS = 1_000;
const MOST_FILES = 200;
const MOST_BYTES = 100 * 1024 * 1024;
/** Delay that combines the changes of many messages into one write. */
const SAVE_MS = 200;
const CHANGES = new Set(["media", "message", "clock", "account", "sender", "service", "reset"]);

/**
 * Stores in `folder` the state that Twilio would retain: senders, Messaging Services and their webhooks, the clock, the time of
 * each customer's last message, and the newest media. Returns a function that writes the pending changes when the simulator
 * stops.
 */
export function persistSimulator(simulator: Simulator, folder: string, publicUrl: string): () => void {
  const stateFile = join(folder, "simulator-state.json");
  const mediaFolder = join(folder, "simulator-media");
  const media = readMedia(mediaFolder);
  simulator.restore({ ...readState(stateFile), media });
  // Runs after the senders are restored, because it updates their URLs to this server.
  persistWebhooks(simulator, join(folder, "simulator.json"), publicUrl);
  const saved = new Set(media.map(({ sid }) => sid));
  let timer: NodeJS.Timeout | undefined;

  function save(): void {
    clearTimeout(timer);
    timer = undefined;
    const memory = simulator.memory();
    mkdirSync(mediaFolder, { recursive: true, mode: 0o700 });
    const windows = memory.windows.toSorted(([, a], [, b]) => a - b).slice(-MOST_WINDOWS);
    replaceFile(stateFile, JSON.stringify({ clock: memory.clock, windows, accounts: memory.accounts }));
    const kept = newest(memory.media);
    for (const each of kept) if (!saved.has(each.sid)) writeMedia(mediaFolder, each);
    const sids = new Set(kept.map(({ sid }) => sid));
    for (const sid of saved) if (!sids.has(sid)) removeMedia(mediaFolder, sid);
    saved.clear();
    for (const sid of sids) saved.add(sid);
  }

  simulator.subscribe(({ type }) => {
    if (CHANGES.has(type)) timer ??= setTimeout(save, SAVE_MS).unref();
  });
  return () => {
    if (timer) save();
  };
}

function newest(media: SimulatorMedia[]): SimulatorMedia[] {
  let bytes = 0;
  return media
    .slice(-MOST_FILES)
    .toReversed()
    .filter((each) => {
      bytes += each.bytes.length;
      return bytes <= MOST_BYTES;
    })
    .toReversed();
}

type StoredState = Omit<SimulatorMemory, "media">;

function readState(file: string): StoredState {
  try {
    const { clock, windows, accounts } = JSON.parse(readFileSync(file, "utf8")) as Partial<StoredState>;
    // Earlier versions stored no accounts.
    return { clock: [...(clock ?? [])], windows: [...(windows ?? [])], accounts: [...(accounts ?? [])] };
  } catch {
    return { clock: [], windows: [], accounts: [] };
  }
}

/** The description is written last and removed first. A file exists once its description does. */
function writeMedia(folder: string, { bytes, ...description }: SimulatorMedia): void {
  writeFileSync(join(folder, `${description.sid}.bin`), bytes);
  replaceFile(join(folder, `${description.sid}.json`), JSON.stringify(description));
}

function removeMedia(folder: string, sid: string): void {
  for (const extension of ["json", "bin"]) rmSync(join(folder, `${sid}.${extension}`), { force: true });
}

function readMedia(folder: string): SimulatorMedia[] {
  let names: string[] = [];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  } catch {
    // Nothing has been stored yet.
  }
  return names
    .flatMap((name) => {
      try {
        const description = JSON.parse(readFileSync(join(folder, name), "utf8")) as Omit<
          SimulatorMedia,
          "bytes"
        >;
        return [{ ...description, bytes: readFileSync(join(folder, `${description.sid}.bin`)) }];
      } catch {
        return [];
      }
    })
    .toSorted((a, b) => a.dateCreated - b.dateCreated);
}

function replaceFile(file: string, text: string): void {
  writeFileSync(`${file}.fresh`, text, { mode: 0o600 });
  renameSync(`${file}.fresh`, file);
}
