import type { ContentApproval, ContentTemplate } from "./types.ts";

function approval(
  name: string,
  category: string,
  contentType: string,
  status: ContentApproval["status"],
  rejectionReason = "",
): ContentApproval {
  return { name, category, contentType, status, rejectionReason, allowCategoryChange: true };
}

export function seedContents(
  created: number,
  sids: { approved: string; pending: string; rejected: string; paused: string },
): ContentTemplate[] {
  const text = (
    sid: string,
    friendlyName: string,
    body: string,
    variables: Record<string, string>,
    request: ContentApproval | null,
  ): ContentTemplate => ({
    sid,
    friendlyName,
    language: "en",
    variables,
    types: { "twilio/text": { body } },
    approval: request,
    dateCreated: created,
    dateUpdated: created,
  });

  return [
    text(
      sids.approved,
      "booking_confirmed",
      "Hello {{1}}, your boat is booked for {{2}}. Reply here if anything changes.",
      { "1": "Alex", "2": "Saturday, 10:00" },
      approval("booking_confirmed", "UTILITY", "twilio/text", "approved"),
    ),
    text(
      sids.pending,
      "autumn_offer",
      "Hello {{1}}, the harbour is quiet in October: two days for the price of one.",
      { "1": "Alex" },
      approval("autumn_offer", "MARKETING", "twilio/text", "pending"),
    ),
    text(
      sids.rejected,
      "win_a_boat",
      "You won! Click {{1}}",
      { "1": "https://example.com" },
      approval(
        "win_a_boat",
        "MARKETING",
        "twilio/text",
        "rejected",
        "The message contains content that violates WhatsApp's policy.",
      ),
    ),
    text(
      sids.paused,
      "weekly_news",
      "News from the harbour: {{1}}",
      { "1": "The pier is open again" },
      approval("weekly_news", "MARKETING", "twilio/text", "paused"),
    ),
    {
      sid: `HX${"e".repeat(32)}`,
      friendlyName: "time_slots",
      language: "en",
      variables: {},
      types: {
        "twilio/quick-reply": {
          body: "When does it suit you?",
          actions: [
            { title: "Morning", id: "slot_morning" },
            { title: "Afternoon", id: "slot_afternoon" },
          ],
        },
      },
      approval: null,
      dateCreated: created,
      dateUpdated: created,
    },
  ];
}
