import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe } from "vitest";
import type { DataFormat } from "../../../src/adapters/files/file-name.ts";
import { createS3FilesSource } from "../../../src/adapters/files/s3-source.ts";
import { type SourceWorld, testSource } from "../../contracts/source.ts";
import {
  type AwsServer,
  findServer,
  neededServer,
  startMinistack,
  startMoto,
} from "../../support/aws-servers.ts";
import { again, makeBucket, newPlace, rawClient, useStandInCredentials } from "../s3/s3-world.ts";
import { writePart } from "./write-shard.ts";

const Bucket = "shop-exports";
const dataset = "analytics_123456789";

/** Writes shards in a folder first, as an export would, and copies them. */
async function makeWorld(endpoint: string, format: DataFormat): Promise<SourceWorld> {
  const place = newPlace(endpoint, Bucket);
  const client = rawClient(endpoint);
  const base = `${place.prefix}/${dataset}/`;
  // What the console makes for an empty folder: without it S3 knows no dataset.
  await client.send(new PutObjectCommand({ Bucket, Key: base, Body: Buffer.alloc(0) }));
  return {
    source: createS3FilesSource({ ...place, again }),
    dataset,
    missingDataset: "analytics_404",
    countsRows: format === "parquet",
    async write(table, schema, rows) {
      const folder = await mkdtemp(join(tmpdir(), "shardlift-s3-source-"));
      await writePart(folder, table, format, schema, rows);
      for (const name of (await readdir(folder)).filter((file) => !file.startsWith("."))) {
        const Body = await readFile(join(folder, name));
        await client.send(new PutObjectCommand({ Bucket, Key: base + name, Body }));
      }
      await rm(folder, { recursive: true });
    },
    async remove(table) {
      const asked = new ListObjectsV2Command({ Bucket, Prefix: `${base}${table}.` });
      const { Contents = [] } = await client.send(asked);
      for (const { Key } of Contents) await client.send(new DeleteObjectCommand({ Bucket, Key }));
    },
  };
}

const servers = { ministack: startMinistack, moto: startMoto } as const;

describe.each(["ministack", "moto"] as const)("files on S3 by %s", (name) => {
  describe.skipIf(findServer(name) === null)(`a bucket${neededServer(name)}`, () => {
    let server: AwsServer;

    beforeAll(async () => {
      useStandInCredentials();
      server = await servers[name]();
      await makeBucket(server.endpoint, Bucket);
    });

    afterAll(() => server?.stop());

    for (const format of ["parquet", "jsonl", "jsonl.gz"] as const) {
      testSource(`files on S3, ${format}`, () => makeWorld(server.endpoint, format));
    }
  });
});
