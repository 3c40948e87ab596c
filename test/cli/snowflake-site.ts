import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { SnowflakeWorld } from "../adapters/snowflake/snowflake-world.ts";
import { command, type Said } from "../support/command.ts";

/** What a pipeline file says; one family each, in `analytics.<table>`. */
export interface SitePipeline {
  name: string;
  dataset: string;
  timeZone: string;
  start: string;
  families: { family: string; table: string }[];
  /** Further keys of the file. */
  more?: string;
}

/** The same pipelines over one source, with two environments and a lake for each. */
export interface SnowflakeSite {
  say(environment: "duck" | "snow", args: readonly string[]): Promise<Said>;
  /** The DuckDB warehouse. */
  path: string;
}

export async function createSnowflakeSite(
  world: SnowflakeWorld,
  pipelines: readonly SitePipeline[],
): Promise<SnowflakeSite> {
  const { folder, options } = world;
  const key = await options.readSecret({ from: "env", name: "KEY" });
  const files = Object.fromEntries(
    pipelines.map((one) => [`pipelines/${one.name}.yaml`, buildPipeline(one)]),
  );
  const environments = {
    "environments/duck.yaml": `${base}lake: { type: folder, root: ./lake }\nwarehouse: { type: duckdb, path: ./w.duckdb }\n`,
    "environments/snow.yaml": `${base}lake: { type: folder, root: ./shardlift }\n${buildWarehouse(world)}`,
  };
  for (const [name, text] of Object.entries({ ...environments, ...files })) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  await mkdir(join(folder, "source"), { recursive: true });
  return {
    path: join(folder, "w.duckdb"),
    say: (environment, args) =>
      command(world, [...args, "--environment", environment], { env: { SNOWFLAKE_KEY: key } }),
  };
}

const base = `source: { type: files, root: ./source }
production: false
engine: { type: duckdb, memory: 1 GB, threads: 2 }
`;

function buildWarehouse({ options }: SnowflakeWorld): string {
  return `warehouse:
  type: snowflake
  account: myorg-shop
  user: shardlift
  auth: key_pair
  private_key: env:SNOWFLAKE_KEY
  role: loader
  warehouse: load_wh
  database: lake
  stage: lake.shardlift.lake
  integration: shardlift_lake
  lake_url: s3://shop-lake/shardlift/
  protocol: http
  host: 127.0.0.1
  port: ${options.config.endpoint?.port}
`;
}

function buildPipeline({ name, dataset, timeZone, start, families, more = "" }: SitePipeline): string {
  const lines = families.map(({ family, table }) => `  - { family: ${family}, table: analytics.${table} }`);
  return `name: ${name}
owner: growth@example.com
property: { dataset: ${dataset}, time_zone: ${timeZone}, start: ${start} }
families:
${lines.join("\n")}
${more}`;
}
