import { createFileRoute } from "@tanstack/react-router";
import { NotFoundPage } from "../../components/shell/error-page.tsx";
import { PageLayout } from "../../components/shell/page-layout.tsx";

export const Route = createFileRoute("/_desk/$")({
  component: () => (
    <PageLayout title="Not found">
      <NotFoundPage />
    </PageLayout>
  ),
});
