import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DemoProperty } from "../../generate/demo-types.ts";

/** Tables of the demo's pipelines, by property name. */
export const demoTables: Record<string, string> = {
  "web-shop": "analytics.web_shop_events",
  "puzzle-app": "analytics.puzzle_app_events",
};

/** Makes the demo's folder anew, with an environment and a pipeline for each property. */
export async function writeDemoConfig(folder: string, properties: readonly DemoProperty[]): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, "environments"), { recursive: true });
  await mkdir(join(folder, "pipelines"), { recursive: true });
  await mkdir(join(folder, "source"), { recursive: true });
  await writeFile(join(folder, "environments", "demo.yaml"), environment);
  for (const property of properties) {
    await writeFile(join(folder, "pipelines", `${property.name}.yaml`), buildPipeline(property));
  }
}

const environment = `# The demo's own: everything in this folder.
source: { type: files, root: ./source }
lake: { type: folder, root: ./lake }
engine: { type: duckdb, memory: 1 GB }
catalog: { type: none }
warehouse: { type: duckdb, path: ./warehouse.duckdb }
`;

/** Ten days of retention, so that the second run takes the oldest day out of the hot table. */
function buildPipeline({ name, dataset, family, timeZone }: DemoProperty): string {
  return `name: ${name}
owner: demo@example.com
property: { dataset: ${dataset}, time_zone: ${timeZone}, start: 2026-11-10 }
families:
  - { family: ${family}, table: ${demoTables[name]}, shards: [daily, fresh, intraday] }
lookback: 10 days
late_after: 36 hours
retention: 10 days
`;
}
