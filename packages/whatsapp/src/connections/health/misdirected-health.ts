import { misdirectedSentence } from "../../webhooks/misdirected.ts";
import type { MisdirectedReason } from "../../webhooks/rejections.ts";
import type { VerdictReason } from "./connection-health.ts";

/** The newest genuine webhook of the last 24 hours with the wrong method or path. */
export interface MisdirectedCounts {
  reason: MisdirectedReason;
  target: string | null;
  receivedAt: Date;
}

export function misdirectedReasons(misdirected: MisdirectedCounts | null): VerdictReason[] {
  if (misdirected === null) return [];
  return [
    {
      code: misdirected.reason,
      severity: "attention",
      sentence: misdirectedSentence(misdirected.reason, misdirected.target),
      action: { kind: "copy_url", label: "Copy the webhook URL" },
    },
  ];
}
