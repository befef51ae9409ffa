/** Test files and the helpers of tests, by path. */
export function isTestFile(file: string): boolean {
  return /\.test\.tsx?$|\/testing\/|\/([\w-]+-)?testing(-[\w-]+)?\.ts$/.test(file);
}
