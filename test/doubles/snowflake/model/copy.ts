import { SnowflakeError } from "../errors.ts";
import { buildColumn, type StatementResult, typeIds } from "../protocol/replies.ts";
import type { Stage, Table } from "./catalog.ts";
import { type Change, runChange } from "./changes.ts";
import { checkRows } from "./check-rows.ts";
import type { Client } from "./clients.ts";
import { type Loaded, renderOutcomes, renderSkipped } from "./copy-answers.ts";
import { buildSelect } from "./copy-select.ts";
import { duckdbError } from "./duckdb-errors.ts";
import { readStatus, type StagedFile } from "./load-metadata.ts";
import { quoteText } from "./names.ts";
import { fileMissing } from "./relations.ts";
import { joinUrl } from "./stages.ts";
import type { World } from "./world.ts";

/** What a COPY asks for. */
export interface Copy {
  table: Table;
  stage: Stage;
  /** Folder below the stage. */
  prefix: string;
  files: string[];
  /** Columns and the expressions over $1 that fill them; null: columns of equal names, whatever their case. */
  select: { names: string[]; values: string[] } | null;
  force: boolean;
  onError: "ABORT_STATEMENT" | "SKIP_FILE";
}

/** Documented: so many names in FILES. */
export const maxFiles = 1000;

interface Chosen {
  files: StagedFile[];
  /** Passed over: loaded before, or of unknown status. */
  known: StagedFile[];
}

/** Loads what is to be loaded, and says of each file what became of it. */
export async function runCopy(
  world: World,
  client: Client,
  copy: Copy,
  signal: AbortSignal,
): Promise<StatementResult> {
  const result = await copyChosen(world, client, copy, signal);
  if (world.choices.copyFile === "url" || result.columns.length === 1) return result;
  const shorten = ([url, ...rest]: (string | null)[]) => [url!.slice(copy.stage.url.length), ...rest];
  return { ...result, rows: result.rows.map(shorten) };
}

async function copyChosen(
  world: World,
  client: Client,
  copy: Copy,
  signal: AbortSignal,
): Promise<StatementResult> {
  const { files, known } = await chooseFiles(world, client, copy);
  const skipped = world.choices.copyKnown === "nothing" ? [] : known.map(renderSkipped);
  if (files.length === 0 && skipped.length === 0) {
    return {
      columns: [buildColumn("status")],
      rows: [["Copy executed with 0 files processed."]],
      typeId: typeIds.copy,
    };
  }
  if (copy.onError === "SKIP_FILE") {
    const outcomes: Loaded[] = [];
    for (const file of files) outcomes.push(await tryFile(world, client, copy, file));
    const good = outcomes.filter(({ refusal }) => refusal === null).map(({ file }) => file);
    if (good.length > 0) await loadFiles(world, client, copy, good, signal);
    return renderOutcomes(outcomes, skipped);
  }
  try {
    if (files.length > 0) await loadFiles(world, client, copy, files, signal);
    return renderOutcomes(await countFiles(client, files), skipped);
  } catch (error) {
    if (!signal.aborted) await findCulprit(world, client, copy, files);
    throw error;
  }
}

async function loadFiles(
  world: World,
  client: Client,
  copy: Copy,
  files: readonly StagedFile[],
  signal: AbortSignal,
): Promise<void> {
  const sql = await buildSelect(world, client, copy, files);
  const loadedMs = world.clock.now();
  const change: Change = {
    table: copy.table,
    locks: "nothing",
    plan: async () => ({ removed: null, added: sql }),
    done({ loaded }) {
      for (const { url, etag } of files) loaded.set(url, { etag, loadedMs });
    },
  };
  await runChange(world, client, change, signal);
}

/** @throws SnowflakeError where a named file is not there: then nothing is loaded */
async function chooseFiles(world: World, client: Client, copy: Copy): Promise<Chosen> {
  if (copy.files.length > maxFiles) {
    const text = `SQL compilation error:\nThe number of file names in FILES is ${copy.files.length}; the maximum is ${maxFiles}.`;
    throw new SnowflakeError("too many files", text);
  }
  const pending = client.transaction?.overlays.get(copy.table.storage)?.loaded ?? new Map();
  const chosen: Chosen = { files: [], known: [] };
  for (const name of new Set(copy.files)) {
    const url = joinUrl(copy.stage, copy.prefix + name);
    const file = await world.storage.find(url);
    if (file === null) throw fileMissing(url);
    const isNew = copy.force || readStatus(copy.table.loads, pending, file, world.clock) === "new";
    (isNew ? chosen.files : chosen.known).push(file);
  }
  return chosen;
}

/** Reads a file as it would be loaded. @throws what is no error of Snowflake's */
async function tryFile(world: World, client: Client, copy: Copy, file: StagedFile): Promise<Loaded> {
  try {
    const sql = await buildSelect(world, client, copy, [file]);
    const rows = await checkRows(client.connection, copy.table, `(${sql})`, world.maxValueBytes);
    return { file, rows, refusal: null };
  } catch (error) {
    const refusal = duckdbError(error, { file: file.url });
    if (!(refusal instanceof SnowflakeError)) throw refusal;
    return { file, rows: 0, refusal };
  }
}

/** Which file it was, after all of them together failed. */
async function findCulprit(
  world: World,
  client: Client,
  copy: Copy,
  files: readonly StagedFile[],
): Promise<void> {
  for (const file of files) {
    const { refusal } = await tryFile(world, client, copy, file);
    if (refusal !== null) throw refusal;
  }
}

/** What their footers say, where every row is loaded or none. */
async function countFiles(client: Client, files: readonly StagedFile[]): Promise<Loaded[]> {
  const paths = files.map(({ path }) => quoteText(path)).join(", ");
  if (files.length === 0) return [];
  const sql = `SELECT file_name, num_rows FROM parquet_file_metadata([${paths}])`;
  const found = (await client.connection.runAndReadAll(sql)).getRows();
  const rows = new Map(found.map(([path, count]) => [String(path), Number(count)]));
  return files.map((file) => ({ file, rows: rows.get(file.path) ?? 0, refusal: null }));
}
