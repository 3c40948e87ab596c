import type { Column, FieldType } from "./schema.ts";

/** A column or member that is new; `path` leads to it from the top, its own name last. */
export interface SchemaAddition {
  path: string[];
  field: Column;
}

/** A type that must become wider; no value loses anything. */
export interface SchemaWidening {
  path: string[];
  from: FieldType;
  to: FieldType;
}

/** What cannot be brought together in place; `rule` is a sentence for people. */
export interface SchemaConflict {
  path: string[];
  existing: string;
  wanted: string;
  rule: string;
}

/** What a table must become so that both the rows it has and the rows that come fit. */
export interface Evolution {
  /** The union: existing columns in their order, then the new ones in theirs. */
  columns: Column[];
  additions: SchemaAddition[];
  widenings: SchemaWidening[];
  /** Where there is one, nothing of this may be applied. */
  conflicts: SchemaConflict[];
}

/**
 * Narrow to wide. Every INTEGER is a NUMERIC and every NUMERIC a BIGNUMERIC, digit for digit; INTEGER to FLOAT
 * would lose digits beyond 2^53, and text or times in another form are other values.
 */
const widths: readonly FieldType[] = ["INTEGER", "NUMERIC", "BIGNUMERIC"];

/** Compares the columns a table has with those that rows to come have. Pure; neither list is changed. */
export function planEvolution(existing: readonly Column[], wanted: readonly Column[]): Evolution {
  const evolution: Evolution = { columns: [], additions: [], widenings: [], conflicts: [] };
  evolution.columns = unite(existing, wanted, [], evolution);
  return evolution;
}

/** Whether the table has to change at all. */
export function hasChanges(evolution: Evolution): boolean {
  return evolution.additions.length + evolution.widenings.length > 0;
}

function unite(
  existing: readonly Column[],
  wanted: readonly Column[],
  above: readonly string[],
  evolution: Evolution,
): Column[] {
  const united = new Map(existing.map((field) => [fold(field.name), field]));
  for (const field of wanted) {
    const path = [...above, field.name];
    const before = united.get(fold(field.name));
    if (before === undefined) evolution.additions.push({ path, field });
    united.set(
      fold(field.name),
      before === undefined ? relax(field) : uniteField(before, field, path, evolution),
    );
  }
  return [...united.values()];
}

/** Warehouses and BigQuery alike take `Name` and `name` for one. */
function fold(name: string): string {
  return name.toLowerCase();
}

function relax(field: Column): Column {
  const fields = field.fields === undefined ? {} : { fields: field.fields.map(relax) };
  return { ...field, ...fields, mode: field.mode === "REQUIRED" ? "NULLABLE" : field.mode };
}

function uniteField(before: Column, after: Column, path: string[], evolution: Evolution): Column {
  const rule = findConflict(before, after);
  if (rule !== null) {
    evolution.conflicts.push({ path, existing: describeField(before), wanted: describeField(after), rule });
    return before;
  }
  if (before.type === "RECORD") {
    return { ...before, fields: unite(before.fields ?? [], after.fields ?? [], path, evolution) };
  }
  if (widths.indexOf(after.type) <= widths.indexOf(before.type)) return before;
  evolution.widenings.push({ path, from: before.type, to: after.type });
  return { ...before, type: after.type };
}

function findConflict(before: Column, after: Column): string | null {
  if (before.name !== after.name) return "names that differ by case only are refused";
  if (before.json !== after.json) return "a JSON column stays what it is: object, array or none";
  if ((before.mode === "REPEATED") !== (after.mode === "REPEATED"))
    return "a list stays a list, a single value single";
  const isSame = before.type === after.type;
  const isNumber = widths.includes(before.type) && widths.includes(after.type);
  return isSame || isNumber ? null : "types widen only from INTEGER to NUMERIC to BIGNUMERIC";
}

/** For messages: `REPEATED RECORD`, `INTEGER`, `STRING as JSON object`. */
function describeField(field: Column): string {
  const mode = field.mode === "REPEATED" ? "REPEATED " : "";
  return `${field.name} ${mode}${field.type}${field.json ? ` as JSON ${field.json}` : ""}`;
}
