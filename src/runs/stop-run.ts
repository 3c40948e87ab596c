import type { JobRuns } from "../ports.ts";

/** Asks once for a run's end; where nobody hears it, the run's own deadline ends it. */
export async function stopRun(jobRuns: JobRuns, id: string): Promise<void> {
  await jobRuns.stop(id).catch(() => {});
}
