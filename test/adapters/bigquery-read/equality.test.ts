import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { createFilesSource } from "../../../src/adapters/files/source.ts";
import type { Field } from "../../../src/days/schema.ts";
import { compareFiles, same } from "../../glue/compare-days.ts";
import { dataset } from "../bigquery/bigquery-world.ts";
import {
  createReadWorld,
  lift,
  open,
  type ReadWorld,
  reportOf,
  type TransportName,
  table,
} from "./read-world.ts";

// Extracts have instants without a zone: whoever read them by this one would be five hours off.
process.env.TZ = "America/New_York";

const transports: TransportName[] = ["extract", "storage-read"];

/** All types that Google exports, and every place in which a value can be missing. */
const schema: Field[] = [
  { name: "event_name", type: "STRING", mode: "NULLABLE" },
  { name: "event_timestamp", type: "INTEGER", mode: "NULLABLE" },
  { name: "user_pseudo_id", type: "STRING", mode: "NULLABLE" },
  { name: "stream_id", type: "STRING", mode: "NULLABLE" },
  {
    name: "event_params",
    type: "RECORD",
    mode: "REPEATED",
    fields: [
      { name: "key", type: "STRING", mode: "NULLABLE" },
      {
        name: "value",
        type: "RECORD",
        mode: "NULLABLE",
        fields: [
          { name: "string_value", type: "STRING", mode: "NULLABLE" },
          { name: "int_value", type: "INTEGER", mode: "NULLABLE" },
          { name: "float_value", type: "FLOAT", mode: "NULLABLE" },
          { name: "double_value", type: "FLOAT", mode: "NULLABLE" },
        ],
      },
    ],
  },
  {
    name: "all_types",
    type: "RECORD",
    mode: "NULLABLE",
    fields: [
      { name: "bytes", type: "BYTES", mode: "NULLABLE" },
      { name: "numeric", type: "NUMERIC", mode: "NULLABLE" },
      { name: "boolean", type: "BOOLEAN", mode: "NULLABLE" },
      { name: "date", type: "DATE", mode: "NULLABLE" },
      { name: "datetime", type: "DATETIME", mode: "NULLABLE" },
      { name: "time", type: "TIME", mode: "NULLABLE" },
      { name: "timestamp", type: "TIMESTAMP", mode: "NULLABLE" },
      { name: "texts", type: "STRING", mode: "REPEATED" },
      { name: "numbers", type: "INTEGER", mode: "REPEATED" },
    ],
  },
];

const largest = "9218924040658817653";

/** Rows as SQL, so that no number passes through JavaScript. */
const query = `
  SELECT
    CASE WHEN i % 7 = 0 THEN '' ELSE 'event ' || i % 5 END AS event_name,
    CASE WHEN i % 11 = 0 THEN NULL ELSE ${largest} - i END::BIGINT AS event_timestamp,
    CASE WHEN i % 13 = 0 THEN NULL ELSE 'user ü ' || i END AS user_pseudo_id,
    CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE '1' END AS stream_id,
    CASE WHEN i % 5 = 0 THEN [] ELSE [
      {key: 'id', value: {string_value: NULL, int_value: ${largest}, float_value: NULL, double_value: NULL}},
      {key: 'share', value: {string_value: NULL, int_value: NULL, float_value: NULL, double_value: i / 3}},
      {key: 'empty', value: {string_value: '', int_value: NULL, float_value: NULL, double_value: NULL}},
      {key: 'none', value: NULL}
    ] END::STRUCT("key" VARCHAR, "value" STRUCT(string_value VARCHAR, int_value BIGINT, float_value DOUBLE, double_value DOUBLE))[] AS event_params,
    CASE WHEN i % 4 = 0 THEN NULL ELSE {
      bytes: ('\\x00\\xFF' || i)::BLOB,
      "numeric": CASE WHEN i % 2 = 0 THEN NULL ELSE 12345678901234567890123456789.123456789 END::DECIMAL(38, 9),
      "boolean": i % 2 = 1,
      "date": DATE '1970-01-01' - i::INTEGER,
      "datetime": TIMESTAMP '2026-11-20 10:15:00.000001' + to_microseconds(i),
      "time": TIME '23:59:59.999999',
      "timestamp": TIMESTAMPTZ '2026-11-20 10:15:00.000001+00' + to_microseconds(i),
      texts: CASE WHEN i % 3 = 0 THEN [] ELSE ['', 'ß', repeat('x', (i % 40)::INTEGER)] END,
      numbers: [i, -${largest}, 0]
    } END::STRUCT(bytes BLOB, "numeric" DECIMAL(38, 9), "boolean" BOOLEAN, "date" DATE, "datetime" TIMESTAMP, "time" TIME, "timestamp" TIMESTAMPTZ, texts VARCHAR[], numbers BIGINT[]) AS all_types
  FROM range(ROWS) AS rows(i)`;

async function liftFiles({ root, plain }: ReadWorld) {
  const source = createFilesSource({ root });
  const shard = (await source.openShard(dataset, table, "daily"))!;
  return reportOf((await lift(plain, { shard, prefix: "files/" })).outcome);
}

test.each(transports)("%s brings every value of every type as the files have it", async (transport) => {
  const world = await createReadWorld({ read: { rowsPerBatch: 97 } });
  world.double.world.rowsPerFile = 800;
  await world.writeQuery(table, query.replace("ROWS", "3000"));
  const shard = await open(world.source);
  expect(shard.schema).toEqual(schema);

  const far = await lift(world.engine(transport, { partBytes: 200_000 }), { shard, prefix: "far/" });
  const report = reportOf(far.outcome);
  const near = await liftFiles(world);

  const { balance, checksum, nonNull, columns } = report;
  expect({ balance, checksum, nonNull, columns }).toEqual({
    balance: near.balance,
    checksum: near.checksum,
    nonNull: near.nonNull,
    columns: near.columns,
  });
  const found = await compareFiles(world.store, [{ ours: near.files, theirs: report.files }]);
  expect(found).toEqual({ rows: near.balance.written, ...same });
  expect(near.balance.source).toBe(3000);
  expect(await readdir(world.spill)).toEqual([]);
});

test.each(transports)("%s makes a table without rows a day with one empty file", async (transport) => {
  const world = await createReadWorld();
  await world.writeQuery(table, query.replace("ROWS", "0"));

  const { outcome } = await lift(world.engine(transport), {
    shard: await open(world.source),
    prefix: "far/",
  });

  expect(reportOf(outcome).files.map(({ rows }) => rows)).toEqual([0]);
});
