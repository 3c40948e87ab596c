import { generateKeyPairSync } from "node:crypto";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { AwsCredentials, BigQueryOptions } from "../../../src/adapters/bigquery/options.ts";
import type { BigQuerySource } from "../../../src/config/types.ts";
import type { Field } from "../../../src/days/schema.ts";
import type { Clock } from "../../../src/ports.ts";
import { addDataset } from "../../doubles/bigquery/change-world.ts";
import {
  type BigQueryDouble,
  type BigQueryDoubleOptions,
  startBigQueryDouble,
} from "../../doubles/bigquery/double.ts";
import { loadFolder } from "../../doubles/bigquery/load-folder.ts";
import { makeFolder, writePart } from "../files/write-shard.ts";

export const project = "shop-prod";
export const dataset = "analytics_1";
export const account = "shardlift@shop-prod.iam.gserviceaccount.com";
export const audience =
  "//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws/providers/prod";
export const awsRole = "arn:aws:sts::210987654321:assumed-role/shardlift/task";
export const awsCredentials: AwsCredentials = {
  accessKeyId: "ASIADOUBLEDOUBLE0001",
  secretAccessKey: "the-secret-of-aws",
  sessionToken: "the-session-token-of-aws",
};

/** One key pair for all: making one takes longer than most tests. */
const pair = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

/** The JSON that Google hands out for a key. */
export function renderKey(changes: Record<string, unknown> = {}): string {
  const about = {
    type: "service_account",
    project_id: project,
    private_key_id: "key-1",
    client_email: account,
  };
  return JSON.stringify({ ...about, private_key: pair.privateKey, ...changes });
}

export const machineClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    signal?.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, ms));
  },
};

/** A double with one dataset, a service account, and an AWS role that may come in. */
export async function startDouble(options: BigQueryDoubleOptions = {}): Promise<BigQueryDouble> {
  const keys = new Map([
    [awsCredentials.accessKeyId, { sessionToken: awsCredentials.sessionToken ?? null, principal: awsRole }],
  ]);
  const double = await startBigQueryDouble({
    accounts: new Map([[account, { publicKeys: new Map([["key-1", pair.publicKey]]) }]]),
    awsProvider: { audience, keys },
    ...options,
  });
  onTestFinished(() => double.close());
  addDataset(double.world, { project, dataset });
  return double;
}

/** What reaches the double: with the service account's key unless said otherwise. */
export function buildOptions(
  { endpoint }: Pick<BigQueryDouble, "endpoint">,
  {
    config = {},
    ...rest
  }: Partial<Omit<BigQueryOptions, "config">> & { config?: Partial<BigQuerySource> } = {},
): BigQueryOptions {
  return {
    config: {
      type: "bigquery",
      project,
      location: null,
      auth: { type: "service_account", key: { from: "env", name: "KEY" } },
      impersonate: null,
      extracts: null,
      endpoint,
      storageEndpoint: endpoint,
      readEndpoint: null,
      tokenEndpoint: endpoint,
      ...config,
    },
    project: null,
    clock: machineClock,
    env: {},
    readSecret: async () => renderKey(),
    findAwsCredentials: async () => awsCredentials,
    ...rest,
  };
}

export const federation: Partial<BigQuerySource> = {
  auth: { type: "workload_identity", audience, region: "eu-central-1" },
};

/** Tables of a double made from Parquet files in a folder of its own. */
export interface Tables {
  root: string;
  write(table: string, schema: readonly Field[], rows: readonly object[]): Promise<void>;
  remove(table: string): Promise<void>;
  /** After files were written by somebody else. */
  load(): Promise<void>;
}

export async function createTables({ world }: BigQueryDouble): Promise<Tables> {
  const root = await makeFolder();
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const folder = join(root, dataset);
  await mkdir(folder);
  const load = () => loadFolder(world, { root, project, dataset });
  return {
    root,
    load,
    async write(table, schema, rows) {
      await writePart(folder, table, "parquet", schema, rows);
      await load();
    },
    async remove(table) {
      const files = (await readdir(folder)).filter((name) => name.startsWith(`${table}.`));
      for (const name of files) await rm(join(folder, name));
      await load();
    },
  };
}
