/** Whether a path is a test file or a test helper. */
export function isTestFile(file: string): boolean {
  return /\.test\.tsx?$|\/testing\/|\/([\w-]+-)?testing(-[\w-]+)?\.ts$/.test(file);
}
