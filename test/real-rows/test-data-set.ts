import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { families } from "../../src/days/families.ts";
import { exitCodes } from "../../src/errors.ts";
import { type CheckedDay, checkDay } from "./check-day.ts";
import { checkRelation, readRelation } from "./check-warehouse.ts";
import { createTally } from "./compare.ts";
import { missingData } from "./data-files.ts";
import type { DataSet, SourceTable } from "./data-sets.ts";
import { sumEventIds } from "./event-id.ts";
import { type LiftedSet, liftDays, type ManifestDay, warehouseTable } from "./lift-days.ts";

/** All tests of one data set; where the rows are missing they are skipped, and their title says why. */
export function testDataSet(set: DataSet): void {
  describe.skipIf(missingData !== null)(`real rows, ${set.title}${missingData ?? ""}`, () => testRows(set));
}

function testRows(set: DataSet): void {
  const family = families[set.family];
  const tally = createTally();
  let folder = "";
  let tables: SourceTable[] = [];
  let lifted: LiftedSet = { days: [], warehouse: "", againExitCode: 0 };
  let checked: CheckedDay[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "shardlift-real-rows-"));
    tables = await set.write(join(folder, "source"));
    lifted = await liftDays(set, folder, tables);
    checked = tables.map((table, index) => checkDay(family, table, lifted.days[index]!, tally));
  }, 600_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const [rows, keys, values] = [set.rows, set.keys, set.values].map((count) => count.toLocaleString("en"));
  test(`${rows} rows of ${set.days} days, ${keys} keys, ${values} values are as in the source`, () => {
    const problems = checked.flatMap((day) => day.problems);
    expect(problems.slice(0, 20)).toEqual([]);
    expect({ days: tables.length, ...tally }).toEqual({
      days: set.days,
      rows: set.rows,
      keys: set.keys,
      values: set.values,
    });
  });

  test("no two rows have one identity, so none was removed", () => {
    expect(checked.flatMap((day) => day.removed)).toEqual([]);
  });

  test("each day's manifest agrees with its rows: balance, checksum, counts of values", () => {
    const told = lifted.days.map(({ manifest }) => [manifest.balance, manifest.checksum, manifest.nonNull]);
    const counted = tables.map((table, index) => [
      {
        source: table.rows.length,
        written: lifted.days[index]!.rows.length,
        duplicates: { exact: 0, conflicting: 0 },
        filtered: 0,
      },
      sumEventIds(checked[index]!.eventIds),
      countNonNull(lifted.days[index]!),
    ]);
    expect(told).toEqual(counted);
  });

  test("each day's files have the columns that its manifest tells, in this order", () => {
    for (const { columns, rows } of lifted.days) {
      expect(Object.keys(rows[0]!)).toEqual(columns.map((column) => column.name));
    }
  });

  for (const relation of [
    warehouseTable.table,
    `${warehouseTable.table}_cold`,
    `${warehouseTable.table}_all`,
  ]) {
    test(`all ${rows} rows are in ${relation}, each value as in the lake`, async () => {
      const found = await readRelation(lifted.warehouse, warehouseTable.schema, relation);
      const compared = createTally();
      const problems = checkRelation(
        lifted.days.flatMap((day) => day.rows),
        found,
        compared,
      );
      expect(problems.slice(0, 20)).toEqual([]);
      expect(compared.rows).toBe(set.rows);
    }, 60_000);
  }

  test("docs/real-rows.md tells these counts", async () => {
    const text = await readFile(new URL("../../docs/real-rows.md", import.meta.url), "utf8");
    const row = text.split("\n").find((line) => line.startsWith(`| ${rows} | ${set.days} |`));
    expect(row).toMatch(new RegExp(`\\| ${keys} \\| ${values} \\|$`));
  });

  test("a second run has nothing to do", () => {
    expect(lifted.againExitCode).toBe(exitCodes.nothing);
  });
}

function countNonNull({ columns, rows }: ManifestDay): Record<string, number> {
  return Object.fromEntries(
    columns.map(({ name }) => [name, rows.filter((row) => (row[name] ?? null) !== null).length]),
  );
}
