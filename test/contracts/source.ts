import { describe, expect, test } from "vitest";
import type { Field } from "../../src/days/schema.ts";
import { isSameVersion } from "../../src/days/shards.ts";
import { isShardliftError } from "../../src/errors.ts";
import type { Source } from "../../src/ports.ts";

/** One dataset of one source, and the hands to change it as Google's exports do. */
export interface SourceWorld {
  source: Source;
  /** A dataset that is there; empty at first. */
  dataset: string;
  /** A dataset that is not there. */
  missingDataset: string;
  /** Whether versions tell rows without reading a shard. */
  countsRows: boolean;
  /** Writes a table, replacing it whole; rows in JSON's form. */
  write(table: string, schema: readonly Field[], rows: readonly object[]): Promise<void>;
  remove(table: string): Promise<void>;
}

const text = (name: string): Field => ({ name, type: "STRING", mode: "NULLABLE" });
const integer = (name: string): Field => ({ name, type: "INTEGER", mode: "NULLABLE" });
const record = (name: string, fields: Field[]): Field => ({ name, type: "RECORD", mode: "NULLABLE", fields });
const list = (field: Field): Field => ({ ...field, mode: "REPEATED" });

/** Shaped like an export: a list of structs with a struct inside, a struct, a list of scalars, every plain type. */
export const contractSchema: Field[] = [
  text("event_name"),
  integer("event_timestamp"),
  list(record("event_params", [text("key"), record("value", [text("string_value"), integer("int_value")])])),
  record("device", [text("category"), record("web_info", [text("browser")])]),
  list(text("tags")),
  { name: "is_active_user", type: "BOOLEAN", mode: "NULLABLE" },
  { name: "event_value_in_usd", type: "FLOAT", mode: "NULLABLE" },
  { name: "revenue", type: "NUMERIC", mode: "NULLABLE" },
  { name: "seen_on", type: "DATE", mode: "NULLABLE" },
  { name: "seen_at", type: "TIMESTAMP", mode: "NULLABLE" },
];

export function buildContractRow(number: number): object {
  return {
    event_name: "page_view",
    event_timestamp: 1604192073036492 + number,
    event_params: [{ key: "page", value: { string_value: `/${number}`, int_value: null } }],
    device: { category: "desktop", web_info: { browser: "Firefox" } },
    tags: ["a", "b"],
    is_active_user: true,
    event_value_in_usd: 0.5,
    revenue: 12.25,
    seen_on: "2020-11-01",
    seen_at: "2020-11-01 00:54:33+00",
  };
}

const rowsUpTo = (count: number) => Array.from({ length: count }, (_, index) => buildContractRow(index));
const table = "events_20201101";

/** What every source promises; each test gets a world of its own. */
export function testSource(title: string, makeWorld: () => Promise<SourceWorld>): void {
  describe(`source contract: ${title}`, () => {
    testListing(makeWorld);
    testVersions(makeWorld);
    testOpening(makeWorld);
  });
}

function testListing(makeWorld: () => Promise<SourceWorld>): void {
  test("an empty dataset has no tables", async () => {
    const { source, dataset } = await makeWorld();
    expect(await source.listTables(dataset)).toEqual([]);
  });

  test("tables are listed by their exact names, each once", async () => {
    const { source, dataset, write } = await makeWorld();
    const names = [
      "events_20201101",
      "events_20201102",
      "events_intraday_20201103",
      "pseudonymous_users_20201101",
    ];
    for (const name of names) await write(name, contractSchema, rowsUpTo(1));
    expect((await source.listTables(dataset)).toSorted()).toEqual(names);
  });

  test("a table that came or went since the last list is seen", async () => {
    const { source, dataset, write, remove } = await makeWorld();
    await write("events_20201101", contractSchema, rowsUpTo(1));
    await source.listTables(dataset);
    await write("events_20201102", contractSchema, rowsUpTo(1));
    await remove("events_20201101");
    expect(await source.listTables(dataset)).toEqual(["events_20201102"]);
  });

  test("a missing dataset is an error that names it and says what to do", async () => {
    const { source, missingDataset } = await makeWorld();
    const error = await source.listTables(missingDataset).catch((reason) => reason);
    if (!isShardliftError(error)) throw error;
    expect({ code: error.code, retryable: error.retryable }).toEqual({ code: "config", retryable: false });
    expect(error.parts.failed).toContain(missingDataset);
    expect(error.parts.remedy).toBeTruthy();
  });

  test("the location says where the source is", async () => {
    const { source } = await makeWorld();
    expect(source.location).toMatch(/^\S+ \S/);
  });
}

function testVersions(makeWorld: () => Promise<SourceWorld>): void {
  test("a version says table, kind, bytes and, where it can be told, rows", async () => {
    const { source, dataset, write, countsRows } = await makeWorld();
    await write(table, contractSchema, rowsUpTo(3));
    const version = await source.readVersion(dataset, table, "daily", null);
    expect(version).toMatchObject({ table, kind: "daily", rows: countsRows ? 3 : null });
    expect(version?.bytes).toBeGreaterThan(0);
    expect(version?.modified).not.toBe("");
  });

  test("a table that is not there has no version", async () => {
    const { source, dataset, write, remove } = await makeWorld();
    expect(await source.readVersion(dataset, table, "daily", null)).toBeNull();
    await write(table, contractSchema, rowsUpTo(1));
    await remove(table);
    expect(await source.readVersion(dataset, table, "daily", null)).toBeNull();
  });

  test("an unchanged table keeps its version, whatever version is known", async () => {
    const { source, dataset, write } = await makeWorld();
    await write(table, contractSchema, rowsUpTo(3));
    const first = await source.readVersion(dataset, table, "daily", null);
    expect(await source.readVersion(dataset, table, "daily", first)).toEqual(first);
    const opened = (await source.openShard(dataset, table, "daily"))!.version;
    expect(await source.readVersion(dataset, table, "daily", opened)).toEqual(opened);
    expect(isSameVersion(first!, opened)).toBe(true);
  });

  test("more rows, fewer rows and other rows are other versions", async () => {
    const { source, dataset, write } = await makeWorld();
    await write(table, contractSchema, rowsUpTo(3));
    const known = (await source.openShard(dataset, table, "daily"))!.version;
    for (const rows of [rowsUpTo(4), rowsUpTo(2), rowsUpTo(4).slice(1), []]) {
      await write(table, contractSchema, rows);
      const moved = await source.readVersion(dataset, table, "daily", known);
      expect(isSameVersion(known, moved!)).toBe(false);
    }
  });

  test("another column is another version", async () => {
    const { source, dataset, write } = await makeWorld();
    await write(table, contractSchema, rowsUpTo(1));
    const known = (await source.openShard(dataset, table, "daily"))!.version;
    await write(table, [...contractSchema, text("batch_page_id")], rowsUpTo(1));
    expect(isSameVersion(known, (await source.readVersion(dataset, table, "daily", known))!)).toBe(false);
  });

  test("one table's change does not touch another's version", async () => {
    const { source, dataset, write } = await makeWorld();
    await write(table, contractSchema, rowsUpTo(1));
    const known = await source.readVersion(dataset, table, "daily", null);
    await write("events_intraday_20201101", contractSchema, rowsUpTo(2));
    expect(await source.readVersion(dataset, table, "daily", known)).toEqual(known);
  });
}

function testOpening(makeWorld: () => Promise<SourceWorld>): void {
  test("an open shard has the table's schema in BigQuery's form", async () => {
    const { source, dataset, write } = await makeWorld();
    await write(table, contractSchema, rowsUpTo(2));
    expect((await source.openShard(dataset, table, "daily"))?.schema).toEqual(contractSchema);
  });

  test("an open shard has parts whose formats and sizes are told, and its version at that moment", async () => {
    const { source, dataset, write, countsRows } = await makeWorld();
    await write(table, contractSchema, rowsUpTo(2));
    const { version, parts } = (await source.openShard(dataset, table, "daily"))!;
    expect(version).toMatchObject({ table, kind: "daily", rows: countsRows ? 2 : null });
    expect(parts.length).toBeGreaterThan(0);
    for (const part of parts) {
      expect(part.path).toMatch(/^(\/|[A-Za-z]:[\\/]|[a-z0-9]+:\/\/)/);
      expect(["parquet", "jsonl", "jsonl.gz"]).toContain(part.format);
      expect(part.bytes).toBeGreaterThan(0);
    }
  });

  test("a shard without rows opens with its schema", async () => {
    const { source, dataset, write, countsRows } = await makeWorld();
    await write(table, contractSchema, []);
    const shard = (await source.openShard(dataset, table, "daily"))!;
    expect(shard.schema).toEqual(contractSchema);
    expect(shard.version.rows).toBe(countsRows ? 0 : null);
  });

  test("a table that is not there does not open", async () => {
    const { source, dataset } = await makeWorld();
    expect(await source.openShard(dataset, table, "daily")).toBeNull();
  });

  test("names that reach out of the dataset are refused", async () => {
    const { source } = await makeWorld();
    await expect(source.listTables("../outside")).rejects.toThrow("dataset");
  });
}
