import type { Simulator } from "@waystation/twilio-simulator/simulator";
import { incomingMessage, signedWebhook } from "./attacks.ts";
import type { AttackTarget } from "./run-attacks.ts";

const OWNER = { name: "Olga", email: "olga@example.org", password: "a password nobody guesses" };
const FOUNDER = { ...OWNER, name: "Paul", email: "paul@example.org" };

/** Sets a fresh server up, with an owner who is signed in and a connected sender. */
export async function seedTarget(
  url: string,
  setupToken: string,
  simulator: Simulator,
): Promise<AttackTarget> {
  const sender = "whatsapp:+14155550100";
  const { sid, token } = simulator.createAccount({ senders: [sender] });
  const post = async (path: string, body: object, cookie = "") => {
    const response = await fetch(`${url}/api/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", cookie },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  await post("trpc/setup.createOwner", { token: setupToken, organization: "Acme", ...OWNER });
  const signIn = async ({ email, password }: typeof OWNER) => {
    const { headers } = await post("auth/sign-in/email", { email, password });
    return headers
      .getSetCookie()
      .map((cookie) => cookie.split(";")[0])
      .join("; ");
  };
  const cookie = await signIn(OWNER);
  const call = async (path: string, body: object) =>
    ((await (await post(`trpc/${path}`, body, cookie)).json()) as { result: { data: unknown } }).result.data;
  const invited = await call("team.invite", { email: FOUNDER.email, role: "owner" });
  const invitation = (invited as { link: string }).link.split("/").at(-1);
  await post("trpc/team.join", { token: invitation, name: FOUNDER.name, password: FOUNDER.password });
  const connected = { mode: "test", accountSid: sid, authToken: token, sender };
  const { id: connectionId } = (await call("twilioWhatsApp.connect", connected)) as { id: string };
  const { key } = (await call("apiKeys.make", { name: "Robot", role: "admin", days: 1 })) as { key: string };
  const aim = { publicUrl: url, known: { accountSid: sid, authToken: token, sender } };
  const { path, headers, body } = signedWebhook(aim, incomingMessage(aim, 0x2026));
  await fetch(url + path, { method: "POST", headers, body: String(body) });
  const get = async <Item>(path: string) => {
    const response = await fetch(`${url}/api/${path}`, { headers: { cookie } });
    const { items } = (await response.json()) as { items: Item[] };
    return items[0] as Item;
  };
  const { id: conversationId } = await get<{ id: string }>("conversations");
  const { id: messageId } = await get<{ id: string }>(`conversations/${conversationId}/messages`);
  return {
    url,
    publicUrl: aim.publicUrl,
    known: { ...aim.known, connectionId, conversationId, messageId },
    cookie,
    founderCookie: await signIn(FOUNDER),
    apiKey: key,
  };
}
