import type { Day } from "../src/days/day.ts";
import { families } from "../src/days/families.ts";
import type { DayExtract, ShardPart } from "../src/ports.ts";
import { buildRecipe } from "../src/sql/build-recipe.ts";
import { schema } from "./generate-day.ts";

/** The generated day as an engine is asked for it, by GA4's rules alone. */
export function buildBenchDay(parts: ShardPart[]): DayExtract {
  const family = families.ga4_events;
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  const version = {
    table: "events_20260101",
    kind: "daily" as const,
    modified: "",
    rows: null,
    bytes,
    etag: null,
    content: null,
  };
  return {
    pipeline: "bench",
    family: family.name,
    day: "2026-01-01" as Day,
    shard: { version, schema, parts },
    recipe: buildRecipe({
      family,
      pipelineFamily: family,
      columns: { drop: [], hash: [] },
      filter: [],
      schema,
    }),
    prefix: "bench/ga4_events/day=2026-01-01/",
    duplicatesPrefix: null,
    deadlineMs: Date.now() + 86_400_000,
  };
}
