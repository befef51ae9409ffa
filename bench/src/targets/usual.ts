/** The receiver of typical tutorials: Express, a body parser, Twilio's middleware, one INSERT per request. */
import { createServer } from "node:http";
import { WEBHOOK_PATH } from "@waystation/whatsapp/connections/webhook-url";
import express from "express";
import postgres from "postgres";
import twilio from "twilio";
import { BENCH_PUBLIC_URL } from "../load/payloads.ts";
import { authTokenFromEnvironment, serveTarget } from "./serve.ts";

const sql = postgres(process.env.DATABASE_URL ?? "", { max: 10, onnotice: () => {} });
await sql`
  create table if not exists webhook_events (
    id bigserial primary key,
    account_sid text not null,
    message_sid text not null,
    event text not null,
    from_address text,
    to_address text,
    payload jsonb not null,
    received_at timestamptz not null default now(),
    unique (message_sid, event)
  )`;

const app = express();
app.use(express.urlencoded({ extended: false }));
app.post(
  [WEBHOOK_PATH, `${WEBHOOK_PATH}/status/:id`],
  twilio.webhook(authTokenFromEnvironment(), { protocol: "https", host: new URL(BENCH_PUBLIC_URL).host }),
  async (req, res) => {
    const { AccountSid, MessageSid, MessageStatus, SmsStatus, From, To } = req.body;
    await sql`
      insert into webhook_events (account_sid, message_sid, event, from_address, to_address, payload)
      values (${AccountSid}, ${MessageSid}, ${MessageStatus ?? SmsStatus}, ${From}, ${To}, ${sql.json(req.body)})
      on conflict do nothing`;
    res.type("text/xml").send(new twilio.twiml.MessagingResponse().toString());
  },
);
serveTarget(createServer(app), () => sql.end({ timeout: 5 }));
