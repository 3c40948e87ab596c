import { ShardliftError } from "../errors.ts";
import type { StoredHead } from "../lake/types.ts";
import { formatCount } from "../plan/format.ts";
import { hasShrunk } from "../plan/plan-extract.ts";
import type { DayPlan } from "../plan/types.ts";
import type { OpenShard } from "../ports.ts";
import type { TaskContext } from "./context.ts";

/** A path that is no column of the shard does nothing: said aloud, since it may be a slip of the pen. */
export function noteUnmatched(
  { pipeline, report }: TaskContext,
  { family }: DayPlan,
  { schema, version }: OpenShard,
): void {
  const names = new Set(schema.map((field) => field.name.toLowerCase()));
  const isUnknown = ({ column }: { column: string }) => !names.has(column.toLowerCase());
  const tell = (level: "info" | "warn", key: string, columns: readonly string[]) => {
    if (columns.length === 0) return;
    const text = `${key}: ${columns.join(", ")} is no column of ${version.table} (${family.family})`;
    report({ event: "note", level, text });
  };
  const { drop, hash } = pipeline.columns;
  tell(
    "warn",
    "columns.drop",
    drop.filter(isUnknown).map((path) => path.column),
  );
  tell(
    "warn",
    "columns.hash",
    hash.filter(isUnknown).map((path) => path.column),
  );
  tell(
    "info",
    "filter",
    pipeline.filter
      .map(({ path }) => path)
      .filter(isUnknown)
      .map((path) => path.column),
  );
}

/** @throws refused where the shard has less than half of the loaded rows, unless somebody accepts it */
export function checkShrunk(
  context: TaskContext,
  before: StoredHead | null,
  rows: number | null,
  { day }: DayPlan,
): void {
  if (before === null || context.choices.accept || !hasShrunk(before.head, { rows })) return;
  throw new ShardliftError("refused", {
    failed: `The shard of ${day} shrank to ${formatCount(rows ?? 0)} rows; the loaded one had ${formatCount(before.head.rows.source)}.`,
    rule: "a shard with less than half of the loaded rows waits for a person",
    remedy: `look at the source; if it is right: shardlift run --days ${day} --accept`,
  });
}

/** A filter with a slip of the pen takes more away than any export fault. */
export function checkFiltered(
  context: TaskContext,
  before: StoredHead | null,
  written: number,
  { day }: DayPlan,
): void {
  if (before === null || context.choices.accept || written * 2 >= before.head.rows.written) return;
  throw new ShardliftError("refused", {
    failed: `Of ${day} only ${formatCount(written)} rows would stay; ${formatCount(before.head.rows.written)} are loaded.`,
    rule: "rules that leave less than half of the loaded rows wait for a person",
    received: "a changed filter or duplicate mode",
    remedy: `look at the pipeline's filter; if it is right, run again with --accept`,
  });
}
