import { createHash } from "node:crypto";
import type { ColumnPath, FilterCondition, FilterValue } from "../config/types.ts";
import type { DuplicateMode, Family } from "../days/families.ts";

/** Version of the `event_id` formula (docs/event-id.md). */
export const formulaVersion = 1;

/** What decides what rows become. */
export interface Rules {
  family: Family;
  duplicates: DuplicateMode;
  columns: { drop: readonly ColumnPath[]; hash: readonly ColumnPath[] };
  filter: readonly FilterCondition[];
}

/**
 * Rules digest: days whose head has another one are outdated. The order of lists that have none, and spellings
 * that mean the same, do not count.
 * @returns 64 hex digits
 */
export function hashRules(rules: Rules): string {
  const { identity, keyValues, timestamps } = rules.family;
  const essence = {
    formula: formulaVersion,
    identity: { columns: identity.columns, join: identity.join ?? null },
    keyValues: sorted(keyValues.map(({ path, key, value }) => ({ path, key, value }))),
    timestamps: timestamps ?? null,
    duplicates: rules.duplicates,
    drop: sorted(rules.columns.drop.map(renderPath)),
    hash: sorted(rules.columns.hash.map(renderPath)),
    filter: sorted(rules.filter.map(canonicalCondition)),
  };
  return createHash("sha256").update(canonicalJson(essence)).digest("hex");
}

/** `device.vendor_id`, as a team writes it. */
export function renderPath(path: ColumnPath): string {
  return path.rest === null ? path.column : `${path.column}.${path.rest}`;
}

function canonicalCondition(condition: FilterCondition): unknown {
  const path = renderPath(condition.path);
  switch (condition.test) {
    case "equals":
      return { path, in: texts([condition.value]) };
    case "in":
      return { path, in: texts(condition.values) };
    case "not_in":
      return { path, notIn: texts(condition.values) };
    case "exists":
      return { path, exists: condition.exists };
    case "starts_with":
      return { path, startsWith: condition.prefix };
    default:
      return condition satisfies never;
  }
}

/** Values are compared as texts, so `5` and `"5"` are one. */
function texts(values: readonly FilterValue[]): string[] {
  return [...new Set(values.map(String))].sort();
}

function sorted<T>(values: readonly T[]): T[] {
  const byText = new Map(values.map((value) => [canonicalJson(value), value]));
  return [...byText.keys()].sort().map((text) => byText.get(text)!);
}

/** JSON with sorted members, so that equal values have equal texts. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
