import { describeJobRuns } from "../contracts/job-runs.ts";
import { createMemoryJobRuns } from "./memory-job-runs.ts";

describeJobRuns("the model in memory", async () => {
  const clock = { ms: 1_000_000 };
  const hanging = new Set<string>();
  const failing = new Set<string>();
  const jobRuns = createMemoryJobRuns({
    nowMs: () => clock.ms,
    maxConcurrent: 2,
    script: async ({ id, runKey }) => {
      if (failing.has(runKey)) throw new Error("no such bucket");
      if (hanging.has(runKey)) jobRuns.endless.add(id);
    },
  });
  return {
    jobRuns,
    maxConcurrent: 2,
    nowMs: () => clock.ms,
    advance: async () => {
      clock.ms += 20_000;
    },
    behave: (runKey, behaviour) => {
      if (behaviour === "hangs") hanging.add(runKey);
      if (behaviour === "fails") failing.add(runKey);
    },
    lastWords: "no such bucket",
    close: async () => {},
  };
});
