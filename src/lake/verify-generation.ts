import type { Day } from "../days/day.ts";
import type { FamilyName } from "../days/families.ts";
import { ShardliftError } from "../errors.ts";
import type { GenerationReport, LakeFile, ObjectStore } from "../ports.ts";
import { duplicatesGenerationPrefix, generationPrefix } from "./keys.ts";

/** Rows per file as the files themselves say (Parquet footers), in the order given. */
export type CountRows = (files: readonly LakeFile[]) => Promise<readonly number[]>;

/**
 * Looks whether a generation is what its writer reports: the folder holds these files with these sizes and nothing
 * else, the footers have these rows, and the balance adds up. Rejects with code `data` or `balance`.
 */
export async function verifyGeneration(
  store: ObjectStore,
  pipeline: string,
  family: FamilyName,
  day: Day,
  report: GenerationReport,
  countRows: CountRows | null,
): Promise<void> {
  const { generation, files, duplicatesFiles } = report;
  if (files.length === 0) throw buildFolderError(generation, ["no file; an empty day has one without rows"]);
  await verifyFolder(store, generation, generationPrefix(pipeline, family, day, generation), files);
  const duplicates = duplicatesGenerationPrefix(pipeline, family, day, generation);
  await verifyFolder(store, generation, duplicates, duplicatesFiles);
  verifyBalance(report);
  if (countRows !== null) await verifyFooters(generation, [...files, ...duplicatesFiles], countRows);
}

/** Checks a folder's listing against the files that somebody says are in it: names, sizes, nothing else. */
export async function verifyFolder(
  store: ObjectStore,
  generation: string,
  prefix: string,
  files: readonly LakeFile[],
): Promise<void> {
  const expected = new Map(files.map((file) => [file.key, file.bytes]));
  const faults = files.length === expected.size ? [] : ["a file is named twice"];
  for await (const { key, bytes } of store.list(prefix)) {
    const size = expected.get(key);
    if (size === undefined) faults.push(`${key} is not in the report`);
    else if (size !== bytes) faults.push(`${key} has ${bytes} bytes, not ${size}`);
    expected.delete(key);
  }
  for (const key of expected.keys()) faults.push(`${key} is not below ${prefix}`);
  if (faults.length > 0) throw buildFolderError(generation, faults);
}

function verifyBalance({ generation, files, duplicatesFiles, balance }: GenerationReport): void {
  const { exact, conflicting } = balance.duplicates;
  const duplicates = exact + conflicting;
  if (balance.source !== balance.written + duplicates + balance.filtered) {
    const sum = `${balance.written} written + ${duplicates} duplicates + ${balance.filtered} filtered`;
    throw buildRowsError(generation, `${balance.source} source rows, but ${sum}`);
  }
  const written = sumRows(files);
  if (written !== balance.written)
    throw buildRowsError(generation, `${written} in files, ${balance.written} written`);
  const kept = sumRows(duplicatesFiles);
  if (duplicatesFiles.length > 0 && kept !== duplicates) {
    throw buildRowsError(generation, `${kept} duplicates in files, ${duplicates} removed`);
  }
}

async function verifyFooters(
  generation: string,
  files: readonly LakeFile[],
  countRows: CountRows,
): Promise<void> {
  const counted = await countRows(files);
  const wrong = files.findIndex((file, index) => counted[index] !== file.rows);
  if (wrong === -1) return;
  const { key, rows } = files[wrong]!;
  throw buildRowsError(generation, `${key} holds ${counted[wrong]} rows, its writer reports ${rows}`);
}

function sumRows(files: readonly LakeFile[]): number {
  return files.reduce((sum, file) => sum + file.rows, 0);
}

function buildFolderError(generation: string, faults: readonly string[]): ShardliftError {
  const shown = faults.slice(0, 5).join("; ");
  return new ShardliftError("data", {
    failed: `Generation ${generation} is not what its writer reports; it was not committed.`,
    rule: "A generation's folder holds exactly the reported files, with the reported sizes.",
    received: faults.length > 5 ? `${shown}; and ${faults.length - 5} more` : shown,
    remedy: "Run the day again; if it stays, look for another program that writes into the lake.",
  });
}

function buildRowsError(generation: string, received: string): ShardliftError {
  return new ShardliftError("balance", {
    failed: `The rows of generation ${generation} do not add up; it was not committed.`,
    rule: "Source rows = rows written + duplicates + filtered, and files hold the rows written.",
    received,
    remedy: "Run the day again; if it stays, report it with the run's report: the engine lost or made rows.",
  });
}
