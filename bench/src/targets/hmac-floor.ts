/** Lower bound of a receiver that stores nothing: reads, parses, verifies the signature, responds. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { BENCH_PUBLIC_URL } from "../load/payloads.ts";
import { authTokenFromEnvironment, serveTarget } from "./serve.ts";

const ANSWER = `<?xml version="1.0" encoding="UTF-8"?><Response></Response>`;
const token = authTokenFromEnvironment();

function isSigned(url: string, body: string, signature: string): boolean {
  const pairs = [...new URLSearchParams(body)].sort(([a], [b]) => (a < b ? -1 : 1));
  let message = BENCH_PUBLIC_URL + url;
  for (const [name, value] of pairs) message += name + value;
  const expected = createHmac("sha1", token).update(message).digest();
  const given = Buffer.from(signature, "base64");
  return given.length === expected.length && timingSafeEqual(given, expected);
}

serveTarget(
  createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      const isGenuine = isSigned(req.url ?? "", body, String(req.headers["x-twilio-signature"]));
      res
        .writeHead(isGenuine ? 200 : 403, { "Content-Type": "text/xml", "Content-Length": ANSWER.length })
        .end(ANSWER);
    });
  }),
);
