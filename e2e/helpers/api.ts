import type { APIResponse, Page } from "@playwright/test";

export interface ApiResponse<Data> {
  status: number;
  data: Data;
  /** Error message, if the request failed. */
  message: string;
  reason: string | null;
}

/** Queries the API as the signed-in user of this page. */
export async function queryApi<Data>(
  page: Page,
  procedure: string,
  input?: object,
): Promise<ApiResponse<Data>> {
  const params = input ? { input: JSON.stringify(input) } : undefined;
  return read(await page.request.get(`/api/trpc/${procedure}`, { params }));
}

export async function mutateApi<Data>(
  page: Page,
  procedure: string,
  input: object,
): Promise<ApiResponse<Data>> {
  return read(await page.request.post(`/api/trpc/${procedure}`, { data: input }));
}

async function read<Data>(response: APIResponse): Promise<ApiResponse<Data>> {
  const { result, error } = await response.json();
  return {
    status: response.status(),
    data: result?.data,
    message: error?.message ?? "",
    reason: error?.data?.reason ?? null,
  };
}
