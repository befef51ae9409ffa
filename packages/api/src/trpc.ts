import { initTRPC, TRPCError } from "@trpc/server";
import type {
  ApiKeyPrincipal,
  Context,
  ContextActor,
  Installation,
  OrganizationRole,
  RequestContext,
  SignedInUser,
  UserContext,
} from "@waystation/core/context";
import { createContext } from "@waystation/core/create-context";
import { asDatabaseUnavailable } from "@waystation/core/database-unavailable";
import { DomainError } from "@waystation/core/errors";
import { toPgText } from "@waystation/core/text";
import { secondFactorNeededError } from "@waystation/identity/access";
import { ZodError } from "zod";
import { trpcCodeOf } from "./error-codes.ts";
import { describeFirstIssue } from "./input-errors.ts";
import type { ProcedureMeta } from "./rest/rest-meta.ts";

/** What a request brings: the platform, who is asking (if anyone), and an id to find it by in the log. */
export interface TrpcContext {
  platform: Installation;
  viewer: AuthenticatedViewer | null;
  requestId: string;
  ip: string | null;
  report: (error: unknown, path: string | undefined) => void;
  /** What was not allowed, or not taken, and by which rule. */
  onRefusal: (reason: string, path: string) => void;
}

export type AuthenticatedViewer = SignedInUser | ApiKeyPrincipal;

const personIn = (viewer: AuthenticatedViewer | null): SignedInUser | null =>
  viewer && "sessionId" in viewer ? viewer : null;

const t = initTRPC
  .context<TrpcContext>()
  .meta<ProcedureMeta>()
  .create({
    isDev: false,
    sse: {
      maxDurationMs: 15 * 60_000,
      ping: { enabled: true, intervalMs: 15_000 },
      client: { reconnectAfterInactivityMs: 45_000 },
    },
    errorFormatter: ({ shape, error, ctx }) => {
      const requestId = ctx?.requestId ?? "";
      const base = {
        code: shape.data.code,
        httpStatus: shape.data.httpStatus,
        path: shape.data.path,
        requestId,
      };
      if (error.cause instanceof DomainError) {
        const { reason, field, detail } = error.cause;
        return { ...shape, message: error.cause.message, data: { ...base, reason, field, detail } };
      }
      const unknown = { reason: null, field: null, detail: {} };
      if (error.cause instanceof ZodError) {
        const { message, field } = describeFirstIssue(error.cause);
        return { ...shape, message, data: { ...base, ...unknown, field } };
      }
      if (error.code !== "INTERNAL_SERVER_ERROR")
        return { ...shape, message: "This request is not valid.", data: { ...base, ...unknown } };
      const message = `Something went wrong on our side. Try again; if it stays, give your operator this id: ${requestId}`;
      return { ...shape, message, data: { ...base, ...unknown } };
    },
  });

export function toTRPCError(cause: DomainError): TRPCError {
  return new TRPCError({ code: trpcCodeOf(cause.reason), message: cause.message, cause });
}

/** Rejections keep their sentence, and are noted; anything else is reported and stays behind the neutral one. */
const translateErrors = t.middleware(async ({ next, ctx, path }) => {
  const result = await next();
  if (result.ok) return result;
  const { cause, code } = result.error;
  if (cause instanceof DomainError) {
    ctx.onRefusal(cause.reason, path);
    throw toTRPCError(cause);
  }
  if (code === "INTERNAL_SERVER_ERROR") ctx.report(cause ?? result.error, path);
  const unavailable = asDatabaseUnavailable(cause);
  if (unavailable) throw toTRPCError(unavailable);
  if (code !== "INTERNAL_SERVER_ERROR") ctx.onRefusal(code.toLowerCase(), path);
  return result;
});

const forPeople = () =>
  new DomainError("not_allowed", "An API key cannot do this. It takes a person who is signed in.");

/** Before anything else sees it: what no database holds as text would fail in the middle of a verb. */
const cleanText = t.middleware(({ next, getRawInput }) =>
  next({ getRawInput: async () => clean(await getRawInput()) }),
);

/** No input is nested so deeply; one that is would exhaust the stack. */
const MAX_DEPTH = 40;

function clean(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return toPgText(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth > MAX_DEPTH) throw new TRPCError({ code: "BAD_REQUEST" });
  if (Array.isArray(value)) return value.map((each) => clean(each, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, clean(each, depth + 1)]));
}

/** Whoever asks, acting for their organisation in one of these roles; else the refusal. */
export function contextForRoles(
  roles: readonly OrganizationRole[],
  { viewer, platform, ip }: Pick<TrpcContext, "viewer" | "platform" | "ip">,
): Context {
  if (!viewer) throw new DomainError("not_signed_in", "Sign in first.");
  if (personIn(viewer)?.lacksSecondFactor) throw secondFactorNeededError();
  if (!viewer.organizationId || !viewer.role)
    throw new DomainError("not_allowed", "You belong to no organisation. Ask for an invitation.");
  if (!roles.includes(viewer.role))
    throw new DomainError("not_allowed", "Only an owner or an admin of the organisation can do this.");
  const { userId, name, email, role, organizationId } = viewer;
  const by = "keyId" in viewer ? { keyId: viewer.keyId } : { sessionId: viewer.sessionId };
  const actor: ContextActor = { userId, name, email, role, ...by };
  return createContext(platform, organizationId, actor, ip);
}

const needs = (roles: readonly OrganizationRole[]) =>
  t.middleware(({ ctx, meta, next }) => {
    if (ctx.viewer && "keyId" in ctx.viewer && !meta?.rest) throw forPeople();
    return next({ ctx: { domain: contextForRoles(roles, ctx) } });
  });

const visiting = t.middleware(({ ctx, next }) => {
  const visit: RequestContext = { ...ctx.platform, person: personIn(ctx.viewer), ip: ctx.ip };
  return next({ ctx: { visit } });
});

const complete = t.middleware(({ ctx, next }) => {
  if (personIn(ctx.viewer)?.lacksSecondFactor) throw secondFactorNeededError();
  return next();
});

const signedIn = t.middleware(({ ctx, next }) => {
  if (!ctx.viewer) throw new DomainError("not_signed_in", "Sign in first.");
  const person = personIn(ctx.viewer);
  if (!person) throw forPeople();
  const self: UserContext = { ...ctx.platform, person, ip: ctx.ip };
  return next({ ctx: { self } });
});

export const router = t.router;
export const createCaller = t.createCallerFactory;

/** The six doors. A procedure picks one, and that is its role; there is no door without a decision. */
const door = t.procedure.use(translateErrors).use(cleanText);
export const publicProcedure = door.use(visiting);
/** Somebody who may have to set up their second step before anything else. */
export const signedInProcedure = door.use(signedIn);
export const userProcedure = signedInProcedure.use(complete);
export const memberProcedure = door.use(needs(["owner", "admin", "member"]));
export const adminProcedure = door.use(needs(["owner", "admin"]));
export const ownerProcedure = door.use(needs(["owner"]));
