import type { Family } from "../../src/days/families.ts";
import type { Column, Field } from "../../src/days/schema.ts";
import { compareExact, type Difference, renderDifference, type Tally } from "./compare.ts";
import type { SourceTable } from "./data-sets.ts";
import { computeEventId } from "./event-id.ts";
import { type Exact, parseExact } from "./exact-json.ts";
import { collectPairs, type ExactRow, liftValue, renderPairs } from "./expected-row.ts";
import { groupBy } from "./group-by.ts";

/** What the lake holds of one day. */
export interface LiftedDay {
  table: string;
  generation: string;
  columns: Column[];
  /** As the files have them: JSON columns are text. */
  rows: ExactRow[];
}

/** Source rows that became one row of the lake. */
export interface RemovedRows {
  eventId: string;
  rows: number;
}

export interface CheckedDay {
  problems: string[];
  removed: RemovedRows[];
  eventIds: string[];
}

/** Compares each value of each row of a day with what its source row must have become. */
export function checkDay(family: Family, source: SourceTable, lifted: LiftedDay, tally: Tally): CheckedDay {
  const expected = groupBy(
    source.rows.map((row) => buildExpected(family, source, lifted.generation, row)),
    (row) => row.event_id as string,
  );
  const actual = groupBy(lifted.rows, (row) => String(row.event_id));
  const problems = compareKeys(source.table, expected, actual);
  const removed: RemovedRows[] = [];
  for (const [eventId, rows] of expected) {
    const found = actual.get(eventId) ?? [];
    const differences = matchRows(family, source, lifted.columns, rows, found, tally);
    problems.push(...differences.map((one) => `${source.table} ${eventId} ${renderDifference(one)}`));
    if (found.length < rows.length) removed.push({ eventId, rows: rows.length - found.length });
  }
  return { problems, removed, eventIds: lifted.rows.map((row) => String(row.event_id)) };
}

function compareKeys(
  table: string,
  expected: Map<string, ExactRow[]>,
  actual: Map<string, ExactRow[]>,
): string[] {
  const lost = [...expected.keys()].filter((id) => !actual.has(id));
  const invented = [...actual.keys()].filter((id) => !expected.has(id));
  return [
    ...lost.map((id) => `${table} lost ${id}`),
    ...invented.map((id) => `${table} has ${id}, which no source row has`),
  ];
}

/** Each row found is the image of another source row of its id. */
function matchRows(
  family: Family,
  source: SourceTable,
  columns: readonly Column[],
  expected: readonly ExactRow[],
  found: readonly ExactRow[],
  tally: Tally,
): Difference[] {
  const left = [...expected];
  return found.flatMap((row) => {
    const actual = readLakeRow(columns, row);
    const exact = left.findIndex((one) => compareExact("", one, actual, createScratch()).length === 0);
    const [match] = left.splice(Math.max(exact, 0), 1);
    tally.rows += 1;
    return [
      ...compareExact("", match, actual, tally),
      ...compareTexts(family, source.schema, match ?? {}, row),
    ];
  });
}

function createScratch(): Tally {
  return { rows: 0, keys: 0, values: 0 };
}

/** A row with its JSON columns parsed. */
export function readLakeRow(columns: readonly Column[], row: ExactRow): ExactRow {
  const json = new Set(columns.filter((column) => column.json).map((column) => column.name));
  const read = (name: string, value: Exact) => (json.has(name) ? parseExact(value as string) : value);
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, read(name, value)]));
}

/** Key-value columns have one text, to the byte: pairs in order, nothing between them. */
function compareTexts(
  family: Family,
  schema: readonly Field[],
  expected: ExactRow,
  row: ExactRow,
): Difference[] {
  const columns = schema.filter((field) => family.keyValues.some((list) => list.path === field.name));
  return columns.flatMap(({ name }) => {
    const text = renderPairs(expected[name] ?? null);
    return text === row[name] ? [] : [{ path: `text of ${name}`, expected: text, actual: row[name] }];
  });
}

function buildExpected(family: Family, source: SourceTable, generation: string, row: ExactRow): ExactRow {
  const { schema, day } = source;
  const columns = schema.map((field) => [
    field.name,
    liftValue(family, field.name, field, row[field.name] ?? null),
  ]);
  return {
    ...Object.fromEntries(columns),
    _day: day,
    _shard_kind: "daily",
    _generation: generation,
    event_id: computeEventId(family, schema, row),
    ...buildTimes(family, row),
  };
}

function buildTimes({ timestamps }: Family, row: ExactRow): ExactRow {
  if (timestamps === undefined) return {};
  const pairs = (row[timestamps.column] ?? []) as { key: Exact; value: ExactRow | null }[];
  const times = pairs.map((pair) => [pair.key, pair.value?.[timestamps.member] ?? null] as const);
  return { [timestamps.as]: collectPairs(times) };
}
