import { join } from "node:path";
import { literal, type SqlFragment } from "../../sql/render.ts";
import { sql } from "../../sql/template.ts";
import type { Attempt } from "./engine-attempt.ts";
import type { RecipeSession } from "./engine-session.ts";

/** Rows of a day by what becomes of them. */
export interface Counts {
  source: number;
  passed: number;
  exact: number;
  conflicting: number;
  /** Whether rows were settled apart: then the views `settled_rows` and `removed_rows` stand beside `clean_rows`. */
  hasSettled: boolean;
}

/** Tells clean rows from those that need a closer look, and settles the latter where there are any. */
export async function sortRows(attempt: Attempt, session: RecipeSession): Promise<Counts> {
  const [counts] = await session.run("counts");
  for (const name of ["keys", "suspects", "key_lists"] as const) await session.run(name);
  const [apart] = await session.run("apart");
  const hasSettled = Number(apart?.hashes) > 0;
  const duplicates = hasSettled ? await settle(attempt, session) : null;
  await session.run(hasSettled ? "clean" : "clean_whole", renderOrigin(attempt));
  return {
    source: Number(counts?.source),
    passed: Number(counts?.passed),
    exact: Number(duplicates?.exact ?? 0),
    conflicting: Number(duplicates?.conflicting ?? 0),
    hasSettled,
  };
}

async function settle(attempt: Attempt, session: RecipeSession) {
  const side = literal(join(attempt.scratch, "side.parquet"));
  await session.run("side", { side });
  await session.run("settle", { ...renderOrigin(attempt), sides: sql`[${side}]` });
  const [duplicates] = await session.run("duplicates");
  return duplicates;
}

function renderOrigin({ extract, generation }: Attempt): Record<string, SqlFragment> {
  return {
    day: literal(extract.day),
    shard_kind: literal(extract.shard.version.kind),
    generation: literal(generation),
  };
}
