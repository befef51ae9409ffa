/**
 * Negative control, broken on purpose: a proxy that responds 200 at once and forwards the webhook to the product half a second
 * later. Webhooks in between are lost when it dies.
 */
import { createServer, request } from "node:http";
import { readConfig } from "@waystation/server/lifecycle/config";
import { createLogger } from "@waystation/server/lifecycle/logger";
import { startServer } from "@waystation/server/lifecycle/server";

const DELAY_MS = 500;
const { PORT, ...environment } = process.env;
const product = await startServer(readConfig({ ...environment, PORT: "0" }), createLogger("warn"));

createServer((req, res) => {
  const pieces: Buffer[] = [];
  req.on("data", (piece: Buffer) => pieces.push(piece));
  req.on("end", () => {
    const pass = (answered: boolean) => {
      const options = { method: req.method, headers: req.headers };
      const onward = request(new URL(req.url ?? "/", product.url), options, (answer) => {
        if (!answered) res.writeHead(answer.statusCode ?? 500);
        answer.on("data", (piece) => answered || res.write(piece));
        answer.on("end", () => answered || res.end());
      });
      onward.on("error", () => {});
      onward.end(Buffer.concat(pieces));
    };
    if (req.method !== "POST") return pass(false);
    res.writeHead(200).end();
    setTimeout(() => pass(true), DELAY_MS);
  });
}).listen(Number(PORT));
