import { Glue } from "@aws-sdk/client-glue";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { doubleCredentials, doubleRegion, type GlueDouble, startGlueDouble } from "../double.ts";
import { type CatalogDouble, createCatalogDouble } from "./catalog.ts";

let half: CatalogDouble;
let double: GlueDouble;
let glue: Glue;

beforeEach(async () => {
  half = createCatalogDouble({ pageSize: 4 });
  double = await startGlueDouble({ operations: half.operations });
  const { endpoint } = double;
  glue = new Glue({ endpoint, region: doubleRegion, credentials: doubleCredentials, maxAttempts: 1 });
});
afterEach(async () => {
  glue.destroy();
  await double.close();
});

const names = { DatabaseName: "shop", TableName: "events" };
const PartitionKeys = [{ Name: "day", Type: "date" }];
const values = (count: number) => Array.from({ length: count }, (_, index) => [`2026-${100 + index}`]);
const name = (error: string) => expect.objectContaining({ name: error });

async function makeTable(over: object = {}): Promise<void> {
  await glue.createDatabase({ DatabaseInput: { Name: "Shop" } });
  await glue.createTable({ DatabaseName: "shop", TableInput: { Name: "Events", PartitionKeys, ...over } });
}

const makePartitions = (count: number) =>
  glue.batchCreatePartition({
    ...names,
    PartitionInputList: values(count).map((Values) => ({
      Values,
      StorageDescriptor: { Columns: [{ Name: "a" }] },
    })),
  });

describe("tables of the Glue double", () => {
  test("are found whatever the case of their names, and have them in lower case", async () => {
    await makeTable();
    const { Table } = await glue.getTable({ DatabaseName: "SHOP", Name: "EVENTS" });
    expect(Table).toMatchObject({ Name: "events", DatabaseName: "shop", VersionId: "0" });
  });

  test("are replaced as a whole, at the version that was read only", async () => {
    await makeTable({ Owner: "platform" });
    const update = (VersionId?: string) =>
      glue.updateTable({ DatabaseName: "shop", TableInput: { Name: "events", PartitionKeys }, VersionId });
    await update("0");
    const { Table } = await glue.getTable({ DatabaseName: "shop", Name: "events" });
    expect([Table?.VersionId, Table?.Owner]).toEqual(["1", undefined]);
    await expect(update("0")).rejects.toEqual(name("ConcurrentModificationException"));
    await update();
  });

  test("and databases are made once, and missed by name", async () => {
    await makeTable();
    await expect(glue.createDatabase({ DatabaseInput: { Name: "SHOP" } })).rejects.toEqual(
      name("AlreadyExistsException"),
    );
    await expect(glue.createTable({ DatabaseName: "shop", TableInput: { Name: "EVENTS" } })).rejects.toEqual(
      name("AlreadyExistsException"),
    );
    for (const wrong of [
      { DatabaseName: "none", Name: "events" },
      { DatabaseName: "shop", Name: "none" },
    ]) {
      await expect(glue.getTable(wrong)).rejects.toEqual(name("EntityNotFoundException"));
    }
  });

  test("take nothing that the API does not know, and no place that is not on S3", async () => {
    await makeTable();
    const update = (TableInput: object) =>
      glue.updateTable({ DatabaseName: "shop", TableInput: { Name: "events", ...TableInput } });
    await expect(update({ CreateTime: new Date() })).resolves.toBeDefined();
    await expect(update({ StorageDescriptor: { Location: "/tmp/x" } })).rejects.toEqual(
      name("InvalidInputException"),
    );
    const body = JSON.stringify({ DatabaseName: "shop", TableInput: { Name: "events", CreateTime: 1 } });
    const answer = await fetch(double.endpoint, {
      method: "POST",
      body,
      headers: {
        "x-amz-target": "AWSGlue.UpdateTable",
        authorization: `AWS4-HMAC-SHA256 Credential=a/20261120/${doubleRegion}/glue/aws4_request, Signature=${"0".repeat(64)}`,
      },
    });
    expect(await answer.json()).toMatchObject({ __type: "SerializationException" });
  });
});

describe("partitions of the Glue double", () => {
  beforeEach(() => makeTable());

  test.each([
    ["100 that are made", () => makePartitions(101)],
    [
      "100 that are moved",
      () =>
        glue.batchUpdatePartition({
          ...names,
          Entries: values(101).map((Values) => ({ PartitionValueList: Values, PartitionInput: { Values } })),
        }),
    ],
    [
      "25 that are removed",
      () =>
        glue.batchDeletePartition({
          ...names,
          PartitionsToDelete: values(26).map((Values) => ({ Values })),
        }),
    ],
    [
      "1000 that are asked for",
      () => glue.batchGetPartition({ ...names, PartitionsToGet: values(1001).map((Values) => ({ Values })) }),
    ],
    ["1000 on a page", () => glue.getPartitions({ ...names, MaxResults: 1001 })],
    ["10 segments", () => glue.getPartitions({ ...names, Segment: { SegmentNumber: 0, TotalSegments: 11 } })],
  ])("are refused beyond %s", async (_, ask) => {
    await expect(ask()).rejects.toEqual(name("ValidationException"));
  });

  test("that fail are told one by one, the others done", async () => {
    await makePartitions(1);
    expect((await makePartitions(2)).Errors).toEqual([
      {
        PartitionValues: ["2026-100"],
        ErrorDetail: { ErrorCode: "AlreadyExistsException", ErrorMessage: "Partition already exists." },
      },
    ]);
    const Entries = values(3).map((Values) => ({ PartitionValueList: Values, PartitionInput: { Values } }));
    expect((await glue.batchUpdatePartition({ ...names, Entries })).Errors).toEqual([
      {
        PartitionValueList: ["2026-102"],
        ErrorDetail: { ErrorCode: "EntityNotFoundException", ErrorMessage: "Partition not found." },
      },
    ]);
    const PartitionsToDelete = values(3).map((Values) => ({ Values }));
    expect((await glue.batchDeletePartition({ ...names, PartitionsToDelete })).Errors).toHaveLength(1);
    expect((await glue.getPartitions(names)).Partitions).toEqual([]);
  });

  test("have as many values as the table has keys", async () => {
    const PartitionInputList = [{ Values: ["2026-11-20", "g1"] }];
    await expect(glue.batchCreatePartition({ ...names, PartitionInputList })).rejects.toEqual(
      name("InvalidInputException"),
    );
  });

  test("come in pages, in segments that share them out, with and without columns", async () => {
    await makePartitions(10);
    const first = await glue.getPartitions({ ...names, ExcludeColumnSchema: true });
    expect(first.Partitions).toHaveLength(4);
    expect(first.Partitions?.[0]?.StorageDescriptor?.Columns).toBeUndefined();
    const { NextToken } = await glue.getPartitions({ ...names, NextToken: first.NextToken });
    const last = await glue.getPartitions({ ...names, NextToken });
    expect([last.Partitions?.length, last.NextToken]).toEqual([2, undefined]);
    await expect(glue.getPartitions({ ...names, NextToken: "made up" })).rejects.toEqual(
      name("InvalidInputException"),
    );
    half.model.pageSize = 1000;
    const parts = await Promise.all(
      [0, 1, 2].map((SegmentNumber) =>
        glue.getPartitions({ ...names, Segment: { SegmentNumber, TotalSegments: 3 } }),
      ),
    );
    const seen = parts.flatMap(({ Partitions = [] }) => Partitions.map(({ Values }) => Values?.[0]));
    expect(seen.sort()).toEqual(values(10).flat());
  });

  test("are chosen by an expression, after they were paged: a page may be empty", async () => {
    const PartitionInputList = Array.from({ length: 9 }, (_, index) => ({
      Values: [`2026-11-0${index + 1}`],
    }));
    await glue.batchCreatePartition({ ...names, PartitionInputList });
    const Expression = "day >= '2026-11-05' AND day < '2026-11-07'";
    const pages: number[] = [];
    let NextToken: string | undefined;
    do {
      const page = await glue.getPartitions({ ...names, Expression, NextToken });
      pages.push(page.Partitions?.length ?? 0);
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(pages).toEqual([0, 2, 0]);
  });

  test.each(["day > 5", "hour = '1'", "day = '20261105'", "day like '2026%'"])(
    "take no expression that is not modelled: %s",
    async (Expression) => {
      await expect(glue.getPartitions({ ...names, Expression })).rejects.toEqual(
        name("InvalidInputException"),
      );
    },
  );
});

describe("crawlers of the Glue double", () => {
  const Name = "looker";
  const Role = "arn:aws:iam::123456789012:role/crawler";
  const definition = { Name, Role, DatabaseName: "shop", Targets: { S3Targets: [{ Path: "s3://lake/a/" }] } };
  const state = async () => (await glue.getCrawler({ Name })).Crawler;

  beforeEach(() => makeTable());

  test("run, stop at their end, and say when they began; neither start nor change meanwhile", async () => {
    await glue.createCrawler({ ...definition, Tags: { team: "growth" } });
    expect(await state()).toMatchObject({ State: "READY", Role: "crawler" });
    expect((await state())?.LastCrawl).toBeUndefined();
    const startMs = double.clock.now();
    await glue.startCrawler({ Name });
    expect((await state())?.State).toBe("RUNNING");
    await expect(glue.startCrawler({ Name })).rejects.toEqual(name("CrawlerRunningException"));
    await expect(glue.updateCrawler(definition)).rejects.toEqual(name("CrawlerRunningException"));
    double.clock.advance(half.model.crawlMs);
    const { State, LastCrawl } = (await state())!;
    expect([State, LastCrawl?.Status]).toEqual(["READY", "SUCCEEDED"]);
    expect(LastCrawl!.StartTime!.getTime()).toBeGreaterThanOrEqual(startMs);
    await glue.updateCrawler(definition);
  });

  test("are stopped, in time", async () => {
    await glue.createCrawler(definition);
    await expect(glue.stopCrawler({ Name })).rejects.toEqual(name("CrawlerNotRunningException"));
    await glue.startCrawler({ Name });
    await glue.stopCrawler({ Name });
    await expect(glue.stopCrawler({ Name })).rejects.toEqual(name("CrawlerStoppingException"));
    expect((await state())?.State).toBe("STOPPING");
    double.clock.advance(half.model.stopMs);
    expect(await state()).toMatchObject({ State: "READY", LastCrawl: { Status: "CANCELLED" } });
  });

  test("are refused without a target, with a role that is none, or in a database that is none", async () => {
    for (const wrong of [{ Targets: {} }, { Role: "crawler" }, { DatabaseName: "none" }]) {
      await expect(glue.createCrawler({ ...definition, ...wrong })).rejects.toThrow();
    }
    await expect(glue.startCrawler({ Name })).rejects.toEqual(name("EntityNotFoundException"));
  });
});
