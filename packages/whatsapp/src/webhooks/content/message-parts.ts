import { isBlank } from "@waystation/core/text";
import { choiceOfInteractiveData } from "./interactive-data.ts";
import { isCallAnswer } from "./message-kind.ts";

/** The parts of a message other than its text, read from its webhook. */

type First = (name: string) => string | null;

/** Null for text without visible characters. */
function nullIfBlank(value: string | null): string | null {
  return isBlank(value) ? null : value;
}

/** A location. Coordinates that are out of range or incomplete are returned only as `text`. */
export function readLocation(first: First) {
  const [lat, lon] = [nullIfBlank(first("Latitude")), nullIfBlank(first("Longitude"))];
  const [label, address] = [nullIfBlank(first("Label")), nullIfBlank(first("Address"))];
  const isPlace = /location/i.test(first("MessageType") ?? "") || lat !== null || lon !== null;
  if (!isPlace) return null;
  const latitude = coordinate(lat, 90);
  const longitude = coordinate(lon, 180);
  const isValid = latitude !== null && longitude !== null;
  return {
    latitude: isValid ? latitude : null,
    longitude: isValid ? longitude : null,
    /** The coordinates as Twilio wrote them. */
    text: lat === null && lon === null ? null : `${lat ?? "?"}, ${lon ?? "?"}`,
    label,
    address,
  };
}

function coordinate(text: string | null, most: number): number | null {
  if (text === null || !/^\s*[+-]?\d{1,3}(\.\d+)?\s*$/.test(text)) return null;
  const degrees = Number(text);
  return Math.abs(degrees) <= most ? degrees : null;
}

/** The button or list row that the customer chose, with its payload. */
export function readChoice(first: First) {
  const button = { title: nullIfBlank(first("ButtonText")), payload: nullIfBlank(first("ButtonPayload")) };
  const list = { title: nullIfBlank(first("ListTitle")), payload: nullIfBlank(first("ListId")) };
  const description = nullIfBlank(first("ListDescription"));
  const interactive = first("InteractiveData");
  const title =
    list.title ?? button.title ?? nullIfBlank(first("Body")) ?? list.payload ?? button.payload ?? description;
  const hasChoice = (list.title ?? list.payload ?? button.title ?? button.payload ?? description) !== null;
  if (!hasChoice || title === null)
    return interactive === null ? null : withType(choiceOfInteractiveData(interactive), first);
  return withType(
    {
      title,
      description: description === title ? null : description,
      payload: list.payload ?? button.payload,
    },
    first,
  );
}

function withType(
  choice: { title: string; description: string | null; payload: string | null } | null,
  first: First,
) {
  return choice && { ...choice, type: nullIfBlank(first("ButtonType")) };
}

/** A customer's response to a request to call. */
export function readCallPermission(first: First) {
  if (!isCallAnswer(first)) return null;
  const payload = nullIfBlank(first("ButtonPayload"));
  const word = payload?.trim().toUpperCase();
  const permission =
    word === "ACCEPTED" ? ("accepted" as const) : word === "REJECTED" ? ("rejected" as const) : null;
  const sentence =
    permission === "accepted"
      ? "Allowed you to call"
      : permission === "rejected"
        ? "Declined your request to call"
        : `Answered your request to call${payload === null ? "" : `: ${payload}`}`;
  return { permission, sentence };
}

/** The emoji of a reaction; null when the reaction was removed. */
export function readReaction(first: First): { emoji: string | null } {
  return {
    emoji: nullIfBlank(first("ReactionEmoji")) ?? nullIfBlank(first("Emoji")) ?? nullIfBlank(first("Body")),
  };
}

/** The advertisement or post that a message came from, as far as Twilio names it. */
export function readReferral(first: First) {
  const referral = {
    headline: nullIfBlank(first("ReferralHeadline")),
    body: nullIfBlank(first("ReferralBody")),
    url: nullIfBlank(first("ReferralSourceUrl")),
    sourceId: nullIfBlank(first("ReferralSourceId")),
    sourceType: nullIfBlank(first("ReferralSourceType")),
    clickId: nullIfBlank(first("ReferralCtwaClid")),
    mediaId: nullIfBlank(first("ReferralMediaId")),
    mediaType: nullIfBlank(first("ReferralMediaContentType")),
    mediaUrl: nullIfBlank(first("ReferralMediaUrl")),
  };
  return Object.values(referral).some((part) => part !== null) ? referral : null;
}
