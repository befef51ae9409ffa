/** Lower bound of an HTTP server in Node.js: reads the request and responds. */
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
