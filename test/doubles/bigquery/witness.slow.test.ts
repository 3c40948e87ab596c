import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MessageReader, tableFromIPC } from "apache-arrow";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { findEmulator, neededEmulator } from "../../../scripts/testing/bigquery-emulator.ts";
import { createBigQueryCalls } from "../../../src/adapters/bigquery/client.ts";
import type { BigQueryClient } from "../../../src/adapters/bigquery/driver.ts";
import type { BigQueryOptions } from "../../../src/adapters/bigquery/options.ts";
import { createReadClient } from "../../../src/adapters/bigquery/read/storage-read/read-client.ts";
import { readTable } from "../../../src/adapters/bigquery/read/storage-read/read-table.ts";
import { parseShardSchema } from "../../../src/adapters/bigquery/shard-schema.ts";
import { createBigQuerySource } from "../../../src/adapters/bigquery/source.ts";
import { createWayIn } from "../../../src/adapters/bigquery/way-in.ts";
import type { Field } from "../../../src/days/schema.ts";
import { isShardliftError } from "../../../src/errors.ts";
import {
  buildOptions,
  createTables,
  dataset,
  project,
  startDouble,
} from "../../adapters/bigquery/bigquery-world.ts";
import { contractSchema } from "../../contracts/source.ts";
import type { ApiJob } from "./api-types.ts";
import { startReadDouble } from "./read/read-double.ts";
import { type Emulator, startEmulator } from "./witness/start-emulator.ts";

const flat: Field[] = [
  { name: "event_name", type: "STRING", mode: "NULLABLE" },
  { name: "event_timestamp", type: "INTEGER", mode: "NULLABLE" },
];
const flatRows = [
  { event_name: "page_view ß", event_timestamp: "9218924040658817653" },
  { event_name: "", event_timestamp: "-1" },
  { event_name: null, event_timestamp: null },
];
const [nestedTable, flatTable] = ["events_20201101", "events_20201102"];

const asSql = (value: string | null, form: (text: string) => string) =>
  value === null ? "NULL" : form(value);

/** Made of SQL: rows that come otherwise are taken by the emulator, and cannot be read afterwards. */
async function seed(client: BigQueryClient): Promise<void> {
  await client.createDataset(dataset);
  const make = (name: string, fields: readonly Field[]) =>
    client.dataset(dataset).createTable(name, { schema: { fields: fields as never } });
  await make(nestedTable, contractSchema);
  await make(flatTable, flat);
  const rows = flatRows.map(
    ({ event_name, event_timestamp }) =>
      `(${asSql(event_name, (text) => `'${text}'`)}, ${asSql(event_timestamp, (text) => text)})`,
  );
  await client.query(
    `INSERT INTO \`${project}.${dataset}.${flatTable}\` (event_name, event_timestamp) VALUES ${rows.join(", ")}`,
  );
}

describe.skipIf(findEmulator() === null)(
  `goccy/bigquery-emulator says the same as the double${neededEmulator()}`,
  () => {
    let emulator: Emulator;
    beforeAll(async () => {
      emulator = await startEmulator(project);
    });
    afterAll(() => emulator?.close());

    let isSeeded = false;

    /** The same tables on both, each reached by our own options; tokens are the double's. */
    async function open(): Promise<{ theirs: BigQueryOptions; ours: BigQueryOptions }> {
      const double = await startDouble();
      const read = await startReadDouble(double.world, double.tokens, { codec: "COMPRESSION_UNSPECIFIED" });
      onTestFinished(() => read.close());
      const tables = await createTables(double);
      await tables.write(nestedTable, contractSchema, []);
      await tables.write(flatTable, flat, flatRows);
      const ours = buildOptions(double, { config: { readEndpoint: read.endpoint } });
      const theirs = buildOptions(double, {
        config: { endpoint: emulator.rest, readEndpoint: emulator.read },
      });
      if (!isSeeded) await seed((await createWayIn(theirs).enter()).client);
      isSeeded = true;
      return { ours, theirs };
    }

    /** What one question is answered by both. */
    async function ask<T>(
      question: (options: BigQueryOptions) => Promise<T>,
    ): Promise<{ ours: T; theirs: T }> {
      const { ours, theirs } = await open();
      return { ours: await question(ours), theirs: await question(theirs) };
    }

    const getMetadata = async (options: BigQueryOptions, table: string) => {
      const doing = { failed: "", permission: "", dataset, project, billed: project, principal: null };
      const [answer] = await createBigQueryCalls(options)(doing, (client) =>
        client.dataset(dataset).table(table).getMetadata(),
      );
      return answer as Record<string, unknown>;
    };

    test("of a dataset's tables, by their exact names", async () => {
      const { ours, theirs } = await ask((options) => createBigQuerySource(options).listTables(dataset));
      expect(ours).toEqual([nestedTable, flatTable]);
      expect(theirs.toSorted()).toEqual(ours);
    });

    test("of a dataset that is not there: what our code makes of it is one message", async () => {
      const { ours, theirs } = await ask(async (options) => {
        const error = await createBigQuerySource(options)
          .listTables("nowhere")
          .catch((reason) => reason);
        if (!isShardliftError(error)) throw error;
        const { received: _, ...parts } = error.parts;
        return { code: error.code, retryable: error.retryable, parts };
      });
      expect(theirs).toEqual(ours);
      expect(ours.code).toBe("config");
    });

    test("of a table: names, kind and rows, as texts where they are int64", async () => {
      const { ours, theirs } = await ask(async (options) => {
        const { id, kind, type, numRows, tableReference } = await getMetadata(options, flatTable);
        return { id, kind, type, numRows, tableReference };
      });
      expect(ours.numRows).toBe("3");
      expect(theirs).toEqual(ours);
    });

    test("of a schema, nested and repeated: it is read as the same columns", async () => {
      const { ours, theirs } = await ask(async (options) =>
        parseShardSchema((await getMetadata(options, nestedTable)).schema, nestedTable),
      );
      expect(ours).toEqual(contractSchema);
      expect(theirs).toEqual(ours);
    });

    test("of a dry run: a job that is done, of the same type", async () => {
      const { ours, theirs } = await ask(async (options) => {
        const { client } = await createWayIn(options).enter();
        const [, answer] = await client.createQueryJob({ query: "SELECT 1", dryRun: true });
        const { kind, status, configuration, jobReference } = answer as ApiJob;
        const { jobType, dryRun } = configuration ?? {};
        return { kind, state: status?.state, jobType, dryRun, projectId: jobReference?.projectId };
      });
      expect(ours).toMatchObject({ state: "DONE", jobType: "QUERY", dryRun: true });
      expect(theirs).toEqual(ours);
    });

    test("of rows: streams of Arrow have the same values, every digit of them", async () => {
      const { ours, theirs } = await ask(readStream);
      expect(ours).toEqual(flatRows);
      expect(theirs).toEqual(ours);
    });

    describe("but, as is known,", () => {
      const theirs = async () => (await open()).theirs;

      test("gives no etag, so that a version is refused and not guessed at", async () => {
        const source = createBigQuerySource(await theirs());
        await expect(source.readVersion(dataset, flatTable, "daily", null)).rejects.toMatchObject({
          code: "outside",
          parts: { received: "no etag" },
        });
      });

      test("says of a table that is not there what no Google says, so that it is not called gone", async () => {
        const source = createBigQuerySource(await theirs());
        await expect(source.readVersion(dataset, "events_20201103", "daily", null)).rejects.toMatchObject({
          parts: { received: "table events_20201103 is not found (HTTP 404, notFound)" },
        });
      });

      test("knows nothing of rights", async () => {
        const { client } = await createWayIn(await theirs()).enter();
        const asked = client.dataset(dataset).table(flatTable).testIamPermissions("bigquery.tables.export");
        await expect(asked).rejects.toThrow("unsupported bigquery.tables.testIamPermissions");
      });

      test("sends each batch as a stream of its own, which our code refuses and does not guess at", async () => {
        await expect(readParts(await theirs())).rejects.toMatchObject({
          parts: { received: "an Arrow message that is no record batch" },
        });
        expect(await readParts((await open()).ours)).toHaveLength(1);
      });

      test("deals a table out to one stream alone", async () => {
        const client = createReadClient(await theirs());
        onTestFinished(() => client.close());
        await expect(
          client.createSession(buildRequest(flatTable, 2), new AbortController().signal),
        ).rejects.toThrow("currently supported only one stream");
      });
    });
  },
);

function buildRequest(table: string, maxStreamCount: number) {
  const nowMs = Date.now();
  const snapshotTime = { seconds: Math.floor(nowMs / 1_000), nanos: (nowMs % 1_000) * 1e6 };
  return {
    parent: `projects/${project}`,
    readSession: {
      table: `projects/${project}/datasets/${dataset}/tables/${table}`,
      dataFormat: "ARROW" as const,
      tableModifiers: { snapshotTime },
      readOptions: {
        selectedFields: flat.map(({ name }) => name),
        arrowSerializationOptions: { bufferCompression: "ZSTD" as const },
      },
    },
    maxStreamCount,
  };
}

/** The flat table's rows by one stream, largest number first; decoded by Arrow's own package. */
async function readStream(options: BigQueryOptions): Promise<Record<string, unknown>[]> {
  const client = createReadClient(options);
  const { signal } = new AbortController();
  const rows: { event_name: string | null; event_timestamp: bigint | null }[] = [];
  try {
    const session = await client.createSession(buildRequest(flatTable, 1), signal);
    for await (const { arrowRecordBatch } of client.readRows(session.streams[0]!.name, 0, signal)) {
      const batch = arrowRecordBatch!.serializedRecordBatch;
      const whole = isWhole(batch) ? batch : Buffer.concat([session.arrowSchema!.serializedSchema, batch]);
      for (const row of tableFromIPC(whole)) rows.push(row!.toJSON() as (typeof rows)[number]);
    }
  } finally {
    await client.close();
  }
  const order = ({ event_timestamp: one }: (typeof rows)[number]) => one ?? -(2n ** 63n);
  const sorted = rows.toSorted((one, other) => (order(one) < order(other) ? 1 : -1));
  return sorted.map((row) => ({ ...row, event_timestamp: row.event_timestamp?.toString() ?? null }));
}

/** Google sends bare batches; the emulator puts the schema before each. */
function isWhole(message: Buffer): boolean {
  return new MessageReader(message).readMessage()?.isSchema() ?? false;
}

/** As our own code brings rows into Parquet. */
async function readParts(options: BigQueryOptions): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "shardlift-witness-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const client = createReadClient(options);
  const doing = { failed: "", permission: "", dataset, project, billed: project, principal: null };
  const { paths } = await readTable({
    ...{ client, doing, folder, request: buildRequest(flatTable, 1), name: flatTable },
    ...{ again: (work) => work(), threads: 1, partBytes: 1e6, signal: new AbortController().signal },
    onRows: () => {},
  }).finally(() => client.close());
  return paths;
}
