import { mkdir, rename, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { readEnvironment } from "../../config/read-environments.ts";
import { readPipelines } from "../../config/read-pipelines.ts";
import { toError } from "../../config/render-issues.ts";
import { buildDagManifest } from "../../dags/build-dag-manifest.ts";
import { exitCodes } from "../../errors.ts";
import { formatPlural } from "../../plan/format.ts";
import type { Io } from "../io.ts";
import { withConfig } from "../open-config.ts";
import { readVersionText } from "../version.ts";

interface CompileFlags {
  environment: string;
  config?: string;
  to: string;
}

/** `shardlift compile`: pipelines and environment as the one file that Airflow's DAGs are drawn from. */
export function run(flags: CompileFlags, io: Io): Promise<number> {
  return withConfig(flags, io, ({ root }) => compile(root, flags, io));
}

async function compile(root: string, flags: CompileFlags, io: Io): Promise<number> {
  const { environment, issues } = await readEnvironment(root, flags.environment);
  if (environment === null) throw toError(issues);
  const read = await readPipelines(root, environment);
  // An unreadable pipeline would silently lose its DAG: nothing is written until all are right.
  if (read.issues.length > 0) throw toError(read.issues);
  const manifest = buildDagManifest(read.pipelines, environment, readVersionText());
  const file = join(resolve(io.cwd, flags.to), "shardlift_manifest.json");
  await writeWhole(file, `${JSON.stringify(manifest, null, 2)}\n`);
  const counts = [formatPlural(read.pipelines.length, "pipeline"), formatPlural(manifest.dags.length, "DAG")];
  io.stdout.write(`${counts.join(", ")}: wrote ${file}\n`);
  return exitCodes.done;
}

/** A scheduler that reads meanwhile sees the former file or the new one. */
async function writeWhole(file: string, text: string): Promise<void> {
  await mkdir(resolve(file, ".."), { recursive: true });
  const draft = `${file}.draft`;
  await writeFile(draft, text);
  await rename(draft, file);
}
