import { generateKeyPairSync } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFolderStore } from "../../../src/adapters/folder/folder-store.ts";
import type { QueryTag, SnowflakeOptions } from "../../../src/adapters/snowflake/options.ts";
import { createSnowflakeWarehouse } from "../../../src/adapters/snowflake/warehouse.ts";
import { createClock } from "../../../src/cli/clock.ts";
import type { SnowflakeWarehouse } from "../../../src/config/types.ts";
import type { ObjectStore } from "../../../src/ports.ts";
import { writeGeneration } from "../../contracts/warehouse-lake.ts";
import type { WarehouseWorld } from "../../contracts/warehouse-world.ts";
import { type SnowflakeDouble, startSnowflake } from "../../doubles/snowflake/double.ts";

const keys = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

/** The user's own. */
export const { privateKey } = keys;

/** Another private key than the user's. */
export function createStrangeKey(): string {
  return generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  }).privateKey;
}

/** An environment's warehouse. */
export function buildConfig(given: Partial<SnowflakeWarehouse> = {}): SnowflakeWarehouse {
  return {
    type: "snowflake",
    account: "myorg-shop",
    user: "shardlift",
    auth: { type: "key_pair", privateKey: { from: "env", name: "KEY" } },
    role: "loader",
    warehouse: "load_wh",
    database: "lake",
    stage: "lake.shardlift.lake",
    fileFormat: "lake.shardlift.parquet",
    integration: "shardlift_lake",
    lakeUrl: "s3://shop-lake/shardlift/",
    statementTimeoutMs: 900_000,
    clusterByDay: false,
    masking: [],
    endpoint: null,
    ...given,
  };
}

export interface SnowflakeWorld extends WarehouseWorld {
  double: SnowflakeDouble;
  store: ObjectStore;
  folder: string;
  options: SnowflakeOptions;
}

export interface WorldChoices {
  config?: Partial<SnowflakeWarehouse>;
  tag?: QueryTag;
  privateKey?: string;
  signal?: AbortSignal;
  clock?: SnowflakeOptions["clock"];
  double?: Partial<Parameters<typeof startSnowflake>[0]>;
}

/** The real driver against the double, over a fresh lake in a folder. */
export async function createSnowflakeWorld(choices: WorldChoices = {}): Promise<SnowflakeWorld> {
  const folder = await mkdtemp(join(tmpdir(), "shardlift-snowflake-"));
  const lake = join(folder, "shardlift");
  await mkdir(lake);
  const store = createFolderStore({ root: lake });
  const double = await startSnowflake({
    users: { SHARDLIFT: { publicKey: keys.publicKey, roles: ["LOADER"] } },
    mounts: [{ url: "s3://shop-lake/", folder }],
    databases: ["LAKE"],
    warehouses: ["LOAD_WH"],
    roles: ["LOADER"],
    stages: [{ name: "LAKE.SHARDLIFT.LAKE", url: "s3://shop-lake/shardlift/" }],
    fileFormats: ["LAKE.SHARDLIFT.PARQUET"],
    ...choices.double,
  });
  const endpoint = { protocol: "http" as const, host: "127.0.0.1", port: Number(new URL(double.url).port) };
  const options: SnowflakeOptions = {
    config: buildConfig({ endpoint, ...choices.config }),
    clock: choices.clock ?? createClock(null),
    tag: choices.tag ?? {},
    readSecret: async () => choices.privateKey ?? keys.privateKey,
    ...(choices.signal === undefined ? {} : { signal: choices.signal }),
  };
  const warehouse = createSnowflakeWarehouse(options);
  return {
    double,
    store,
    folder,
    options,
    warehouse,
    write: (spec) => writeGeneration(store, spec),
    async end() {
      await warehouse.close();
      await double.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
