import express, { type Router } from "express";
import type { SimulatorContext } from "../../state/context.ts";
import type { ContentApproval, ContentTemplate } from "../../state/types.ts";
import { principalOf, requirePermission } from "../authenticate.ts";
import { invalidParameterError, TwilioError } from "../errors.ts";
import { baseUrlOf, slicePage, toV1List } from "../paging.ts";
import { filterContents, findContent, showContentCore } from "./contents.ts";

const categories = ["UTILITY", "MARKETING", "AUTHENTICATION"];

export function routeContentApprovals(ctx: SimulatorContext): Router {
  const router = express.Router();

  router.post("/v1/Content/:sid/ApprovalRequests/whatsapp", (req, res) => {
    requirePermission(req, "/twilio/content/approvals/create");
    const content = findContent(req);
    if (content.approval) throw new TwilioError(409, 20409, "An approval request already exists");
    const approval = readApproval(content, (req.body ?? {}) as Record<string, unknown>);
    content.approval = approval;
    // Meta decides after a delay. A name that contains "reject" is rejected.
    ctx.clock.after(ctx.pace.approval, () => {
      approval.status = approval.name.includes("reject") ? "rejected" : "approved";
      if (approval.status === "rejected")
        approval.rejectionReason = "The message contains content that violates WhatsApp's policy.";
    });
    res.status(201).json(showApproval(approval));
  });

  router.get("/v1/Content/:sid/ApprovalRequests", (req, res) => {
    requirePermission(req, "/twilio/content/approvals/read");
    const content = findContent(req);
    res.json({
      sid: content.sid,
      account_sid: principalOf(req).account.sid,
      whatsapp: { type: "whatsapp", ...showApproval(content.approval) },
      url: `${baseUrlOf(req)}/v1/Content/${content.sid}/ApprovalRequests`,
    });
  });

  router.get(["/v1/ContentAndApprovals", "/v2/ContentAndApprovals"], (req, res) => {
    requirePermission(req, "/twilio/content/content/read");
    const page = slicePage(req, filterContents(req), ({ sid }) => sid, { size: 50, most: 1000 });
    const items = page.items.map((content) => ({
      ...showContentCore(req, content),
      approval_requests: showApproval(content.approval),
    }));
    res.json(toV1List(req, page, "contents", items));
  });

  return router;
}

function readApproval(content: ContentTemplate, body: Record<string, unknown>): ContentApproval {
  const { name, category } = body;
  if (typeof name !== "string" || !/^[a-z0-9_]{1,512}$/.test(name))
    throw invalidParameterError("name may have lowercase letters, digits and underscores only");
  if (typeof category !== "string" || !categories.includes(category))
    throw invalidParameterError("Invalid category");
  return {
    name,
    category,
    contentType: Object.keys(content.types)[0] ?? "",
    status: "received",
    rejectionReason: "",
    allowCategoryChange: body.allow_category_change !== false,
  };
}

function showApproval(approval: ContentApproval | null): Record<string, unknown> {
  return {
    name: approval?.name ?? "",
    category: approval?.category ?? "",
    content_type: approval?.contentType ?? "",
    status: approval?.status ?? "unsubmitted",
    rejection_reason: approval?.rejectionReason ?? "",
    allow_category_change: approval?.allowCategoryChange ?? true,
  };
}
