/** A change of the code that breaks one claim of docs/security.md, and the test that fails because of it. */
export interface Mutation {
  /** The id of the claim's row. */
  claim: string;
  /** The change in words, as the page lists it. */
  change: string;
  edits: Edit[];
  /** A vitest file, or a spec of `e2e/`. */
  test: string;
  /** The test's title, or a part of it. */
  title: string;
}

export interface Edit {
  file: string;
  /** Occurs exactly once in the file. */
  find: string;
  replace: string;
}

const WHATSAPP = "packages/whatsapp/src";
export const inWhatsApp = (path: string) => `${WHATSAPP}/${path}`;
export const inServer = (path: string) => `apps/server/src/${path}`;
export const edit = (file: string, find: string, replace: string): Edit => ({ file, find, replace });
