import { ShardliftError } from "../../../src/errors.ts";
import type { GenerationFiles, LakeFile } from "../../../src/ports.ts";
import type { FaultName } from "../kernel/faults.ts";
import { buildFault, turn, type Work } from "../kernel/types.ts";
import { readBatch } from "./warehouse-files.ts";
import { runStatement, type Server, type Session, statementFaults } from "./warehouse-session.ts";
import { type HotBatch, requireTable } from "./warehouse-tables.ts";

/** Options of every COPY of ours. Without FORCE it skips, silently, files that the load metadata knows. */
export const copyOptions = { force: true };

const copyFaults = [
  ...statementFaults,
  "partial copy",
  "copy empties a column",
  "copy times out",
] as const satisfies FaultName[];

/** The port's copy: one COPY, a second one for files that the first one's result lacks, then every count compared. */
export async function copyGeneration(
  server: Server,
  session: Session,
  { day, generation, files }: GenerationFiles,
): Promise<void> {
  const copy = (wanted: readonly LakeFile[]) =>
    runStatement(server, session, {
      method: "copy",
      detail: `${day} ${generation}, ${wanted.length} files`,
      faults: copyFaults,
      work: (fault) => copyFiles(server, session, wanted, fault),
    });
  const found = await copy(files);
  const missing = files.filter(({ key }) => !found.has(key));
  const again = missing.length === 0 ? new Map<string, number>() : await copy(missing);
  for (const file of files) refuseOtherCount(file, found.get(file.key) ?? again.get(file.key));
}

function refuseOtherCount({ key, rows }: LakeFile, copied: number | undefined): void {
  if (copied === undefined) throw buildFault(`COPY left out ${key}`);
  if (copied === rows) return;
  throw new ShardliftError("data", {
    failed: `${key} cannot be copied.`,
    rule: "every file arrives whole",
    received: `${copied} rows where the manifest has ${rows}`,
  });
}

/** The statement. Waits for no lock. All of its files or none come to be where it fails. @returns rows by key */
function* copyFiles(
  { lake, tables }: Server,
  { table, changes }: Session,
  files: readonly LakeFile[],
  fault: FaultName | null,
): Work<Map<string, number>> {
  const { columns, loaded } = requireTable(tables, table);
  const isKnown = (key: string) =>
    (changes.loaded.get(key) ?? loaded.get(key)) === lake.read(key)?.byteLength;
  const wanted = copyOptions.force ? files : files.filter(({ key }) => !isKnown(key));
  const reached = fault === "partial copy" ? wanted.slice(0, Math.floor(wanted.length / 2)) : wanted;
  const batches: HotBatch[] = [];
  yield turn;
  for (const { key } of reached) {
    const batch = readBatch(lake, columns, key);
    batches.push(fault === "copy empties a column" ? emptyColumn(batch) : batch);
    yield turn;
  }
  changes.copied.push(...batches);
  for (const { key } of batches) changes.loaded.set(key, lake.read(key)?.byteLength ?? 0);
  if (fault === "copy times out") throw buildFault("COPY was not answered in time");
  return new Map(batches.map(({ key, rows }) => [key, rows.length]));
}

/** Always the last one, so that all files of the statement lack the same. */
function emptyColumn(batch: HotBatch): HotBatch {
  return { ...batch, columns: batch.columns.slice(0, -1) };
}
