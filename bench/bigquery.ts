/**
 * `npm run bench:bigquery -- [--rows 200000]`: bytes on the wire and time of both ways in which rows of BigQuery come here,
 * from the double. Each is a process of its own; its peak holds all that it loads.
 */
import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { BigQuerySource } from "../src/config/types.ts";
import { addDataset } from "../test/doubles/bigquery/change-world.ts";
import { startBigQueryDouble } from "../test/doubles/bigquery/double.ts";
import { loadFolder } from "../test/doubles/bigquery/load-folder.ts";
import { startReadDouble } from "../test/doubles/bigquery/read/read-double.ts";
import { measureLogicalBytes } from "./bigquery-bytes.ts";
import { generateDay, schema } from "./generate-day.ts";
import type { BigQueryInput, BigQueryMeasure } from "./measure-bigquery.ts";

const { values } = parseArgs({ options: { rows: { type: "string", default: "200000" } } });
const [project, dataset, table] = ["shop-prod", "analytics_1", "events_20260101"];
const account = "shardlift@shop-prod.iam.gserviceaccount.com";
const bucket = "shop-prod-extracts";

const cache = join(import.meta.dirname, "..", ".cache", "bench");
await mkdir(cache, { recursive: true });
const day = await generateDay(cache, Number(values.rows));
const folder = await mkdtemp(join(cache, "run-"));
const { publicKey, privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const accounts = new Map([[account, { publicKeys: new Map([["key-1", publicKey]]) }]]);
const double = await startBigQueryDouble({ accounts });
// Batches of Google's have about a megabyte.
const read = await startReadDouble(double.world, double.tokens, { rowsPerBatch: 1_000 });
try {
  await mkdir(join(folder, dataset));
  await copyFile(day, join(folder, dataset, `${table}.parquet`));
  addDataset(double.world, { project, dataset });
  double.world.buckets.set(bucket, { location: "EU", objects: new Map() });
  await loadFolder(double.world, { root: folder, project, dataset });
  double.world.rowsPerFile = 50_000;
  const logicalBytes = await measureLogicalBytes(day, schema);
  // The double packs rows when they are first asked for: that is not to be measured.
  await measure("storage_read");
  const measures = { extract: await measure("extract"), storage_read: await measure("storage_read") };
  printReport(logicalBytes, measures);
} finally {
  read.close();
  await double.close();
  await rm(folder, { recursive: true, force: true });
}

async function measure(transport: BigQueryInput["transport"]): Promise<BigQueryMeasure> {
  const config: BigQuerySource = {
    ...{ type: "bigquery", project, location: null, impersonate: null },
    auth: { type: "service_account", key: { from: "env", name: "KEY" } },
    extracts: transport === "extract" ? { bucket, prefix: "bench" } : null,
    ...{ endpoint: double.endpoint, storageEndpoint: double.endpoint, tokenEndpoint: double.endpoint },
    readEndpoint: read.endpoint,
  };
  const about = {
    type: "service_account",
    project_id: project,
    private_key_id: "key-1",
    client_email: account,
  };
  const key = JSON.stringify({ ...about, private_key: privateKey });
  const input: BigQueryInput = { transport, config, dataset, table, key, folder: join(folder, "rows") };
  const script = join(import.meta.dirname, "measure-bigquery.ts");
  const child = spawn(process.execPath, [script, JSON.stringify(input)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(`${script} ended with ${code}`);
  return JSON.parse(output.trim().split("\n").at(-1)!) as BigQueryMeasure;
}

function printReport(logicalBytes: number, measures: Record<string, BigQueryMeasure>): void {
  const told = Object.entries(measures).flatMap(([name, { seconds, peakMb, wireBytes, files }]) => [
    [`${name}_wire_ratio`, Number((wireBytes / logicalBytes).toFixed(3))],
    [`${name}_wire_bytes`, wireBytes],
    [`${name}_seconds`, Number(seconds.toFixed(2))],
    [`${name}_peak_mb`, Math.round(peakMb)],
    [`${name}_files`, files],
  ]);
  console.log(
    JSON.stringify({ rows: Number(values.rows), logical_bytes: logicalBytes, ...Object.fromEntries(told) }),
  );
}
