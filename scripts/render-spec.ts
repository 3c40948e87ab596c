/**
 * Prints the run spec of one shard, for trying rules on it (docs/notebooks/try-a-rule.ipynb).
 * usage: node scripts/start.mjs scripts/render-spec.ts --source FOLDER --dataset NAME --table events_20261120
 *   [--family ga4_events] [--drop PATH …] [--hash PATH …] [--duplicates event_id|keep] [--generate ROWS]
 * With `--generate` the shard is made first, of rows that nobody sent.
 */
import { parseArgs } from "node:util";
import { generateShard } from "../src/adapters/duckdb/generator.ts";
import { createFilesSource } from "../src/adapters/files/source.ts";
import type { ColumnPath } from "../src/config/types.ts";
import { type Day, parseCompactDay } from "../src/days/day.ts";
import { type DuplicateMode, type FamilyName, families } from "../src/days/families.ts";
import { ShardliftError } from "../src/errors.ts";
import { dayPrefix } from "../src/lake/keys.ts";
import { buildRunSpec, renderRunSpec } from "../src/runs/run-spec.ts";
import { buildRecipe } from "../src/sql/build-recipe.ts";

const { values } = parseArgs({
  options: {
    source: { type: "string" },
    dataset: { type: "string" },
    table: { type: "string" },
    family: { type: "string", default: "ga4_events" },
    drop: { type: "string", multiple: true, default: [] },
    hash: { type: "string", multiple: true, default: [] },
    duplicates: { type: "string" },
    generate: { type: "string" },
  },
});
const { source: root = "", dataset = "", table = "" } = values;
const family = families[values.family as FamilyName];
const day = parseCompactDay(table.slice(-8));
if (family === undefined || day === null) {
  throw new ShardliftError("usage", {
    failed: "No shard is named.",
    rule: `--family is one of ${Object.keys(families).join(", ")}, --table ends with a day`,
    received: `--family ${values.family} --table ${table}`,
  });
}
if (values.generate)
  await generateShard({ family: family.name, day, rows: Number(values.generate) }, { root, dataset });
process.stdout.write(renderRunSpec(buildRunSpec([await buildDay(day)], "none")));

async function buildDay(on: Day) {
  const shard = await createFilesSource({ root }).openShard(dataset, table, "daily");
  if (shard === null) {
    throw new ShardliftError("usage", { failed: `There is no shard ${table} in ${root}/${dataset}.` });
  }
  const duplicates = (values.duplicates as DuplicateMode | undefined) ?? family.duplicates;
  const columns = { drop: values.drop.map(readPath), hash: values.hash.map(readPath) };
  const recipe = buildRecipe({
    family,
    pipelineFamily: { duplicates },
    columns,
    filter: [],
    schema: shard.schema,
  });
  const prefix = dayPrefix("trial", family.name, on);
  return { pipeline: "trial", family: family.name, day: on, shard, recipe, prefix, duplicatesPrefix: null };
}

/** `event_params.page_location`: a column, and what follows its first dot. */
function readPath(text: string): ColumnPath {
  const [column = "", ...rest] = text.split(".");
  return { column, rest: rest.length === 0 ? null : rest.join(".") };
}
