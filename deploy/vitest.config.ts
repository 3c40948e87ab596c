import { defineConfig } from "vitest/config";

/** Run from the checkout's root: `vitest run --config deploy/vitest.config.ts`. */
export default defineConfig({
  test: {
    include: ["deploy/test/**/*.test.ts"],
    pool: "forks",
    // CDK writes a folder for each app that it synthesises.
    globalSetup: ["test/setup/temp-root.ts"],
    // Loading CDK takes longer than the tests: those of one worker share it.
    isolate: false,
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
