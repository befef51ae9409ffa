import "@fontsource-variable/inter/wght.css";
import "./mantine.css";
import "./global.css";
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { createRouter, RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { config } from "zod/v4/core";
import { ErrorPage, NotFoundPage } from "./components/shell/error-page.tsx";
import { mantineTheme } from "./mantine-theme.ts";
import { routeTree } from "./routeTree.gen.ts";
import { onSignedOut, queryClient, trpc } from "./trpc.ts";
import { ConfirmHost } from "./ui/feedback/confirm.tsx";
import { ToastHost } from "./ui/feedback/toast.tsx";

// zod's compiled parsers need eval, which our CSP forbids.
config({ jitless: true });

const router = createRouter({
  routeTree,
  defaultPreload: "intent",
  defaultPreloadStaleTime: 0,
  defaultPendingMs: 150,
  defaultPendingMinMs: 200,
  defaultErrorComponent: ErrorPage,
  defaultNotFoundComponent: NotFoundPage,
  scrollRestoration: true,
});

onSignedOut(() => {
  queryClient.setQueryData(trpc.session.me.queryKey(), null);
  void router.invalidate();
});

const isInInbox = (path: string | undefined) => path?.split("/")[1] === "inbox";

// After a move to another page, keyboard and screen reader continue at its heading. Within the inbox they stay where they are.
router.subscribe("onRendered", ({ pathChanged, fromLocation, toLocation }) => {
  if (isInInbox(fromLocation?.pathname) && isInInbox(toLocation.pathname)) return;
  if (pathChanged && fromLocation) document.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={mantineTheme} defaultColorScheme="auto">
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
          <ConfirmHost />
          <ToastHost />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}
