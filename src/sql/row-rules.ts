import type { KeyValueList } from "../days/families.ts";
import type { Field } from "../days/schema.ts";
import { ShardliftError } from "../errors.ts";
import { type Rules, renderPath } from "./hash-rules.ts";
import { fragment, type SqlFragment } from "./render.ts";

/**
 * `exact` is right for all rows. `regular` is quick: it has the mark where something rare stands, and rows that have it
 * are rendered in the exact form.
 */
export type Form = "regular" | "exact";

/** A character that no JSON text holds. */
export const mark = fragment("chr(1)");

/**
 * Where the renderer stands in the schema. Paths are joined by dots and compared without case, as BigQuery's
 * names are; keys are compared to the letter.
 */
export interface Position {
  path: string;
  form: Form;
  rules: RowRules;
  /** How many lists it is inside of: names the lambda variables apart. */
  depth: number;
}

/** What is declared of paths: key-value lists, members to drop or hash. */
export interface RowRules {
  keyValues: readonly KeyValueList[];
  timestamps: Rules["family"]["timestamps"];
  drop: readonly string[];
  hash: readonly string[];
}

/** Rules that leave values as they are, for ids and digests. */
export function rawRules(rules: Rules): RowRules {
  return { keyValues: rules.family.keyValues, timestamps: rules.family.timestamps, drop: [], hash: [] };
}

/** Rules of what is written. */
export function outputRules(rules: Rules): RowRules {
  return {
    ...rawRules(rules),
    drop: rules.columns.drop.map(renderPath),
    hash: rules.columns.hash.map(renderPath),
  };
}

export function start(rules: RowRules, form: Form, column: string): Position {
  return { path: column, form, rules, depth: 0 };
}

export function enterMember(at: Position, member: string): Position {
  return { ...at, path: `${at.path}.${member}` };
}

export function enterList(at: Position): { element: SqlFragment; inside: Position } {
  return { element: fragment(`e${at.depth}`), inside: { ...at, depth: at.depth + 1 } };
}

export function isDropped(at: Position): boolean {
  return at.rules.drop.some((path) => isSamePath(path, at.path));
}

export function isHashed(at: Position): boolean {
  return at.rules.hash.some((path) => isSamePath(path, at.path));
}

/** Whether something below this place is dropped or hashed. */
export function hasRulesBelow(at: Position): boolean {
  return [...at.rules.drop, ...at.rules.hash].some((path) => restBelow(path, at.path) !== null);
}

/** Keys of the key-value list at this place that are dropped or hashed, to the letter. */
export function keysBelow(at: Position, paths: readonly string[]): string[] {
  return paths.map((path) => restBelow(path, at.path)).filter((key) => key !== null);
}

/** The key-value list declared for this place, if any. */
export function findKeyValues(at: Position, field: Field): KeyValueList | null {
  const list = at.rules.keyValues.find((candidate) => isSamePath(candidate.path, at.path));
  if (list === undefined) return null;
  if (field.type === "RECORD" && field.mode === "REPEATED") return list;
  throw new ShardliftError("data", {
    failed: `The column ${at.path} is no list of key-value pairs.`,
    rule: `in this family ${at.path} is a REPEATED RECORD with ${list.key} and ${list.value}`,
    received: `${field.mode} ${field.type}`,
    remedy: "check that the shard belongs to this family and that its schema file describes it",
  });
}

/** Whether a key-value list is declared below this place, there or not. */
export function hasKeyValuesBelow(at: Position): boolean {
  return at.rules.keyValues.some((list) => restBelow(list.path, at.path) !== null);
}

function isSamePath(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Text of `path` after `above.`, or null where it does not lie below. */
function restBelow(path: string, above: string): string | null {
  return path.slice(0, above.length + 1).toLowerCase() === `${above}.`.toLowerCase()
    ? path.slice(above.length + 1)
    : null;
}
