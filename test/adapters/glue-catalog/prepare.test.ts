import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { renderErrorParts, type ShardliftError } from "../../../src/errors.ts";
import { column, createGlueWorld, type GlueWorld, prefix, record, table } from "./glue-world.ts";

/** As whoever makes a table by hand may write it. */
interface TableInput {
  PartitionKeys: object[];
  StorageDescriptor: { Columns: { Name: string; Type: string }[]; Location: string; SerdeInfo: object };
}

let world: GlueWorld;
beforeEach(async () => {
  world = await createGlueWorld();
});
afterEach(() => world.close());

const columns = [column("event_id"), record("device", "category")];
const grown = [column("event_id"), record("device", "category", "brand"), column("value", "INTEGER")];
const prepare = (wanted = columns) => world.catalog.prepare(table, wanted, prefix);
const readTypes = () =>
  world.readTable().input.StorageDescriptor?.Columns?.map(({ Name, Type }) => `${Name} ${Type}`);

describe("the readers' table", () => {
  test("is made with its database, by day, over Parquet, without projection, and says whose it is", async () => {
    await prepare();
    expect(world.model.databases.get("prod_analytics")?.input).toEqual({
      Name: "prod_analytics",
      Parameters: { made_by: "shardlift" },
    });
    expect(world.readTable().input).toEqual({
      Name: "web_shop_events",
      Description: "Days as Shardlift's lake has them; each partition shows one whole generation.",
      TableType: "EXTERNAL_TABLE",
      PartitionKeys: [{ Name: "day", Type: "date" }],
      Parameters: { EXTERNAL: "TRUE", classification: "parquet", made_by: "shardlift" },
      StorageDescriptor: {
        Columns: [
          { Name: "event_id", Type: "string" },
          { Name: "device", Type: "struct<category:string>" },
        ],
        Location: "s3://shop-lake/raw/ga/web-shop/ga4_events/",
        InputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        OutputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
        SerdeInfo: {
          SerializationLibrary: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
          Parameters: { "serialization.format": "1" },
        },
      },
    });
  });

  test("that is as it should be costs one request, and no version", async () => {
    await prepare();
    world.double.log.splice(0);
    await prepare();
    expect(world.listCalls()).toEqual(["GetTable"]);
    expect(world.readTable().version).toBe(0);
  });

  test("grows, and keeps what others wrote into it: UpdateTable replaces all", async () => {
    await prepare();
    const { input } = world.readTable();
    input.Owner = "platform";
    input.Parameters = { ...(input.Parameters as object), data_owner: "growth" };
    input.StorageDescriptor!.Columns![0]!.Comment = "32 hex digits";
    await prepare(grown);
    expect(world.readTable().input).toMatchObject({
      Owner: "platform",
      PartitionKeys: [{ Name: "day", Type: "date" }],
      Parameters: { data_owner: "growth", made_by: "shardlift", "shardlift.partitions_lag": "true" },
      StorageDescriptor: {
        Columns: [
          { Name: "event_id", Type: "string", Comment: "32 hex digits" },
          { Name: "device", Type: "struct<category:string,brand:string>" },
          { Name: "value", Type: "bigint" },
        ],
      },
    });
  });

  test("bears the mark only where members were added, and until no partition lacks them", async () => {
    const readMark = () =>
      (world.readTable().input.Parameters as Record<string, string>)["shardlift.partitions_lag"];
    await prepare();
    await prepare([...columns, column("extra")]);
    expect(readMark()).toBeUndefined();
    await prepare(grown);
    expect(readMark()).toBe("true");
    expect(await world.catalog.readOutgrown(table)).toEqual([]);
    expect(readMark()).toBeUndefined();
  });

  test("is made once by commands that come at once, and has the columns of all", async () => {
    const wanted = Array.from({ length: 12 }, (_, index) => [column("event_id"), column(`v${index}`)]);
    await Promise.all(wanted.map((one) => world.connect().prepare(table, one, prefix)));
    expect(new Set(readTypes())).toEqual(
      new Set(["event_id string", ...wanted.map((_, index) => `v${index} string`)]),
    );
  });

  test("is not set back by a request that comes late", async () => {
    await prepare();
    let land = () => {};
    const until = new Promise<void>((resolve) => {
      land = resolve;
    });
    world.double.faults.add({ do: "land later", operation: "UpdateTable", until });
    await expect(prepare([...columns, column("late")])).rejects.toMatchObject({
      code: "outside",
      retryable: true,
    });
    await prepare(grown);
    land();
    await prepare(grown);
    expect(world.readTable().version).toBe(1);
    expect(readTypes()).toEqual([
      "event_id string",
      "device struct<category:string,brand:string>",
      "value bigint",
    ]);
  });

  test("whose making was not answered is found made when it is asked for again", async () => {
    world.double.faults.add({ do: "drop answer", operation: "CreateTable", skip: 1 });
    await expect(prepare()).rejects.toMatchObject({ code: "outside", retryable: true });
    await prepare();
    expect(readTypes()).toEqual(["event_id string", "device struct<category:string>"]);
  });

  test("that somebody took columns from gets them back, and keeps what somebody added", async () => {
    await prepare();
    world.readTable().input.StorageDescriptor!.Columns = [{ Name: "note", Type: "string" }];
    await prepare();
    expect(readTypes()).toEqual(["note string", "event_id string", "device struct<category:string>"]);
  });

  test("one that does not stand still is given up, for now", async () => {
    await prepare();
    world.double.faults.add({
      do: "refuse",
      operation: "UpdateTable",
      name: "ConcurrentModificationException",
      message: "Update table failed due to concurrent modifications.",
      times: Number.POSITIVE_INFINITY,
    });
    await expect(prepare(grown)).rejects.toMatchObject({ code: "outside", retryable: true });
  });
});

describe("a table that somebody else made", () => {
  /** As ours, without the mark, and changed. */
  async function make(change: (input: TableInput) => unknown) {
    await prepare();
    const { input } = world.readTable();
    input.Parameters = { classification: "parquet" };
    change(input as unknown as TableInput);
    return structuredClone(input);
  }

  const refusal = async (wanted = columns): Promise<ShardliftError> =>
    prepare(wanted).then(
      () => Promise.reject(new Error("was not refused")),
      (error: ShardliftError) => error,
    );

  test("as we would have made it is taken over", async () => {
    await make(() => {});
    await prepare(grown);
    expect(world.readTable().input).toMatchObject({ Parameters: { made_by: "shardlift" } });
  });

  test.each([
    [
      "other columns",
      (input: TableInput) => input.StorageDescriptor.Columns.push({ Name: "price", Type: "double" }),
      "column price, which is not in the lake",
    ],
    [
      "a column of another type",
      (input: TableInput) => (input.StorageDescriptor.Columns[0]!.Type = "bigint"),
      "event_id: bigint here, string wanted",
    ],
    [
      "another key",
      (input: TableInput) => (input.PartitionKeys = [{ Name: "dt", Type: "string" }]),
      "partition key dt string instead of day date",
    ],
    [
      "another place",
      (input: TableInput) => (input.StorageDescriptor.Location = "s3://other/x/"),
      "location s3://other/x/ instead of s3://shop-lake/raw/ga/web-shop/ga4_events/",
    ],
    [
      "another format",
      (input: TableInput) =>
        (input.StorageDescriptor.SerdeInfo = { SerializationLibrary: "org.openx.data.jsonserde.JsonSerDe" }),
      "format org.openx.data.jsonserde.JsonSerDe instead of Parquet",
    ],
  ])("with %s is refused in four parts, and left as it is", async (_, change, received) => {
    const before = await make(change);
    const error = await refusal();
    expect(error).toMatchObject({ code: "config", retryable: false });
    expect(renderErrorParts(error.parts)).toBe(
      [
        "The table prod_analytics.web_shop_events in Glue is not this pipeline's, so it was left as it is.",
        "  rule: a pipeline's table in Glue is made by Shardlift over the pipeline's own days, or looks as if it were",
        `  received: ${received}`,
        "  to do: name another table in the pipeline or another catalog.database_prefix, or drop this one in Glue: dropping it deletes no file, and the next run makes it anew",
      ].join("\n"),
    );
    expect(world.readTable().input).toEqual(before);
  });

  test("says a few of many differences", async () => {
    await make((input: TableInput) => {
      for (let index = 0; index < 8; index += 1) {
        input.StorageDescriptor.Columns.push({ Name: `x${index}`, Type: "int" });
      }
    });
    expect((await refusal()).parts.received).toMatch(/x4, which is not in the lake; and 3 more$/);
  });

  test("of another pipeline whose name differs by case only is refused, too", async () => {
    await prepare();
    const other = world.catalog.prepare(
      { schema: "analytics", table: "Web_Shop_Events" },
      columns,
      "app/firebase_events/",
    );
    await expect(other).rejects.toMatchObject({ code: "config" });
  });
});

test("our own table that somebody changed a type in is refused with what to do", async () => {
  await prepare();
  world.readTable().input.StorageDescriptor!.Columns![0]!.Type = "bigint";
  await expect(prepare(grown)).rejects.toMatchObject({
    code: "data",
    parts: {
      failed: "A column of prod_analytics.web_shop_events has another type in Glue than in the day's files.",
      received: "event_id: bigint here, string wanted",
      remedy: expect.stringContaining("if somebody changed the table, change it back"),
    },
  });
});
