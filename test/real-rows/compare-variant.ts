import type { KeyValueList } from "../../src/days/families.ts";
import { type Exact, isRecord, parseExact } from "./exact-json.ts";
import type { ExactRow } from "./expected-row.ts";

/**
 * Every way in which a row of ours may differ from the same row as another loader put it into VARIANT columns
 * (docs/real-rows.md says why).
 */
export type VariantKind =
  | "added column"
  | "upper-case name"
  | "pairs as a list"
  | "value in its slot"
  | "absent member for null"
  | "null for a struct of nulls"
  | "NaN for null"
  | "double for an integer";

/** One leaf, name or list that was looked at; a difference that nobody has explained is `unexplained`. */
export interface Finding {
  kind: VariantKind | "equal" | "unexplained";
  path: string;
  ours: Exact | undefined;
  theirs: Exact | undefined;
}

/** The file was written by pandas, whose JSON has the bare word NaN for a missing number. */
export function parseVariantRow(line: string): ExactRow {
  const row = parseExact(line.replace(/":NaN(?=[,}])/g, '":"NaN"'));
  if (!isRecord(row)) throw new Error("a row is no object");
  return row;
}

const addedColumns = ["_day", "_shard_kind", "_generation", "event_id", "user_properties_set"];

export function compareVariant(
  keyValues: readonly KeyValueList[],
  ours: ExactRow,
  theirs: ExactRow,
): Finding[] {
  const names = new Set(Object.keys(ours).map((name) => name.toUpperCase()));
  const unknown = Object.entries(theirs).filter(([name]) => !names.has(name));
  return [
    ...Object.entries(ours).flatMap(([name, value]) => compareColumn(keyValues, name, value, theirs)),
    ...unknown.flatMap(([name, value]) => find("unexplained", name, undefined, value)),
  ];
}

function compareColumn(
  keyValues: readonly KeyValueList[],
  name: string,
  ours: Exact,
  row: ExactRow,
): Finding[] {
  const upper = name.toUpperCase();
  const theirs = row[upper];
  if (theirs === undefined)
    return find(addedColumns.includes(name) ? "added column" : "unexplained", name, ours, theirs);
  const isPairs = keyValues.some((list) => list.path === name);
  const values = isPairs ? comparePairs(name, ours, theirs) : compareValue(name, ours, theirs);
  return [...find("upper-case name", name, name, upper), ...values];
}

function comparePairs(path: string, ours: Exact, theirs: Exact): Finding[] {
  if (!isRecord(ours) || !Array.isArray(theirs)) return find("unexplained", path, ours, theirs);
  const pairs = new Map(theirs.map((pair) => [isRecord(pair) ? String(pair.key) : "", pair]));
  const isWhole = pairs.size === theirs.length && theirs.length === Object.keys(ours).length;
  if (!isWhole) return find("unexplained", path, ours, theirs);
  return [
    ...find("pairs as a list", path, ours, theirs),
    ...Object.entries(ours).flatMap(([key, value]) => compareSlots(`${path}.${key}`, value, pairs.get(key))),
  ];
}

function compareSlots(path: string, ours: Exact, pair: Exact | undefined): Finding[] {
  const value = isRecord(pair) ? pair.value : undefined;
  if (!isRecord(value)) return compareValue(path, ours, value);
  const [slot, ...others] = Object.values(value);
  if (slot === undefined || others.length > 0) return find("unexplained", path, ours, value);
  return [...find("value in its slot", path, ours, value), ...compareValue(path, ours, slot)];
}

function compareValue(path: string, ours: Exact | undefined, theirs: Exact | undefined): Finding[] {
  if (Array.isArray(ours) && Array.isArray(theirs) && ours.length === theirs.length) {
    return ours.flatMap((item, index) => compareValue(`${path}[${index}]`, item, theirs[index]));
  }
  if (isRecord(ours) && isRecord(theirs)) {
    const names = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])];
    return names.flatMap((name) => compareValue(`${path}.${name}`, ours[name], theirs[name]));
  }
  return find(classify(ours, theirs), path, ours, theirs);
}

function classify(ours: Exact | undefined, theirs: Exact | undefined): Finding["kind"] {
  if (Object.is(ours, theirs)) return "equal";
  if (ours === null && theirs === undefined) return "absent member for null";
  if (ours === null && theirs === "NaN") return "NaN for null";
  if (isRecord(ours) && theirs === null && isAllNull(ours)) return "null for a struct of nulls";
  if (typeof ours === "bigint" && typeof theirs === "number" && BigInt(theirs) === ours)
    return "double for an integer";
  return "unexplained";
}

function isAllNull(value: Exact): boolean {
  return isRecord(value) ? Object.values(value).every(isAllNull) : value === null;
}

function find(
  kind: Finding["kind"],
  path: string,
  ours: Exact | undefined,
  theirs: Exact | undefined,
): Finding[] {
  return [{ kind, path, ours, theirs }];
}
