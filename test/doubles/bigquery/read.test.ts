import { v1 } from "@google-cloud/bigquery-storage";
import { credentials, Metadata } from "@grpc/grpc-js";
import { describe, expect, onTestFinished, test } from "vitest";
import { dataset, project } from "../../adapters/bigquery/bigquery-world.ts";
import { createReadWorld, table, type WorldChanges } from "../../adapters/bigquery-read/read-world.ts";
import { changeTable } from "./change-world.ts";

const name = `projects/${project}/datasets/${dataset}/tables/${table}`;

interface Session {
  streams: { name: string }[];
  estimatedRowCount: string;
  arrowSchema: { serializedSchema: Buffer };
}

/** Google's own client, with its bare calls: the wrapped ones repeat what fails. */
async function connect(endpoint: string) {
  const { hostname, port } = new URL(endpoint);
  const sslCreds = credentials.createInsecure();
  const options = {
    servicePath: hostname,
    port: Number(port),
    sslCreds,
    projectId: project,
    clientOptions: { universeDomain: "googleapis.com" },
  };
  const client = new v1.BigQueryReadClient(options as ConstructorParameters<typeof v1.BigQueryReadClient>[0]);
  onTestFinished(() => client.close());
  const calls = await client.initialize();
  const create = (request: object, metadata: Metadata) =>
    new Promise<Session>((resolve, reject) => {
      calls.createReadSession!(request, metadata, (error: unknown, session: Session) =>
        error === null ? resolve(session) : reject(error),
      );
    });
  const read = (request: object, metadata: Metadata) =>
    calls.readRows!(request, metadata) as AsyncIterable<{ rowCount: string }>;
  return { create, read };
}

function buildMetadata(routing: string, token: string | null): Metadata {
  const metadata = new Metadata();
  metadata.set("x-goog-request-params", routing);
  if (token !== null) metadata.set("authorization", `Bearer ${token}`);
  return metadata;
}

/** 1,000 rows in ten batches, and somebody who is signed in. */
async function open(changes: WorldChanges["read"] = {}) {
  const world = await createReadWorld({ read: { rowsPerBatch: 100, maxStreams: 3, ...changes } });
  await world.writeQuery(table, "SELECT i AS number, 'x' AS text FROM range(1000) AS rows(i)");
  const calls = await connect(world.read.endpoint);
  const scopes = ["https://www.googleapis.com/auth/cloud-platform"];
  const { token } = world.double.tokens.issue("me", scopes, 3_600_000);
  const create = (session: object = {}, maxStreamCount = 0, as: string | null = token) => {
    const readSession = { table: name, dataFormat: "ARROW", ...session };
    const routing = `read_session.table=${encodeURIComponent(readSession.table)}`;
    const request = { parent: `projects/${project}`, readSession, maxStreamCount };
    return calls.create(request, buildMetadata(routing, as));
  };
  const read = async (readStream: string, offset = 0): Promise<number[]> => {
    const counts: number[] = [];
    const routing = `read_stream=${encodeURIComponent(readStream)}`;
    for await (const { rowCount } of calls.read({ readStream, offset }, buildMetadata(routing, token)))
      counts.push(Number(rowCount));
    return counts;
  };
  return { world, calls, create, read };
}

const code = (work: Promise<unknown>) => work.then(() => 0).catch((error: { code: number }) => error.code);

describe("the Storage Read API's double", () => {
  test("deals a table out to as many streams as are asked for, and no row twice", async () => {
    const { create, read } = await open();
    const { streams, estimatedRowCount, arrowSchema } = await create({}, 2);
    expect([streams.length, Number(estimatedRowCount), arrowSchema.serializedSchema.length > 0]).toEqual([
      2,
      1_000,
      true,
    ]);
    const counts = await Promise.all(streams.map((stream) => read(stream.name)));
    expect(counts).toEqual([
      [100, 100, 100, 100, 100],
      [100, 100, 100, 100, 100],
    ]);
    expect((await create({}, 9)).streams.length).toBe(3);
  });

  test("goes on at an offset that stands between two answers, and at no other", async () => {
    const { create, read } = await open();
    const stream = (await create({}, 1)).streams[0]!.name;
    expect(await read(stream, 800)).toEqual([100, 100]);
    expect(await read(stream, 1_000)).toEqual([]);
    expect(await code(read(stream, 850))).toBe(11);
  });

  test.each<[string, object, number]>([
    ["a column that is not there", { readOptions: { selectedFields: ["number", "more"] } }, 3],
    ["a filter", { readOptions: { rowRestriction: "number > 3" } }, 3],
    ["Avro", { dataFormat: "AVRO" }, 3],
    ["a table that is not there", { table: `${name}x` }, 5],
    ["a name that is none", { table }, 3],
    ["a moment to come", { tableModifiers: { snapshotTime: { seconds: 4_000_000_000 } } }, 3],
    ["a moment before the table", { tableModifiers: { snapshotTime: { seconds: 1_000_000_000 } } }, 3],
  ])("refuses %s", async (_, session, expected) => {
    const { create } = await open();
    expect(await code(create(session))).toBe(expected);
  });

  test("knows who asks, and what they may", async () => {
    const { create, world } = await open();
    expect(await code(create({}, 0, null))).toBe(16);
    world.double.world.denied.add(`bigquery.tables.getData ${project}:${dataset}`);
    expect(await code(create())).toBe(7);
  });

  test("asks for the header that Google routes by", async () => {
    const { calls } = await open();
    const request = { parent: `projects/${project}`, readSession: { table: name, dataFormat: "ARROW" } };
    expect(await code(calls.create(request, new Metadata()))).toBe(3);
  });

  test("forgets a session after six hours, and reads a version again as of when it was read", async () => {
    const { create, read, world } = await open();
    const now = { seconds: Math.floor(Date.now() / 1_000), nanos: 0 };
    const first = await create({ tableModifiers: { snapshotTime: now } }, 1);
    changeTable(world.double.world, { project, dataset, table }, { files: [] });
    world.read.sessions[0]!.createdMs -= 6 * 3_600_000;

    expect(await code(read(first.streams[0]!.name))).toBe(9);
    const second = await create({ tableModifiers: { snapshotTime: now } }, 1);
    expect((await read(second.streams[0]!.name)).length).toBe(10);
    expect(await code(read("projects/p/locations/eu/sessions/none/streams/0"))).toBe(5);
  });

  test("cuts calls after so many bytes, with at least one answer each", async () => {
    const { create, read, world } = await open({ cutEveryBytes: 1 });
    const stream = (await create({}, 1)).streams[0]!.name;
    expect(await code(read(stream))).toBe(14);
    expect(world.read.log.at(-1)).toMatchObject({ method: "ReadRows", code: 14 });
    expect(world.read.log.at(-1)!.bytes).toBeGreaterThan(0);
  });
});
