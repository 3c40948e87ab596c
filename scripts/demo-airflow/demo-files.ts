import { demoTables } from "../../src/cli/demo/demo-config.ts";
import { demoApp } from "../../src/generate/demo-app.ts";
import { demoShop } from "../../src/generate/demo-shop.ts";

export interface DemoFilesInput {
  /** Cron's words, of both pipelines. */
  schedule: string;
  /** What Airflow's tasks call instead of `shardlift`. */
  command: readonly string[];
  /** Folder of these files, as commands are told. */
  config: string;
}

/**
 * Configuration by path: the environment `airflow`, whose commands run as tasks, and `alone`, which lifts the same
 * source without Airflow into a lake and a warehouse of its own.
 */
export function buildDemoFiles({ schedule, command, config }: DemoFilesInput): Record<string, string> {
  return {
    "environments/airflow.yaml": `${buildPlaces("airflow")}runner: { type: bash, command: ${JSON.stringify(command)}, config: ${JSON.stringify(config)} }
alerts: { type: webhook, url: env:SHARDLIFT_DEMO_WEBHOOK }
airflow: { retries: 4, retry_delay: 1 second, poke: 5 seconds }
`,
    "environments/alone.yaml": buildPlaces("alone"),
    "pipelines/web-shop.yaml": buildPipeline({
      ...demoShop,
      start: "2026-11-10",
      lookback: "10 days",
      shards: "daily, fresh, intraday",
      schedule,
    }),
    // Six days back: what is older is a backfill's.
    "pipelines/puzzle-app.yaml": buildPipeline({
      ...demoApp,
      start: "2026-10-29",
      lookback: "6 days",
      shards: "daily",
      schedule,
    }),
  };
}

function buildPlaces(name: string): string {
  return `source: { type: files, root: ./source }
lake: { type: folder, root: ./lake-${name} }
engine: { type: duckdb, memory: 500 MB, threads: 1 }
catalog: { type: none }
warehouse: { type: duckdb, path: ./${name}.duckdb }
`;
}

interface PipelineWish {
  name: string;
  dataset: string;
  family: string;
  timeZone: string;
  start: string;
  lookback: string;
  shards: string;
  schedule: string;
}

function buildPipeline({
  name,
  dataset,
  family,
  timeZone,
  start,
  lookback,
  shards,
  schedule,
}: PipelineWish): string {
  return `name: ${name}
owner: demo@example.com
property: { dataset: ${dataset}, time_zone: ${timeZone}, start: ${start} }
families:
  - { family: ${family}, table: ${demoTables[name]}, shards: [${shards}] }
lookback: ${lookback}
late_after: 36 hours
retention: 10 days
schedule: "${schedule}"
`;
}
