import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{apps,packages}/*/src/**/*.test.ts", "scripts/**/*.test.ts"],
    globalSetup: "packages/db/src/testing/setup.ts",
    setupFiles: ["scripts/vitest/fail-on-console.ts", "scripts/vitest/leak-detector.ts"],
    maxWorkers: 2,
    // Only for what hangs: on a busy machine everything takes its time.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
