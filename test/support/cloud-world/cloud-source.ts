import { existsSync } from "node:fs";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { DeleteObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { createShardGenerator } from "../../../src/adapters/duckdb/generator.ts";
import { generateShards } from "../../../src/adapters/duckdb/generator-property.ts";
import type { DemoPhase } from "../../../src/generate/demo-types.ts";
import { exportsBucket, exportsPrefix } from "./cloud-config.ts";

/** What appeared, for whoever tells of it. */
export interface Published {
  shards: number;
  rows: number;
}

export interface PhaseChoices {
  /** Of the demo's rows. */
  share: number;
  /** All in this format; null: each as the demo has it. */
  format: "parquet" | null;
}

/** Makes a phase's shards as files, as the demo on one machine has them. */
export async function writePhase(
  root: string,
  phase: DemoPhase,
  { share, format }: PhaseChoices,
): Promise<Published> {
  const orders = phase.shards.map(({ dataset, wish, modifiedMs }) => ({
    wish: {
      ...wish,
      ...(wish.rows === undefined ? {} : { rows: Math.round(wish.rows * share) }),
      ...(format === null ? {} : { format }),
    },
    target: { root, dataset, modifiedMs },
  }));
  const generator = await createShardGenerator();
  try {
    const made = await generateShards(generator, orders);
    for (const { dataset, table } of phase.removed) await removeTable(join(root, dataset), table);
    return { shards: made.length, rows: made.reduce((sum, { rows }) => sum + rows.total, 0) };
  } finally {
    generator.close();
  }
}

async function removeTable(folder: string, table: string): Promise<void> {
  const names = existsSync(folder) ? await readdir(folder) : [];
  for (const name of names.filter((one) => one.startsWith(`${table}.`) || one.startsWith(`${table}-`))) {
    await rm(join(folder, name));
  }
}

/** Brings the exports' bucket to what the folder holds; files that did not change are left alone, as Google leaves them. */
export function createExportsMirror(client: S3Client, root: string): () => Promise<void> {
  const known = new Map<string, string>();
  return async () => {
    const found = new Map<string, string>();
    for (const name of await readdir(root, { recursive: true })) {
      const { mtimeMs, size, isFile } = await describe(join(root, name));
      if (isFile) found.set(name, `${mtimeMs} ${size}`);
    }
    for (const [name, version] of found) if (known.get(name) !== version) await put(client, root, name);
    for (const name of known.keys()) if (!found.has(name)) await remove(client, name);
    known.clear();
    for (const [name, version] of found) known.set(name, version);
  };
}

async function describe(path: string) {
  const found = await stat(path);
  return { mtimeMs: found.mtimeMs, size: found.size, isFile: found.isFile() };
}

async function put(client: S3Client, root: string, name: string): Promise<void> {
  const Body = await readFile(join(root, name));
  await client.send(new PutObjectCommand({ Bucket: exportsBucket, Key: `${exportsPrefix}/${name}`, Body }));
}

async function remove(client: S3Client, name: string): Promise<void> {
  await client.send(new DeleteObjectCommand({ Bucket: exportsBucket, Key: `${exportsPrefix}/${name}` }));
}
