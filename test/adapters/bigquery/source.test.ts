import { describe, expect, test } from "vitest";
import { createBigQuerySource } from "../../../src/adapters/bigquery/source.ts";
import { isSameVersion } from "../../../src/days/shards.ts";
import {
  addDataset,
  changeTable,
  dropTable,
  putTable,
  type TablePlace,
  touchLabel,
} from "../../doubles/bigquery/change-world.ts";
import type { BigQueryDouble } from "../../doubles/bigquery/double.ts";
import type { TableState } from "../../doubles/bigquery/world.ts";
import { hearWarnings } from "../../support/hear-warnings.ts";
import { buildOptions, dataset, project, startDouble } from "./bigquery-world.ts";

const table = "events_20261120";
const place: TablePlace = { project, dataset, table };
const schema = [{ name: "event_name", type: "STRING", mode: "NULLABLE" }];

/** A table without files: metadata are all that is asked for. */
function write(
  { world }: BigQueryDouble,
  change: Partial<TableState> = {},
  at: Partial<TablePlace> = {},
): void {
  putTable(world, { ...place, ...at }, { files: [], schema, rows: 3n, bytes: 300n });
  changeTable(world, { ...place, ...at }, change);
}

async function open(changes: Parameters<typeof buildOptions>[1] = {}) {
  const double = await startDouble();
  return { double, source: createBigQuerySource(buildOptions(double, changes)) };
}

describe("listing", () => {
  test("takes one request per page and asks for nothing else", async () => {
    const { double, source } = await open();
    double.world.maxPage = 100;
    const names = Array.from({ length: 250 }, (_, index) => `t_${String(index).padStart(4, "0")}`);
    for (const name of names) write(double, {}, { table: name });
    expect(await source.listTables(dataset)).toEqual(names);
    expect(double.count()).toEqual({ "oauth2.token": 1, "bigquery.tables.list": 3 });
  });

  test("asks for a thousand tables a page, seven years of a family being three", async () => {
    const { double, source } = await open();
    for (let index = 0; index < 2_557; index++) write(double, {}, { table: `t_${index}` });
    expect(await source.listTables(dataset)).toHaveLength(2_557);
    expect(double.count()["bigquery.tables.list"]).toBe(3);
  });

  test("lists views too: what is wrong with one is told when its day is read", async () => {
    const { double, source } = await open();
    write(double, { type: "VIEW" });
    expect(await source.listTables(dataset)).toEqual([table]);
  });

  test("does not list what has expired", async () => {
    const { double, source } = await open();
    write(double, { expiresMs: double.clock.now() + 60_000 });
    expect(await source.listTables(dataset)).toEqual([table]);
    double.clock.advance(60_000);
    expect(await source.listTables(dataset)).toEqual([]);
    expect(await source.readVersion(dataset, table, "daily", null)).toBeNull();
  });

  test("looks into the pipeline's project where it is another than the one that is billed", async () => {
    const { double, source } = await open({ project: "shop-data" });
    addDataset(double.world, { project: "shop-data", dataset });
    write(double, {}, { project: "shop-data" });
    expect(await source.listTables(dataset)).toEqual([table]);
    expect((await source.openShard(dataset, table, "daily"))?.parts[0]?.path).toBe(
      `bigquery://shop-data.${dataset}.${table}`,
    );
    expect(source.location).toBe("BigQuery project shop-data");
    expect(
      double.log.filter(({ method }) => method.startsWith("bigquery")).map(({ path }) => path.split("?")[0]),
    ).toEqual([
      `/bigquery/v2/projects/shop-data/datasets/${dataset}/tables`,
      `/bigquery/v2/projects/shop-data/datasets/${dataset}/tables/${table}`,
    ]);
  });
});

describe("a version", () => {
  test("is etag, modification time, rows and bytes, and one get", async () => {
    const { double, source } = await open();
    write(double, { modifiedMs: 1_795_132_800_123, rows: 9_007_199_254_740_991n, bytes: 12n });
    const version = await source.readVersion(dataset, table, "daily", null);
    expect(version).toEqual({
      table,
      kind: "daily",
      modified: "1795132800123",
      rows: 9_007_199_254_740_991,
      bytes: 12,
      etag: expect.stringMatching(/^\S{10,}$/),
      content: null,
    });
    expect(double.count()).toEqual({ "oauth2.token": 1, "bigquery.tables.get": 1 });
  });

  test("is another one after restated revenue, which leaves rows and bytes as they were", async () => {
    const { double, source } = await open();
    write(double);
    const known = (await source.readVersion(dataset, table, "daily", null))!;
    double.clock.advance(1_000);
    write(double);
    const now = (await source.readVersion(dataset, table, "daily", known))!;
    expect({ rows: now.rows, bytes: now.bytes }).toEqual({ rows: known.rows, bytes: known.bytes });
    expect(isSameVersion(known, now)).toBe(false);
  });

  test("is another one where nothing but the modification time moved, the etag as little as the rest", async () => {
    const { double, source } = await open();
    write(double, { modifiedMs: 1 });
    const known = (await source.readVersion(dataset, table, "daily", null))!;
    write(double, { modifiedMs: 2 });
    const moved = (await source.readVersion(dataset, table, "daily", known))!;
    expect(moved).toEqual({ ...known, modified: "2" });
    expect(isSameVersion(known, moved)).toBe(false);
  });

  test("is another one after a label was touched: nobody can tell that from new rows", async () => {
    const { double, source } = await open();
    write(double);
    const known = (await source.readVersion(dataset, table, "daily", null))!;
    double.clock.advance(1);
    touchLabel(double.world, place, "team", "growth");
    expect(isSameVersion(known, (await source.readVersion(dataset, table, "daily", known))!)).toBe(false);
  });

  test("is null for a table that was deleted between list and get", async () => {
    const { double, source } = await open();
    write(double);
    const [name] = await source.listTables(dataset);
    dropTable(double.world, place);
    expect(await source.readVersion(dataset, name!, "daily", null)).toBeNull();
    expect(await source.openShard(dataset, name!, "daily")).toBeNull();
  });

  test.each<[string, Record<string, unknown>, string]>([
    ["no modification time", { lastModifiedTime: undefined }, "lastModifiedTime"],
    ["a modification time as a number", { lastModifiedTime: 1_795_132_800_123 }, "lastModifiedTime"],
    ["no etag", { etag: "" }, "etag"],
    ["rows as a number, which may have lost digits", { numRows: 3 }, "numRows"],
    ["more rows than can be counted exactly", { numRows: "9218924040658817653" }, "numRows"],
    ["no bytes", { numBytes: undefined }, "numBytes"],
    ["no type", { type: undefined, numRows: "3" }, "type"],
  ])("is refused of an answer with %s", async (_what, change, field) => {
    const { double, source } = await open();
    write(double);
    double.faults.add({
      do: "rewrite",
      method: "bigquery.tables.get",
      answer: (answer) => ({ ...answer, ...change }),
    });
    await expect(source.readVersion(dataset, table, "daily", null)).rejects.toMatchObject({
      code: "outside",
      retryable: false,
      parts: {
        failed: expect.stringContaining(`${project}.${dataset}.${table}`),
        rule: expect.stringContaining(field),
      },
    });
  });
});

describe("an open shard", () => {
  test("is one part that names the table; its etag is none of rows, and no part's", async () => {
    const { double, source } = await open();
    write(double);
    const shard = (await source.openShard(dataset, table, "daily"))!;
    const path = `bigquery://${project}.${dataset}.${table}`;
    expect(shard.parts).toEqual([{ path, format: "parquet", bytes: 300 }]);
    expect(shard.version).toEqual(await source.readVersion(dataset, table, "daily", null));
  });

  test.each(["VIEW", "EXTERNAL", "MATERIALIZED_VIEW", "SNAPSHOT"] as const)(
    "is refused of a %s",
    async (type) => {
      const { double, source } = await open();
      write(double, { type });
      expect(await source.readVersion(dataset, table, "daily", null)).toMatchObject({ table });
      await expect(source.openShard(dataset, table, "daily")).rejects.toMatchObject({
        code: "data",
        parts: {
          failed: expect.stringContaining(table),
          received: `type ${type}`,
          remedy: expect.any(String),
        },
      });
    },
  );

  test("of a daily shard waits while rows are in the streaming buffer; the others are read as they are", async () => {
    const { double, source } = await open();
    const streaming = { rows: 7n, bytes: 70n, oldestMs: 1 };
    write(double, { streaming });
    write(double, { streaming }, { table: "events_intraday_20261120" });
    await expect(source.openShard(dataset, table, "daily")).rejects.toMatchObject({
      code: "not-ready",
      retryable: true,
    });
    expect(await source.openShard(dataset, "events_intraday_20261120", "intraday")).toMatchObject({
      version: { rows: 3 },
    });
    changeTable(double.world, place, { streaming: { rows: 0n, bytes: 0n, oldestMs: 1 } });
    expect(await source.openShard(dataset, table, "daily")).toMatchObject({ version: { rows: 3 } });
  });

  test("lies where the environment allows, in whatever case it is written", async () => {
    const double = await startDouble();
    write(double);
    const at = (location: string) => createBigQuerySource(buildOptions(double, { config: { location } }));
    expect(await at("eu").openShard(dataset, table, "daily")).toMatchObject({ version: { table } });
    const elsewhere = {
      code: "config",
      parts: { failed: expect.stringContaining("lies in EU"), rule: "source.location allows US alone" },
    };
    await expect(at("US").openShard(dataset, table, "daily")).rejects.toMatchObject(elsewhere);
    await expect(at("US").readVersion(dataset, table, "daily", null)).rejects.toMatchObject(elsewhere);
    expect(await at("eu").readVersion(dataset, table, "daily", null)).toMatchObject({ table });
  });

  test("has the schema in our form, whatever the API calls its types and says besides", async () => {
    const { double, source } = await open();
    const value = { name: "value", type: "STRUCT", mode: "NULLABLE", fields: [{ name: "n", type: "INT64" }] };
    write(double, {
      schema: [
        {
          name: "user_id",
          type: "STRING",
          policyTags: { names: ["projects/p/locations/eu/taxonomies/1/policyTags/2"] },
        },
        { name: "is_active_user", type: "BOOL", mode: "REQUIRED", description: "whether" },
        { name: "event_value", type: "FLOAT64", mode: "NULLABLE" },
        { name: "event_params", type: "RECORD", mode: "REPEATED", fields: [value] },
      ],
    });
    expect((await source.openShard(dataset, table, "daily"))?.schema).toEqual([
      { name: "user_id", type: "STRING", mode: "NULLABLE" },
      { name: "is_active_user", type: "BOOLEAN", mode: "REQUIRED" },
      { name: "event_value", type: "FLOAT", mode: "NULLABLE" },
      {
        name: "event_params",
        type: "RECORD",
        mode: "REPEATED",
        fields: [
          {
            name: "value",
            type: "RECORD",
            mode: "NULLABLE",
            fields: [{ name: "n", type: "INTEGER", mode: "NULLABLE" }],
          },
        ],
      },
    ]);
  });

  test("is refused with every column whose type no export has", async () => {
    const { double, source } = await open();
    write(double, {
      schema: [
        { name: "place", type: "GEOGRAPHY" },
        { name: "span", type: "RANGE" },
      ],
    });
    await expect(source.openShard(dataset, table, "daily")).rejects.toMatchObject({
      code: "data",
      parts: {
        received:
          'place has the type "GEOGRAPHY", which is not known; span has the type "RANGE", which is not known',
      },
    });
  });
});

describe("what is asked", () => {
  test("is never a query, a wildcard or INFORMATION_SCHEMA, and never rows", async () => {
    const { double, source } = await open();
    write(double);
    await source.listTables(dataset);
    await source.readVersion(dataset, table, "daily", null);
    await source.openShard(dataset, table, "daily");
    expect(double.count()).toEqual({
      "oauth2.token": 1,
      "bigquery.tables.list": 1,
      "bigquery.tables.get": 2,
    });
    expect(
      double.log.filter(({ path }) => /INFORMATION_SCHEMA|__TABLES__|\*|queries|jobs|\/data\b/i.test(path)),
    ).toEqual([]);
  });

  test("stays below 20 at once and 100 a second, however much is wanted, and piles up no listeners", async () => {
    const warnings = hearWarnings();
    const double = await startDouble();
    const clock = { now: double.clock.now, sleep: async (ms: number) => double.clock.advance(ms) };
    const source = createBigQuerySource(buildOptions(double, { clock }));
    for (let index = 0; index < 150; index++) write(double, {}, { table: `t_${index}` });
    const wanted = Array.from({ length: 150 }, (_, index) =>
      source.readVersion(dataset, `t_${index}`, "daily", null),
    );
    expect((await Promise.all(wanted)).every((version) => version !== null)).toBe(true);
    expect(double.limits.peak).toBeLessThanOrEqual(20);
    expect(double.log.filter(({ status }) => status !== 200)).toEqual([]);
    expect(await warnings.heard()).toEqual([]);
  });
});
