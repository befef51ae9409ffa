import type { Simulator } from "@waystation/twilio-simulator/simulator";
import type { Target } from "./bad-inputs-testing.ts";

const OWNER = { name: "Olga", email: "olga@example.org", password: "a password nobody guesses" };

/** Sets a fresh server up, with an owner who is signed in and a connected sender. */
export async function furnishTarget(url: string, setupToken: string, simulator: Simulator): Promise<Target> {
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
  const target = {
    url,
    publicUrl: url,
    account: { sid, token, sender },
    cookie: "",
  };
  const { email, password } = OWNER;
  const signedIn = await post("auth/sign-in/email", { email, password });
  target.cookie = signedIn.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");
  await post(
    "trpc/twilioWhatsApp.connect",
    { mode: "test", accountSid: sid, authToken: token, sender },
    target.cookie,
  );
  return target;
}
