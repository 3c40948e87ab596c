import type { Orchestration } from "../../src/config/types.ts";

/** What an environment file without a word about schedulers means. */
export const plainOrchestration: Orchestration = {
  runner: { type: "bash", command: ["shardlift"], config: null },
  alerts: { type: "none" },
  airflow: {
    sweep: "0 3 * * 0",
    pool: "default_pool",
    retries: 4,
    retryDelayMs: 60_000,
    pokeMs: 600_000,
    dags: null,
    region: null,
  },
};
