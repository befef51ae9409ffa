import type { MisdirectedReason } from "./rejections.ts";

/** The sentence for the admin about a genuine webhook that missed its route. `target` is its method and request target. */
export function misdirectedSentence(reason: MisdirectedReason, target: string | null): string {
  const [method = "", path = ""] = target?.split(" ") ?? [];
  if (reason === "wrong_method")
    return `Twilio calls the webhook with ${method || "another method"}, so what it sends is not stored. Change the method to POST in Twilio's console.`;
  return `Twilio calls another path of this server${path ? ` (${path})` : ""}, so what it sends is not stored. Paste our webhook URL in Twilio's console.`;
}
