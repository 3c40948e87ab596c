import type { Environment } from "../config/types.ts";
import { countDays, type Day } from "../days/day.ts";
import type { Plan } from "./types.ts";

/** What a pipeline will read later on, told from the shards that one plan saw. */
export interface Forecast {
  /** Bytes of a whole day of all its families; null where no daily shard was seen. */
  dayBytes: number | null;
  /** Daily shards that stand behind it. */
  shards: number;
  /** Days from the property's start to the window, which no schedule reads; null where there is no start. */
  earlierDays: number | null;
}

export function buildForecast(plan: Plan, start: Day | null): Forecast {
  const sizes = new Map<string, number[]>();
  for (const { family, kind, bytes } of plan.days) {
    if (kind !== "daily" || bytes === 0) continue;
    sizes.set(family.family, [...(sizes.get(family.family) ?? []), bytes]);
  }
  const means = [...sizes.values()].map((list) => list.reduce((sum, bytes) => sum + bytes, 0) / list.length);
  return {
    dayBytes: means.length === 0 ? null : Math.round(means.reduce((sum, mean) => sum + mean, 0)),
    shards: [...sizes.values()].flat().length,
    earlierDays:
      start === null || plan.range === null ? null : Math.max(0, countDays(start, plan.range.first)),
  };
}

/** What reading so many source bytes comes to; null where the environment has no such bill. */
export interface Estimate {
  /** Bytes that leave Google. */
  outBytes: number | null;
  /** Dollars of Glue, without the starts of its runs. */
  glueUsd: number | null;
}

/** Of a table's logical bytes: an extract's Parquet, and Arrow on the wire (docs/bigquery.md, measured). */
const parquetShare = 0.1;
const arrowShare = 0.25;

/** Twice the CPU seconds of the bench (docs/aws.md, "Tags and costs"). */
const dpuSecondsPerGB = 170;

export function estimateCost(
  bytes: number,
  { source, engine }: Pick<Environment, "source" | "engine">,
): Estimate {
  const isGoogle = source.type === "bigquery";
  const packed = isGoogle ? bytes * parquetShare : bytes;
  const share = isGoogle && source.extracts === null && engine.type === "duckdb" ? arrowShare : parquetShare;
  return {
    outBytes: isGoogle ? Math.round(bytes * share) : null,
    glueUsd: engine.type === "glue" ? ((packed / 1e9) * dpuSecondsPerGB * engine.dpuHourUsd) / 3600 : null,
  };
}
