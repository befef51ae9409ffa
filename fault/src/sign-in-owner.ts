import { FAULT_PUBLIC_URL } from "./fixtures.ts";

const EMAIL = "owner@example.org";
const PASSWORD = "correct horse battery";

/** Creates the owner of a new installation and signs in. */
export async function signInOwner(
  port: number,
  origin = FAULT_PUBLIC_URL,
): Promise<{ cookie: string; isAlive(): Promise<boolean> }> {
  const headers = { "content-type": "application/json", origin };
  const post = async (path: string, body: object) => {
    const url = `http://127.0.0.1:${port}${path}`;
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`);
    return response;
  };
  await post("/api/trpc/setup.createOwner", {
    token: "the setup token of a fault run",
    name: "Olga Owner",
    email: EMAIL,
    password: PASSWORD,
    organization: "Fault",
  });
  const response = await post("/api/auth/sign-in/email", { email: EMAIL, password: PASSWORD });
  const cookie = response.headers
    .getSetCookie()
    .map((one) => one.split(";")[0])
    .join("; ");
  return {
    cookie,
    isAlive: async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/api/auth/get-session`, {
        headers: { ...headers, cookie },
      });
      return answer.ok && (await answer.json()) !== null;
    },
  };
}
