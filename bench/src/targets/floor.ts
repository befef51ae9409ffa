/** The least that an HTTP server in Node can do with a request: read it and answer. */
import { createServer } from "node:http";
import { serveTarget } from "./serve.ts";

const ANSWER = `<?xml version="1.0" encoding="UTF-8"?><Response></Response>`;

serveTarget(
  createServer((req, res) => {
    req.on("data", () => {});
    req.on("end", () => {
      res.writeHead(200, { "Content-Type": "text/xml", "Content-Length": ANSWER.length }).end(ANSWER);
    });
  }),
);
