import express, { type Router } from "express";
import type { Context } from "../state/context.ts";
import type { Approval, Content } from "../state/types.ts";
import { permit, principalOf } from "./authenticate.ts";
import { filterContents, findContent, showContentCore } from "./contents.ts";
import { invalidParameter, TwilioError } from "./errors.ts";
import { baseOf, cutPage, toListV1 } from "./paging.ts";

const categories = ["UTILITY", "MARKETING", "AUTHENTICATION"];

export function routeContentApprovals(ctx: Context): Router {
  const router = express.Router();

  router.post("/v1/Content/:sid/ApprovalRequests/whatsapp", (req, res) => {
    permit(req, "/twilio/content/approvals/create");
    const content = findContent(req);
    if (content.approval) throw new TwilioError(409, 20409, "An approval request already exists");
    const approval = readApproval(content, (req.body ?? {}) as Record<string, unknown>);
    content.approval = approval;
    // Meta decides later; a name with "reject" in it is the sentinel for a refusal.
    ctx.clock.after(ctx.pace.approval, () => {
      approval.status = approval.name.includes("reject") ? "rejected" : "approved";
      if (approval.status === "rejected")
        approval.rejectionReason = "The message contains content that violates WhatsApp's policy.";
    });
    res.status(201).json(showApproval(approval));
  });

  router.get("/v1/Content/:sid/ApprovalRequests", (req, res) => {
    permit(req, "/twilio/content/approvals/read");
    const content = findContent(req);
    res.json({
      sid: content.sid,
      account_sid: principalOf(req).account.sid,
      whatsapp: { type: "whatsapp", ...showApproval(content.approval) },
      url: `${baseOf(req)}/v1/Content/${content.sid}/ApprovalRequests`,
    });
  });

  router.get(["/v1/ContentAndApprovals", "/v2/ContentAndApprovals"], (req, res) => {
    permit(req, "/twilio/content/content/read");
    const page = cutPage(req, filterContents(req), ({ sid }) => sid, { size: 50, most: 1000 });
    const items = page.items.map((content) => ({
      ...showContentCore(req, content),
      approval_requests: showApproval(content.approval),
    }));
    res.json(toListV1(req, page, "contents", items));
  });

  return router;
}

function readApproval(content: Content, body: Record<string, unknown>): Approval {
  const { name, category } = body;
  if (typeof name !== "string" || !/^[a-z0-9_]{1,512}$/.test(name))
    throw invalidParameter("name may have lowercase letters, digits and underscores only");
  if (typeof category !== "string" || !categories.includes(category))
    throw invalidParameter("Invalid category");
  return {
    name,
    category,
    contentType: Object.keys(content.types)[0] ?? "",
    status: "received",
    rejectionReason: "",
    allowCategoryChange: body.allow_category_change !== false,
  };
}

function showApproval(approval: Approval | null): Record<string, unknown> {
  return {
    name: approval?.name ?? "",
    category: approval?.category ?? "",
    content_type: approval?.contentType ?? "",
    status: approval?.status ?? "unsubmitted",
    rejection_reason: approval?.rejectionReason ?? "",
    allow_category_change: approval?.allowCategoryChange ?? true,
  };
}
