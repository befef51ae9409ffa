import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const BENCHES = [
  "ingest",
  "grow",
  "inbox",
  "pglite",
  "replay",
  "retention",
  "sse",
  "live",
  "overload",
  "statement",
];

const [name = "", ...args] = process.argv.slice(2);
if (BENCHES.includes(name)) {
  const file = fileURLToPath(new URL(`./commands/${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, [file, ...args], { stdio: "inherit" });
  // Ctrl-C reaches the child too. The parent waits until the child has shut down.
  process.on("SIGINT", () => {});
  const [code] = await once(child, "exit");
  process.exitCode = code ?? 1;
} else {
  console.error(`Which one? ${BENCHES.map((bench) => `pnpm bench ${bench}`).join(", ")}`);
  process.exitCode = 1;
}
