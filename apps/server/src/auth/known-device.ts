import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

const NONCE_BYTES = 16;
const DAYS_365 = 365 * 24 * 60 * 60;

/**
 * A cookie says that its browser has signed in to this account before: to the account, not to its address, which another one may
 * claim too. Wrong passwords from there are counted apart: who
 * guesses elsewhere until the account is closed to strangers does not close it to its owner.
 */
export function createKnownDevices({ secret, cookiePrefix, secure }: KnownDevicesOptions) {
  const cookieName = `${cookiePrefix}.known_device`;
  const key = createHmac("sha256", secret).update("waystation known devices").digest();
  const sign = (userId: string, nonce: string) =>
    createHmac("sha256", key).update(`${userId}|${nonce}`).digest("base64url");

  return {
    /** Which of these accounts knows this device, and as which one; null for a stranger. */
    find(headers: Headers, userIds: string[]): { userId: string; nonce: string } | null {
      const cookies = (headers.get("cookie") ?? "").split(/;\s*/);
      const value = cookies
        .find((cookie) => cookie.startsWith(`${cookieName}=`))
        ?.slice(cookieName.length + 1);
      const [nonce = "", mac = ""] = (value ?? "").split(".");
      const given = Buffer.from(mac);
      const userId = userIds.find((each) => {
        const wanted = Buffer.from(sign(each, nonce));
        return given.length === wanted.length && timingSafeEqual(given, wanted);
      });
      return userId === undefined ? null : { userId, nonce };
    },
    /** The answer to a sign-in, with the cookie. */
    remember(response: Response, userId: string): Response {
      const nonce = randomBytes(NONCE_BYTES).toString("base64url");
      const attributes = `Max-Age=${DAYS_365}; Path=/; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
      const known = new Response(response.body, response);
      known.headers.append("set-cookie", `${cookieName}=${nonce}.${sign(userId, nonce)}; ${attributes}`);
      return known;
    },
  };
}

interface KnownDevicesOptions {
  secret: string;
  cookiePrefix: string;
  secure: boolean;
}
