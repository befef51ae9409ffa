import { isPrivateNetworkUrl } from "../../connections/webhook-url.ts";

/**
 * Why no file can be sent from a connection; null if files can be sent. Twilio fetches files over the internet; the simulator
 * runs in the same network.
 */
export function attachmentProblem(publicUrl: string, mode: "live" | "test"): string | null {
  if (mode === "test" || !isPrivateNetworkUrl(publicUrl)) return null;
  return `Twilio fetches files from this server, and cannot reach ${new URL(publicUrl).host} from the internet. Set PUBLIC_URL to this server's public https address and restart.`;
}
