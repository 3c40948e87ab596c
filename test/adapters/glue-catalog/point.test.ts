import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { GlueCatalogOptions } from "../../../src/adapters/glue-catalog/options.ts";
import { addDays, type Day } from "../../../src/days/day.ts";
import { column, createGlueWorld, type GlueWorld, prefix, record, table } from "./glue-world.ts";

let world: GlueWorld;
beforeEach(async () => {
  world = await createGlueWorld();
  await world.catalog.prepare(table, columns, prefix);
  world.double.log.splice(0);
});
afterEach(() => world.close());

const columns = [column("event_id"), record("device", "category")];
const first = "2026-11-20" as Day;
const folder = (day: Day, generation: string) => `${prefix}day=${day}/generation=${generation}/`;
const at = (day: Day, generation: string) => ({ day, prefix: folder(day, generation) });
const days = (count: number) => Array.from({ length: count }, (_, index) => addDays(first, index));
const readAll = async () => Object.fromEntries(await world.catalog.readPartitions(table, "all"));

/** Another command, whose requests come between two of ours. */
function interfere(operation: string, work: () => Promise<unknown>): void {
  world.double.faults.add({
    do: "hold",
    operation,
    get until() {
      return work();
    },
  });
}

describe("a partition", () => {
  test("has its folder, and the table's columns and format", async () => {
    await world.catalog.point(table, [at(first, "g1")]);
    expect([...world.readTable().partitions.values()]).toMatchObject([
      {
        Values: ["2026-11-20"],
        Parameters: { classification: "parquet" },
        StorageDescriptor: {
          Location: `s3://shop-lake/raw/ga/${folder(first, "g1")}`,
          Columns: [
            { Name: "event_id", Type: "string" },
            { Name: "device", Type: "struct<category:string>" },
          ],
          InputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
          SerdeInfo: { SerializationLibrary: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe" },
        },
      },
    ]);
  });

  test("has no statistics of a former generation", async () => {
    await world.catalog.point(table, [at(first, "g1")]);
    world.readTable().partitions.get('["2026-11-20"]')!.Parameters = { numRows: "12", recordCount: "12" };
    await world.catalog.point(table, [at(first, "g2")]);
    expect([...world.readTable().partitions.values()]).toMatchObject([
      { Parameters: { classification: "parquet" } },
    ]);
  });
});

describe("requests", () => {
  test("are one look, one batch for absent and one for present partitions, between two looks at the table", async () => {
    await world.catalog.point(table, [at(first, "g1")]);
    world.double.log.splice(0);
    await world.catalog.point(table, [at(first, "g2"), at(addDays(first, 1), "g1")]);
    expect(world.listCalls()).toEqual([
      ...["GetTable", "BatchGetPartition", "BatchCreatePartition", "BatchUpdatePartition", "GetTable"],
    ]);
  });

  test("hold a hundred partitions at most: AWS refuses more", async () => {
    const all = days(201).map((day) => at(day, "g1"));
    expect(await world.catalog.point(table, all)).toEqual([]);
    expect(world.listCalls().filter((call) => call === "BatchCreatePartition")).toHaveLength(3);
    expect(await world.catalog.point(table, all)).toEqual([]);
    expect(world.listCalls().filter((call) => call === "BatchUpdatePartition")).toHaveLength(3);
  });

  test("are none for no day", async () => {
    await world.catalog.point(table, []);
    expect(world.listCalls()).toEqual([]);
  });
});

describe("where another command comes between", () => {
  test("a partition that it made is updated instead", async () => {
    interfere("BatchCreatePartition", () => world.connect().point(table, [at(first, "other")]));
    expect(await world.catalog.point(table, [at(first, "g1")])).toEqual([]);
    expect(await readAll()).toEqual({ [first]: folder(first, "g1") });
    expect(world.listCalls()).toContain("BatchUpdatePartition");
  });

  test("a partition that somebody dropped is made again", async () => {
    await world.catalog.point(table, [at(first, "g1")]);
    interfere("BatchUpdatePartition", async () => world.readTable().partitions.clear());
    expect(await world.catalog.point(table, [at(first, "g2")])).toEqual([]);
    expect(await readAll()).toEqual({ [first]: folder(first, "g2") });
  });

  test("and gives the table members, the partition has them, too", async () => {
    const grown = [column("event_id"), record("device", "category", "brand")];
    interfere("BatchCreatePartition", () => world.connect().prepare(table, grown, prefix));
    expect(await world.catalog.point(table, [at(first, "g1")])).toEqual([]);
    expect(await world.catalog.readOutgrown(table)).toEqual([]);
  });
});

describe("a day that fails", () => {
  test("alone has Glue's reason, as an error of ours", async () => {
    world.model.refused.set(first, { code: "InternalServiceException", message: "try later" });
    const faults = await world.catalog.point(table, [at(first, "g1"), at(addDays(first, 1), "g1")]);
    expect(faults).toMatchObject([
      {
        day: first,
        error: {
          code: "outside",
          retryable: true,
          parts: {
            failed:
              "The partition 2026-11-20 of prod_analytics.web_shop_events was not pointed at its folder.",
            received: "InternalServiceException: try later",
          },
        },
      },
    ]);
  });

  test("with its whole batch does not hold up the next batch", async () => {
    world.double.faults.add({ do: "drop answer", operation: "BatchCreatePartition" });
    const all = days(150);
    const faults = await world.catalog.point(
      table,
      all.map((day) => at(day, "g1")),
    );
    expect(faults.map(({ day }) => day)).toEqual(all.slice(0, 100));
    expect(faults[0]).toMatchObject({ error: { code: "outside", retryable: true } });
    expect(Object.keys(await readAll())).toHaveLength(150);
  });

  test("that fails for ever with one and the same race is told, and not tried without end", async () => {
    world.model.refused.set(first, { code: "AlreadyExistsException", message: "exists" });
    const faults = await world.catalog.point(table, [at(first, "g1")]);
    expect(faults).toMatchObject([{ day: first, error: { code: "outside" } }]);
    expect(world.listCalls().length).toBeLessThan(10);
  });
});

describe("reading", () => {
  test("pages through all partitions, four parts side by side, without their columns", async () => {
    world.model.pageSize = 7;
    const all = days(60);
    await world.catalog.point(
      table,
      all.map((day) => at(day, "g1")),
    );
    world.double.log.splice(0);
    expect(Object.keys(await readAll()).sort()).toEqual(all);
    const segments = world.double.log.map(({ input }) => input.Segment as { SegmentNumber: number });
    expect(new Set(segments.map(({ SegmentNumber }) => SegmentNumber))).toEqual(new Set([0, 1, 2, 3]));
    expect(world.double.log.every(({ input }) => input.ExcludeColumnSchema === true)).toBe(true);
  });

  test("some days asks for these, a thousand a call", async () => {
    expect(await world.catalog.readPartitions(table, days(1001))).toEqual(new Map());
    expect(world.listCalls()).toEqual(["BatchGetPartition", "BatchGetPartition"]);
  });

  test("asks one by one for keys that the batch did not look at", async () => {
    await world.catalog.point(table, [at(first, "g1")]);
    const answer = () => ({ Partitions: [], UnprocessedKeys: days(2).map((day) => ({ Values: [day] })) });
    world.double.faults.add({ do: "rewrite", operation: "BatchGetPartition", answer });
    expect(await world.catalog.readPartitions(table, days(2))).toEqual(
      new Map([[first, folder(first, "g1")]]),
    );
    world.double.faults.add({ do: "rewrite", operation: "BatchGetPartition", answer });
    expect(await world.catalog.point(table, [at(first, "g2")])).toEqual([]);
    expect(await readAll()).toEqual({ [first]: folder(first, "g2") });
  });

  test("leaves out what is no day", async () => {
    await world.catalog.point(table, [at(first, "g1")]);
    const { partitions } = world.readTable();
    partitions.set("x", { ...partitions.get('["2026-11-20"]')!, Values: ["__HIVE_DEFAULT_PARTITION__"] });
    expect(await readAll()).toEqual({ [first]: folder(first, "g1") });
  });

  test("never takes a copy of the lake for the lake", async () => {
    await world.catalog.point(table, [at(first, "g1")]);
    const copy: Partial<GlueCatalogOptions> = { lake: { bucket: "old-lake", prefix: "" } };
    const seen = await world.connect(copy).readPartitions(table, "all");
    expect([...seen.values()]).toEqual([`s3://shop-lake/raw/ga/${folder(first, "g1")} (outside the lake)`]);
  });
});

test("a partition of a table that somebody dropped is not pointed, and says what to do", async () => {
  world.model.databases.get("prod_analytics")!.tables.clear();
  await expect(world.catalog.point(table, [at(first, "g1")])).rejects.toMatchObject({
    code: "data",
    parts: { remedy: expect.stringContaining("--all points all its days") },
  });
});
