import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import {
  createTRPCClient,
  httpBatchLink,
  httpLink,
  httpSubscriptionLink,
  splitLink,
  TRPCClientError,
} from "@trpc/client";
import type { inferRouterOutputs } from "@trpc/server";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import type { AppRouter } from "@waystation/api/root";

export type RouterOutputs = inferRouterOutputs<AppRouter>;
export type ConnectionStatus = RouterOutputs["twilioWhatsApp"]["status"][number];
export type WebhookEvent = RouterOutputs["events"]["list"]["items"][number];
export type SessionUser = NonNullable<RouterOutputs["session"]["me"]>;
export type MemberRole = SessionUser["organizations"][number]["role"];

let signedOut = () => {};
/** What happens when the server no longer knows this session. */
export function onSignedOut(handler: () => void) {
  signedOut = handler;
}
export const handleSignedOut = () => signedOut();
const watchSession = (error: unknown) => {
  if (error instanceof TRPCClientError && error.data?.code === "UNAUTHORIZED") signedOut();
};

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: watchSession }),
  mutationCache: new MutationCache({ onError: watchSession }),
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: retryOutage,
    },
  },
});

const url = "/api/trpc";
export const trpcClient = createTRPCClient<AppRouter>({
  links: [
    splitLink({
      condition: (op) => op.type === "subscription",
      true: httpSubscriptionLink({ url }),
      false: splitLink({
        // A batch is sent a moment later: too late for a page that is about to go.
        condition: (op) => op.context.keepalive === true,
        true: httpLink({
          url,
          fetch: (input, init) => fetch(input, { ...(init as RequestInit), keepalive: true }),
        }),
        false: httpBatchLink({ url, maxItems: 10 }),
      }),
    }),
  ],
});

export const trpc = createTRPCOptionsProxy<AppRouter>({ client: trpcClient, queryClient });

export interface ErrorDetails {
  message: string;
  reason: string | null;
  field: string | null;
  requestId: string | null;
}

/** Two retries of what may be asked twice, where the server was not reached or could not answer. */
export function retryOutage(failures: number, error: unknown): boolean {
  return failures < 2 && isOutage(error);
}

function isOutage(error: unknown) {
  return !(error instanceof TRPCClientError) || !error.data || error.data.httpStatus >= 502;
}

/** How browsers and the bundler's loader say that a file did not come. */
const notLoaded = /dynamically imported module|preload CSS|importing a module/i;

/** What a person may read of any error: the server's own sentence, or a neutral one. */
export function errorDetailsOf(error: unknown): ErrorDetails {
  if (error instanceof TRPCClientError && error.data) {
    const data = error.data as Partial<ErrorDetails>;
    return {
      message: error.message,
      reason: data.reason ?? null,
      field: data.field ?? null,
      requestId: data.requestId ?? null,
    };
  }
  if (error instanceof TRPCClientError) {
    return {
      message: "Waystation cannot be reached. Check your network, then try again.",
      reason: "offline",
      field: null,
      requestId: null,
    };
  }
  if (error instanceof Error && notLoaded.test(error.message)) {
    return {
      message: "A part of the console could not be loaded. Check your network, then load the page again.",
      reason: "not_loaded",
      field: null,
      requestId: null,
    };
  }
  return {
    message: "Something went wrong in this page. Reload it; what you saved is kept.",
    reason: null,
    field: null,
    requestId: null,
  };
}
