/** A change of the code that breaks one claim of docs/security.md, and the test that fails because of it. */
export interface Mutation {
  /** The id of the claim's row. */
  claim: string;
  /** The change in words, as the page lists it. */
  change: string;
  edits: SourceEdit[];
  /** A vitest file, or a spec of `e2e/`. */
  test: string;
  /** The test's title, or a part of it. */
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
