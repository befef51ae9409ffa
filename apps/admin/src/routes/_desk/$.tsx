import { createFileRoute } from "@tanstack/react-router";
import { Page } from "../../components/page.tsx";
import { NotFound } from "../../components/problem-page.tsx";

export const Route = createFileRoute("/_desk/$")({
  component: () => (
    <Page title="Not found">
      <NotFound />
    </Page>
  ),
});
