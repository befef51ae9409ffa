/** A code change that violates one claim of docs/security.md, and the test that must fail because of it. */
export interface Mutation {
  /** ID of the claim's row. */
  claim: string;
  /** Description of the change, as listed on the page. */
  change: string;
  edits: SourceEdit[];
  /** A vitest file, or a spec of `e2e/`. */
  test: string;
  /** Title of the test, or part of it. */
  title: string;
}

interface SourceEdit {
  file: string;
  /** Occurs exactly once in the file. */
  find: string;
  replace: string;
}

export const sourceEdit = (file: string, find: string, replace: string): SourceEdit => ({
  file,
  find,
  replace,
});
